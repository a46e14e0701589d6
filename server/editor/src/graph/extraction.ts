// Making a graph out of some nodes of another, which then stands in their place.

import type { FileGraph, FileNode, GraphFile, Op } from "../../wire";
import { bounds, boxesOf, holds, type Size } from "./boxes";
import { applied, appliedAll, type Content, type Link, nodeOf, own, portOf, type Position } from "./content";
import { frameBox, nodesIn, noteBox } from "./frames";
import { endAt, freeName, GRAPH, INPUT, type Kinds, OUTPUT, startAt, startsOf } from "./kinds";
import { socketName } from "./names";
import { linkedTo, wired } from "./wiring";

/** What goes in or out across the border of the selection. */
interface Gate {
  /** The name of the GraphInput or GraphOutput inside. */
  name: string;
  /** What it is linked from: a socket outside for an input, one inside for an output. */
  start: string;
  type: string;
  many: boolean;
}

export interface Extraction {
  file: GraphFile;
  /** The outer graph's frames and notes that have gone along. */
  frames: number[];
  notes: number[];
  inputs: Gate[];
  outputs: Gate[];
}

const APART = 260; // from the nodes to what goes in and out
const BENEATH = 110; // between those

/** Why these nodes cannot become a graph, as a sentence; "" if they can. */
export function inseparable(graph: Content, names: readonly string[]): string {
  const inside = names.filter((name) => Object.hasOwn(graph.nodes, name));
  if (!inside.length) return "nothing is selected; select the nodes that are to become one";
  const gate = inside.find((name) => [INPUT, OUTPUT].includes(graph.nodes[name]!.kind));
  if (gate) return `${gate} is where this graph ${graph.nodes[gate]!.kind === INPUT ? "begins" : "ends"}; leave it out of the selection`;
  const detour = detourOf(graph, new Set(inside));
  if (detour) return `what leaves the selection at ${detour[0]} comes back to it at ${detour[1]}; select what is between them too`;
  return "";
}

/** Where a path leaves the nodes, and where it comes back. */
function detourOf(graph: Content, inside: ReadonlySet<string>): [string, string] | null {
  const left = new Map<string, string>(); // nodes outside, and the node inside that leads to them
  for (const [start, end] of graph.links)
    if (inside.has(nodeOf(start)) && !inside.has(nodeOf(end))) left.set(nodeOf(end), nodeOf(start));
  for (const [node, from] of left)
    for (const [start, end] of graph.links) {
      if (nodeOf(start) !== node) continue;
      if (inside.has(nodeOf(end))) return [from, nodeOf(end)];
      if (!left.has(nodeOf(end))) left.set(nodeOf(end), from);
    }
  return null;
}

/** The graph that these nodes become, with all that goes in and out. They must not be inseparable. */
export function extracted(kinds: Kinds, graph: Content, names: readonly string[], sizeOf: (node: string) => Size): Extraction {
  const inside = names.filter((name) => Object.hasOwn(graph.nodes, name));
  const within = new Set(inside);
  const exposed = Object.fromEntries(Object.entries(graph.exposed).filter(([, socket]) => within.has(nodeOf(socket))));
  const taken: Record<string, unknown> = Object.fromEntries(inside.map((name) => [name, true]));
  const inputs = inputsOf(kinds, graph, within, taken, new Set(Object.keys(exposed)));
  const outputs = outputsOf(kinds, graph, within, taken);
  const frames = framesWithin(graph, within, sizeOf);
  const notes = graph.notes.flatMap((note, at) =>
    frames.some((frame) => holds(frameBox(graph.frames[frame]!), noteBox(note))) ? [at] : [],
  );
  const nodes = Object.fromEntries(inside.map((name) => [name, graph.nodes[name]!]));
  for (const gate of inputs) nodes[gate.name] = inputNode(kinds, gate);
  for (const gate of outputs) nodes[gate.name] = { kind: OUTPUT, version: versionOf(kinds, OUTPUT) };
  const file: GraphFile = {
    format: "capriccio-graph",
    version: 1,
    nodes,
    links: [...linksInside(graph, within, inputs), ...outputs.map(({ name, start }): Link => [start, `${name}.item`])],
    exposed,
    layout: layoutOf(graph, inside, inputs, outputs, sizeOf),
    notes: notes.map((at) => graph.notes[at]!),
    frames: frames.map((at) => graph.frames[at]!),
    collapsed: graph.collapsed.filter((name) => within.has(name)),
    graphs: brought(graph, inside.map((name) => graph.nodes[name]!)),
  };
  return { file, frames, notes, inputs, outputs };
}

const versionOf = (kinds: Kinds, kind: string): number => kinds.nodes.get(kind)?.version ?? 1;

function inputNode(kinds: Kinds, { type, many }: Gate): FileNode {
  const params = { ...(type && type !== "Image" ? { type } : {}), ...(many ? { many } : {}) };
  return { kind: INPUT, version: versionOf(kinds, INPUT), params };
}

/** One input for each socket outside that something inside is linked to. */
function inputsOf(kinds: Kinds, graph: Content, within: ReadonlySet<string>, taken: Record<string, unknown>, settings: Set<string>): Gate[] {
  const crossing = graph.links.filter(([start, end]) => !within.has(nodeOf(start)) && within.has(nodeOf(end)));
  const starts = [...new Set(crossing.map(([start]) => start))];
  const wanted = (start: string) => portOf(crossing.find((link) => link[0] === start)![1]);
  const sockets = settings; // an input and an exposed setting cannot go by one name
  return starts.map((start) => {
    const end = crossing.find((link) => link[0] === start)![1];
    const alone = starts.filter((each) => wanted(each) === wanted(start)).length === 1;
    const name = gateName(taken, sockets, alone ? wanted(start) : nodeOf(start));
    const type = startAt(kinds, graph, start)?.type || endAt(kinds, graph, end)?.type || "";
    return { name, start, type, many: depthOf(kinds, graph, start) > 0 && takesWhole(kinds, graph, start, within) };
  });
}

/** One output for each socket inside that something outside is linked to, and for what nothing reads. */
function outputsOf(kinds: Kinds, graph: Content, within: ReadonlySet<string>, taken: Record<string, unknown>): Gate[] {
  const read = graph.links.filter(([start, end]) => within.has(nodeOf(start)) && !within.has(nodeOf(end))).map(([start]) => start);
  const feeding = new Set(graph.links.map(([start]) => nodeOf(start)));
  // Of what is inside only what leads to an output is run.
  const last = [...within].filter((name) => !feeding.has(name)).flatMap((name) => {
    const first = startsOf(kinds, graph, name)[0];
    return first ? [`${name}.${first.name}`] : [];
  });
  const starts = [...new Set([...read, ...last])];
  const sockets = new Set<string>();
  return starts.map((start) => {
    const alone = starts.filter((each) => portOf(each) === portOf(start)).length === 1;
    const name = gateName(taken, sockets, alone ? portOf(start) : `${nodeOf(start)} ${portOf(start)}`);
    return { name, start, type: startAt(kinds, graph, start)?.type ?? "", many: false };
  });
}

/** A name for a node that no other has, and a socket after it that no other is called like. */
function gateName(taken: Record<string, unknown>, sockets: Set<string>, wanted: string): string {
  let name = freeName(taken, wanted);
  const tried = { ...taken };
  while (sockets.has(socketName(name))) {
    tried[name] = true;
    name = freeName(tried, wanted);
  }
  taken[name] = true;
  sockets.add(socketName(name));
  return name;
}

/** How deep a list comes out of a socket, as lists go through nodes that take single items. */
function depthOf(kinds: Kinds, graph: Content, start: string, lifts: Map<string, number> = new Map()): number {
  const node = nodeOf(start);
  if (!lifts.has(node)) {
    lifts.set(node, 0); // where links go round in a circle
    const incoming = graph.links.filter(([, end]) => nodeOf(end) === node);
    const deeper = incoming.map(([from, end]) => depthOf(kinds, graph, from, lifts) - (endAt(kinds, graph, end)?.depth ?? 0));
    lifts.set(node, Math.max(0, ...deeper));
  }
  return (startAt(kinds, graph, start)?.depth ?? 0) + lifts.get(node)!;
}

/** Whether something inside that a socket leads to takes lists whole: items one by one would mean something else. */
function takesWhole(kinds: Kinds, graph: Content, start: string, within: ReadonlySet<string>): boolean {
  const seen = new Set([nodeOf(start)]);
  for (const node of seen)
    for (const [from, end] of graph.links) {
      if (nodeOf(from) !== node || !within.has(nodeOf(end)) || (node === nodeOf(start) && from !== start)) continue;
      if ((endAt(kinds, graph, end)?.depth ?? 0) > 0) return true;
      seen.add(nodeOf(end));
    }
  return false;
}

function linksInside(graph: Content, within: ReadonlySet<string>, inputs: readonly Gate[]): Link[] {
  return graph.links
    .filter(([, end]) => within.has(nodeOf(end)))
    .map(([start, end]): Link => (within.has(nodeOf(start)) ? [start, end] : [`${inputs.find((gate) => gate.start === start)!.name}.item`, end]));
}

function layoutOf(
  graph: Content,
  inside: readonly string[],
  inputs: readonly Gate[],
  outputs: readonly Gate[],
  sizeOf: (node: string) => Size,
): Record<string, Position> {
  const all = bounds(boxesOf(graph, inside, sizeOf));
  const places = Object.fromEntries(inside.map((name) => [name, own(graph.layout, name) ?? [0, 0]] as [string, Position]));
  inputs.forEach(({ name }, at) => (places[name] = [all.x - APART, all.y + at * BENEATH]));
  outputs.forEach(({ name }, at) => (places[name] = [all.x + all.width + APART - 200, all.y + at * BENEATH]));
  return places;
}

/** The frames that hold some of these nodes and no others. */
function framesWithin(graph: Content, within: ReadonlySet<string>, sizeOf: (node: string) => Size): number[] {
  return graph.frames.flatMap((frame, at) => {
    const nodes = nodesIn(graph, frame, sizeOf);
    return nodes.length && nodes.every((node) => within.has(node)) ? [at] : [];
  });
}

/** The graphs that nodes are, of those that the outer one brings along, and those within them. */
function brought(graph: Content, nodes: readonly FileNode[]): Record<string, FileGraph> {
  const found = new Set<string>();
  const look = (each: FileNode) => {
    const name = each.kind.startsWith(GRAPH) ? each.kind.slice(GRAPH.length) : "";
    if (!name || found.has(name) || !Object.hasOwn(graph.graphs, name)) return;
    found.add(name);
    Object.values(graph.graphs[name]!.nodes).forEach(look);
  };
  nodes.forEach(look);
  return Object.fromEntries([...found].map((name) => [name, graph.graphs[name]!]));
}

export interface Replacement {
  node: string;
  ops: Op[];
}

/** Operations that put a node in the place of those that were made a graph of this name. */
export function replacing(kinds: Kinds, graph: Content, names: readonly string[], made: Extraction, name: string, sizeOf: (node: string) => Size): Replacement {
  const inside = names.filter((each) => Object.hasOwn(graph.nodes, each));
  const within = new Set(inside);
  const left = Object.fromEntries(Object.entries(graph.nodes).filter(([each]) => !within.has(each)));
  const node = freeName(left, name);
  const kind = GRAPH + name;
  const all = bounds(boxesOf(graph, inside, sizeOf));
  const position: Position = [Math.round(all.x + all.width / 2 - 100), Math.round(all.y + all.height / 2 - 60)];
  const ops: Op[] = inside.map((each) => ({ op: "remove", node: each }));
  ops.push({ op: "add", node, kind, version: versionOf(kinds, kind), position });
  for (const gate of made.inputs) ops.push({ op: "link", start: gate.start, end: `${node}.${socketName(gate.name)}` });
  ops.push(...outgoing(graph, appliedAll(graph, ops), within, made.outputs, node));
  for (const setting of Object.keys(made.file.exposed)) ops.push({ op: "expose", name: setting, socket: `${node}.${setting}` });
  if (made.frames.length) ops.push({ op: "frames", frames: graph.frames.filter((_, at) => !made.frames.includes(at)) });
  if (made.notes.length) ops.push({ op: "notes", notes: graph.notes.filter((_, at) => !made.notes.includes(at)) });
  return { node, ops };
}

/** What the nodes fed, fed by the new one: each link in its place among those of its input. */
function outgoing(before: Content, now: Content, within: ReadonlySet<string>, outputs: readonly Gate[], node: string): Op[] {
  const ends = before.links.filter(([start, end]) => within.has(nodeOf(start)) && !within.has(nodeOf(end))).map(([, end]) => end);
  const moved = (start: string) => {
    const gate = outputs.find((each) => each.start === start);
    return within.has(nodeOf(start)) && gate ? `${node}.${socketName(gate.name)}` : start;
  };
  const ops: Op[] = [];
  for (const end of new Set(ends)) {
    const step = wired(now, end, linkedTo(before, end).map(moved));
    now = step.reduce(applied, now);
    ops.push(...step);
  }
  return ops;
}
