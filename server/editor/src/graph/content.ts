// What a graph holds, what an operation makes of it, and what takes the operation back.
// The same as server/edits.py does; the server has the last word.

import type { FileFrame, FileGraph, FileNode, FileNote, Op } from "../../wire";

export type Position = [number, number];
export type Link = [start: string, end: string];

/** A graph without the envelope of its file. */
export interface Content {
  nodes: Record<string, FileNode>;
  links: Link[];
  exposed: Record<string, string>;
  layout: Record<string, Position>;
  notes: FileNote[];
  frames: FileFrame[];
  collapsed: string[];
  graphs: Record<string, FileGraph>;
}

export const EMPTY: Content = {
  nodes: {},
  links: [],
  exposed: {},
  layout: {},
  notes: [],
  frames: [],
  collapsed: [],
  graphs: {},
};

/** What a file says; it may leave out what is empty. */
export function contentOf(file: Partial<Content>): Content {
  const { nodes, links, exposed, layout, notes, frames, collapsed, graphs } = { ...EMPTY, ...file };
  return { nodes, links, exposed, layout, notes, frames, collapsed, graphs };
}

/** An operation does not fit the graph; the sentence says why. */
export class Misfit extends Error {}

/** What a record itself holds: names come from strangers, and may be such as constructor. */
export const own = <T>(record: Record<string, T>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** Whether two values say the same as JSON, in whichever order their keys stand. */
export function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [Object.keys(a), Object.keys(b)];
  return (
    one.length === other.length &&
    one.every((key) => Object.hasOwn(b, key) && alike(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
}

export const nodeOf = (socket: string): string => socket.slice(0, socket.lastIndexOf("."));
export const portOf = (socket: string): string => socket.slice(socket.lastIndexOf(".") + 1);
const same = ([a, b]: Link, start: string, end: string): boolean => a === start && b === end;

/** The graph after one operation; Misfit where it does not fit. */
export const applied = (graph: Content, op: Op): Content => appliedAll(graph, [op]);

/** The graph after all of them. */
export function appliedAll(graph: Content, ops: readonly Op[]): Content {
  const draft = new Draft(graph);
  for (const op of ops) draft.change(op);
  return { ...draft.content };
}

/** A graph to be changed: what an operation touches is copied once, as there may be thousands of them. */
export class Draft {
  /** As it is now. It goes on changing. */
  readonly content: Content;
  readonly #copied = new Set<keyof Content>();

  constructor(graph: Content) {
    this.content = { ...graph };
  }

  /** Do one operation; Misfit, with nothing changed, where it does not fit. */
  change(op: Op): void {
    switch (op.op) {
      case "add":
        return this.#add(op);
      case "remove":
        return this.#remove(op.node);
      case "move":
        this.#known(op.node);
        return put(this.#own("layout"), op.node, op.position);
      case "link":
        return this.#link(op.start, op.end);
      case "unlink":
        return this.#unlink(op.start, op.end);
      case "set":
        return this.#set(op.node, op.params ?? {}, op.reset ?? []);
      case "mute":
      case "bypass":
        return this.#switch(op.node, op.op, op.on ?? true);
      case "rename":
        return this.#rename(op.node, op.to);
      case "expose":
        return this.#expose(op.name, op.socket ?? null);
      case "notes":
        this.content.notes = op.notes;
        return;
      case "frames":
        this.content.frames = op.frames;
        return;
      case "collapse":
        this.#known(op.node);
        this.content.collapsed = leaving(this.content.collapsed, op.node);
        if (op.on ?? true) this.content.collapsed = [...this.content.collapsed, op.node];
    }
  }

  /** A part of the graph that may be written to. */
  #own<K extends "nodes" | "links" | "exposed" | "layout">(part: K): Content[K] {
    if (!this.#copied.has(part)) {
      const before = this.content[part];
      this.content[part] = (Array.isArray(before) ? [...before] : { ...before }) as Content[K];
      this.#copied.add(part);
    }
    return this.content[part];
  }

  #known(node: string): FileNode {
    const placed = own(this.content.nodes, node);
    if (!placed) throw new Misfit(`there is no node ${node} any more`);
    return placed;
  }

  #free(node: string): void {
    if (Object.hasOwn(this.content.nodes, node)) throw new Misfit(`there is a node ${node} already`);
  }

  #add(op: Op & { op: "add" }): void {
    this.#free(op.node);
    const placed: FileNode = { kind: op.kind, version: op.version ?? 1, mode: "on", params: op.params ?? {} };
    put(this.#own("nodes"), op.node, placed);
    put(this.#own("layout"), op.node, op.position ?? [0, 0]);
    this.content.collapsed = leaving(this.content.collapsed, op.node); // left over from a node that is gone
  }

  #remove(node: string): void {
    this.#known(node);
    delete this.#own("nodes")[node];
    delete this.#own("layout")[node];
    const { links, exposed } = this.content;
    const at = (socket: string) => nodeOf(socket) === node;
    if (links.some(([start, end]) => at(start) || at(end))) {
      this.content.links = links.filter(([start, end]) => !at(start) && !at(end));
      this.#copied.add("links");
    }
    for (const [name, socket] of Object.entries(exposed)) if (at(socket)) delete this.#own("exposed")[name];
    this.content.collapsed = leaving(this.content.collapsed, node);
  }

  #link(start: string, end: string): void {
    this.#known(nodeOf(start));
    this.#known(nodeOf(end));
    if (nodeOf(start) === nodeOf(end)) throw new Misfit(`${nodeOf(start)} cannot be linked to itself`);
    if (this.content.links.some((link) => same(link, start, end)))
      throw new Misfit(`${start} is linked to ${end} already`);
    this.#own("links").push([start, end]);
  }

  #unlink(start: string, end: string): void {
    const at = this.content.links.findLastIndex((link) => same(link, start, end));
    if (at < 0) throw new Misfit(`there is no link from ${start} to ${end} any more`);
    this.#own("links").splice(at, 1);
  }

  #set(node: string, params: Record<string, unknown>, reset: string[]): void {
    const placed = this.#known(node);
    const left = Object.entries(placed.params ?? {}).filter(([key]) => !reset.includes(key));
    put(this.#own("nodes"), node, { ...placed, params: { ...Object.fromEntries(left), ...params } });
  }

  /** To end one mode is not to end the other. */
  #switch(node: string, mode: "mute" | "bypass", on: boolean): void {
    const placed = this.#known(node);
    const after = on ? mode : placed.mode === mode ? "on" : (placed.mode ?? "on");
    put(this.#own("nodes"), node, { ...placed, mode: after });
  }

  #rename(node: string, to: string): void {
    const placed = this.#known(node);
    this.#free(to);
    const at = (socket: string) => (nodeOf(socket) === node ? `${to}.${portOf(socket)}` : socket);
    delete this.#own("nodes")[node];
    put(this.#own("nodes"), to, placed);
    const position = own(this.content.layout, node);
    delete this.#own("layout")[node];
    delete this.#own("layout")[to]; // there may be a place left over
    if (position) put(this.#own("layout"), to, position);
    this.content.links = this.content.links.map(([start, end]) => [at(start), at(end)]);
    this.#copied.add("links");
    for (const [name, socket] of Object.entries(this.content.exposed))
      if (nodeOf(socket) === node) put(this.#own("exposed"), name, at(socket));
    this.content.collapsed = leaving(this.content.collapsed, to).map((name) => (name === node ? to : name));
  }

  #expose(name: string, socket: string | null): void {
    if (socket !== null) {
      this.#known(nodeOf(socket));
      return put(this.#own("exposed"), name, socket);
    }
    if (!Object.hasOwn(this.content.exposed, name)) throw new Misfit(`no setting is exposed as ${name} any more`);
    delete this.#own("exposed")[name];
  }
}

/** Set what a record holds, whatever it is called: __proto__ is a name too. */
function put<T>(record: Record<string, T>, key: string, value: T): void {
  if (key !== "__proto__") record[key] = value;
  else Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
}

const leaving = (names: string[], name: string): string[] =>
  names.includes(name) ? names.filter((each) => each !== name) : names;

/** The operations that take one back, as it is about to be done to this graph. */
export function inverse(graph: Content, op: Op): Op[] {
  switch (op.op) {
    case "add":
      return [{ op: "remove", node: op.node }];
    case "remove":
      return restored(graph, op.node);
    case "move":
      return [{ op: "move", node: op.node, position: own(graph.layout, op.node) ?? [0, 0] }];
    case "link":
      return [{ op: "unlink", start: op.start, end: op.end }];
    case "unlink":
      return relinked(graph, [[op.start, op.end]]);
    case "set":
      return [unset(graph, op)];
    case "mute":
    case "bypass":
      return mode(op.node, own(graph.nodes, op.node)?.mode ?? "on", op.op);
    case "rename":
      return [{ op: "rename", node: op.to, to: op.node }];
    case "expose":
      return [{ op: "expose", name: op.name, socket: own(graph.exposed, op.name) ?? null }];
    case "notes":
      return [{ op: "notes", notes: graph.notes }];
    case "frames":
      return [{ op: "frames", frames: graph.frames }];
    case "collapse":
      return [{ op: "collapse", node: op.node, on: graph.collapsed.includes(op.node) }];
  }
}

/** The operations that take all of these back, as they are about to be done to this graph. */
export function inverses(graph: Content, ops: readonly Op[]): Op[] {
  const draft = new Draft(graph);
  const back: Op[][] = [];
  for (const op of ops) {
    back.push(inverse(draft.content, op));
    draft.change(op);
  }
  return back.reverse().flat();
}

/** Place a node again as it stands in this graph, with its links. */
function restored(graph: Content, node: string): Op[] {
  const placed = own(graph.nodes, node);
  if (!placed) return [];
  const at = ([, socket]: [string, string]) => nodeOf(socket) === node;
  return [
    {
      op: "add",
      node,
      kind: placed.kind,
      version: placed.version ?? 1,
      params: placed.params ?? {},
      position: own(graph.layout, node) ?? [0, 0],
    },
    ...((placed.mode ?? "on") === "on" ? [] : mode(node, placed.mode ?? "on", "mute")),
    ...relinked(
      graph,
      graph.links.filter(([start, end]) => (nodeOf(start) === node || nodeOf(end) === node) && drawable(graph, start, end)),
    ),
    ...Object.entries(graph.exposed).filter(at).map(([name, socket]): Op => ({ op: "expose", name, socket })),
    ...(graph.collapsed.includes(node) ? [{ op: "collapse", node } as const] : []),
  ];
}

/** Files may hold links that cannot be drawn: to nodes that are not there, or from a node to itself. */
export const drawable = (graph: Pick<Content, "nodes">, start: string, end: string): boolean =>
  Object.hasOwn(graph.nodes, nodeOf(start)) && Object.hasOwn(graph.nodes, nodeOf(end)) && nodeOf(start) !== nodeOf(end);

/**
 * Draw links that were taken away, so that each stands again where it stood among those of its input.
 *
 * A drawn link becomes the last of its input, so those that came after it are drawn again.
 */
function relinked(graph: Content, gone: Link[]): Op[] {
  const lost = (link: Link) => gone.some((each) => same(each, ...link));
  return [...new Set(gone.map(([, end]) => end))].flatMap((end) => {
    const all = graph.links.filter((link) => link[1] === end && drawable(graph, ...link));
    const first = all.findIndex(lost);
    return (first < 0 ? [] : all.slice(first)).flatMap(([start]): Op[] => {
      const again: Op = { op: "link", start, end };
      return lost([start, end]) ? [again] : [{ op: "unlink", start, end }, again];
    });
  });
}

function unset(graph: Content, op: Op & { op: "set" }): Op {
  const before = own(graph.nodes, op.node)?.params ?? {};
  const keys = [...new Set([...Object.keys(op.params ?? {}), ...(op.reset ?? [])])];
  const had = keys.filter((key) => Object.hasOwn(before, key));
  const params = Object.fromEntries(had.map((key) => [key, before[key]]));
  return { op: "set", node: op.node, params, reset: keys.filter((key) => !had.includes(key)) };
}

/** Bring a node into a mode, whichever it is in; `last` is the mode it may have to leave. */
function mode(node: string, to: "on" | "mute" | "bypass", last: "mute" | "bypass"): Op[] {
  return to === "on" ? [{ op: last, node, on: false }] : [{ op: to, node, on: true }];
}
