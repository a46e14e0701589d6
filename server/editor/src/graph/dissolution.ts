// Putting the nodes of a graph in the place of the node that it is.

import type { FileNode, Op } from "../../wire";
import { bounds, type Size } from "./boxes";
import { appliedAll, type Content, type Link, nodeOf, own, portOf, type Position } from "./content";
import { endAt, freeName, GRAPH, INPUT, type Kinds, OUTPUT } from "./kinds";
import { socketName } from "./names";
import { linkedTo, wired } from "./wiring";

export interface Dissolution {
  ops: Op[];
  /** What each node from inside is called now. */
  names: Record<string, string>;
}

/** Operations that dissolve a node; a sentence if its graph cannot stand here. */
export function dissolving(kinds: Kinds, graph: Content, node: string, inner: Content): Dissolution | string {
  const placed = own(graph.nodes, node);
  if (!placed) return `there is no node ${node} any more`;
  if ((placed.mode ?? "on") !== "on") return `${node} is ${placed.mode === "mute" ? "muted" : "bypassed"}; switch it on first`;
  const stranger = Object.values(inner.nodes).find((each) => isBrought(inner, each) && !isBrought(graph, each));
  if (stranger) return `${node} brings along ${stranger.kind.slice(GRAPH.length)}, which this graph has not; open it instead`;
  return new Opened(kinds, graph, node, inner).done();
}

const isBrought = (graph: Content, { kind }: FileNode): boolean => kind.startsWith(GRAPH) && Object.hasOwn(graph.graphs, kind.slice(GRAPH.length));

/** A graph that is being put in the place of a node. */
class Opened {
  readonly #kinds: Kinds;
  readonly #graph: Content;
  readonly #node: string;
  readonly #inner: Content;
  readonly #names: Record<string, string> = {};

  constructor(kinds: Kinds, graph: Content, node: string, inner: Content) {
    [this.#kinds, this.#graph, this.#node, this.#inner] = [kinds, graph, node, inner];
  }

  done(): Dissolution {
    const [graph, node] = [this.#graph, this.#node];
    const taken: Record<string, unknown> = Object.fromEntries(Object.keys(graph.nodes).filter((name) => name !== node).map((name) => [name, true]));
    for (const name of this.#kept()) {
      const free = freeName(taken, name);
      this.#names[name] = free;
      taken[free] = true;
    }
    const ops: Op[] = [{ op: "remove", node }, ...this.#placed(), ...this.#inside(), ...this.#given()];
    ops.push(...this.#read(appliedAll(graph, ops)), ...this.#exposed(), ...this.#looks());
    return { ops, names: { ...this.#names } };
  }

  /** The nodes inside that are not there for inputs which are given something now. */
  #kept(): string[] {
    const { nodes, links } = this.#inner;
    let left = links.filter(([, end]) => !this.#overridden(nodeOf(end)));
    const gone = new Set(Object.keys(nodes).filter((name) => nodes[name]!.kind === INPUT || nodes[name]!.kind === OUTPUT));
    for (let changed = true; changed; ) {
      changed = false;
      for (const name of Object.keys(nodes)) {
        const feeds = (link: Link) => nodeOf(link[0]) === name;
        if (gone.has(name) || !links.some(feeds) || left.some(feeds)) continue;
        gone.add(name);
        left = left.filter(([, end]) => nodeOf(end) !== name);
        changed = true;
      }
    }
    return Object.keys(nodes).filter((name) => !gone.has(name));
  }

  #overridden(name: string): boolean {
    return this.#inner.nodes[name]?.kind === INPUT && linkedTo(this.#graph, `${this.#node}.${socketName(name)}`).length > 0;
  }

  /** What a socket inside is here: itself, or what comes into the input that it is of. */
  #starts(start: string, seen: ReadonlySet<string> = new Set()): string[] {
    const name = nodeOf(start);
    if (seen.has(name)) return [];
    if (own(this.#inner.nodes, name)?.kind === INPUT) {
      const given = linkedTo(this.#graph, `${this.#node}.${socketName(name)}`);
      const inside = linkedTo(this.#inner, `${name}.default`);
      return given.length ? given : inside.flatMap((each) => this.#starts(each, new Set([...seen, name])));
    }
    if (own(this.#inner.nodes, name)?.kind === OUTPUT)
      return linkedTo(this.#inner, `${name}.item`).flatMap((each) => this.#starts(each, new Set([...seen, name])));
    const here = own(this.#names, name);
    return here ? [`${here}.${portOf(start)}`] : [];
  }

  #placed(): Op[] {
    const { nodes, collapsed } = this.#inner;
    return Object.entries(this.#names).flatMap(([name, here]): Op[] => {
      const { kind, version = 1, mode = "on", params = {} } = nodes[name]!;
      const add: Op = { op: "add", node: here, kind, version, params: { ...params, ...this.#set(name) }, position: this.#at(own(this.#inner.layout, name)) };
      return [
        add,
        ...(mode === "on" ? [] : [{ op: mode, node: here, on: true } as const]),
        ...(collapsed.includes(name) ? [{ op: "collapse", node: here, on: true } as const] : []),
      ];
    });
  }

  /** The settings that the node has for what is exposed of one inside. */
  #set(name: string): Record<string, unknown> {
    const params = this.#graph.nodes[this.#node]!.params ?? {};
    const exposed = Object.entries(this.#inner.exposed).filter(([as, socket]) => nodeOf(socket) === name && Object.hasOwn(params, as));
    return Object.fromEntries(exposed.map(([as, socket]) => [portOf(socket), params[as]]));
  }

  #inside(): Op[] {
    const ends = [...new Set(this.#inner.links.map(([, end]) => end))];
    return ends.flatMap((end) => {
      const here = own(this.#names, nodeOf(end));
      if (!here) return [];
      const starts = [...new Set(linkedTo(this.#inner, end).flatMap((start) => this.#starts(start)))];
      const taker = endAt(this.#kinds, this.#inner, end);
      const fit = taker && !taker.many ? starts.slice(0, 1) : starts;
      return fit.map((start): Op => ({ op: "link", start, end: `${here}.${portOf(end)}` }));
    });
  }

  /** Links to what is exposed. */
  #given(): Op[] {
    return Object.entries(this.#inner.exposed).flatMap(([as, socket]) => {
      const here = own(this.#names, nodeOf(socket));
      if (!here || linkedTo(this.#inner, socket).length) return [];
      return linkedTo(this.#graph, `${this.#node}.${as}`).map((start): Op => ({ op: "link", start, end: `${here}.${portOf(socket)}` }));
    });
  }

  /** What read the node reads what is inside, each link in its place. */
  #read(now: Content): Op[] {
    const [graph, node] = [this.#graph, this.#node];
    const outputs = new Map(Object.keys(this.#inner.nodes).filter((name) => this.#inner.nodes[name]!.kind === OUTPUT).map((name) => [socketName(name), name]));
    const moved = (start: string) => {
      if (nodeOf(start) !== node) return [start];
      const output = outputs.get(portOf(start));
      return output === undefined ? [] : this.#starts(`${output}.item`);
    };
    const ends = new Set(graph.links.filter(([start]) => nodeOf(start) === node).map(([, end]) => end));
    return [...ends].flatMap((end) => {
      const taker = endAt(this.#kinds, graph, end);
      const starts = linkedTo(graph, end).flatMap(moved);
      return wired(now, end, taker && !taker.many ? starts.slice(0, 1) : starts);
    });
  }

  /** What was exposed of the node is exposed of what it stood for. */
  #exposed(): Op[] {
    return Object.entries(this.#graph.exposed).flatMap(([name, socket]): Op[] => {
      const inside = nodeOf(socket) === this.#node ? own(this.#inner.exposed, portOf(socket)) : undefined;
      const here = inside && own(this.#names, nodeOf(inside));
      return here ? [{ op: "expose", name, socket: `${here}.${portOf(inside)}` }] : [];
    });
  }

  #looks(): Op[] {
    const frames = this.#inner.frames.map((frame) => ({ ...frame, position: this.#at(frame.position) }));
    const notes = this.#inner.notes.map((note) => ({ ...note, position: this.#at(note.position) }));
    const ops: Op[] = [];
    if (frames.length) ops.push({ op: "frames", frames: [...this.#graph.frames, ...frames] });
    if (notes.length) ops.push({ op: "notes", notes: [...this.#graph.notes, ...notes] });
    return ops;
  }

  /** The middle of what was inside comes to stand where the node did. */
  #at(position: Position = [0, 0]): Position {
    this.#shift ??= shiftOf(this.#graph, this.#node, this.#inner, Object.keys(this.#names));
    return [Math.round(position[0] + this.#shift[0]), Math.round(position[1] + this.#shift[1])];
  }

  #shift: Position | undefined;
}

const POINT: Size = { width: 0, height: 0 };

function shiftOf(graph: Content, node: string, inner: Content, names: readonly string[]): Position {
  const all = bounds(names.map((name) => {
    const [x, y] = own(inner.layout, name) ?? [0, 0];
    return { x, y, ...POINT };
  }));
  const [x, y] = own(graph.layout, node) ?? [0, 0];
  return [x - all.x - all.width / 2, y - all.y - all.height / 2];
}
