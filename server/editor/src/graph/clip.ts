// Nodes as text, for the clipboard: written, read with suspicion, and put into a graph.

import type { FileFrame, FileNode, FileNote, Op } from "../../wire";
import { bounds, centre, USUAL } from "./boxes";
import { type Content, drawable, type Link, nodeOf, own, portOf, type Position } from "./content";
import { frameBox, markOf, noteBox } from "./frames";
import { endAt, freeName, type Kinds, startAt } from "./kinds";
import { isNodeName } from "./names";

/** What was copied. */
export interface Clip {
  nodes: Record<string, FileNode>;
  /** Of all inputs of these nodes, in order; some may begin at nodes that were not copied. */
  links: Link[];
  layout: Record<string, Position>;
  collapsed: string[];
  notes: FileNote[];
  frames: FileFrame[];
}

const LONGEST = 2_000_000; // characters, as of a graph file
const NODES = 2000;
const LINKS = 10_000;
const DEEPEST = 60; // of settings within settings
const FARTHEST = 1e7; // from the middle of the canvas

/** Nodes, and the frames and notes that are marked, as text. */
export function copied(graph: Content, names: readonly string[], marked: readonly string[] = []): string {
  const wanted = names.filter((name) => Object.hasOwn(graph.nodes, name));
  const clip: Clip = {
    nodes: Object.fromEntries(wanted.map((name) => [name, graph.nodes[name]!])),
    links: graph.links.filter(([, end]) => wanted.includes(nodeOf(end))),
    layout: Object.fromEntries(wanted.map((name) => [name, own(graph.layout, name) ?? [0, 0]])),
    collapsed: graph.collapsed.filter((name) => wanted.includes(name)),
    notes: graph.notes.filter((_, index) => marked.includes(markOf("note", index))),
    frames: graph.frames.filter((_, index) => marked.includes(markOf("frame", index))),
  };
  return JSON.stringify({ "capriccio-clip": 1, ...clip });
}

/** What text from the clipboard holds; a sentence if that is nothing of ours, or not sound. */
export function readClip(text: string): Clip | string {
  if (text.length > LONGEST) return `the clipboard holds ${text.length.toLocaleString("en")} characters; ${LONGEST.toLocaleString("en")} can be pasted`;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return NOT_OURS;
  }
  if (!isRecord(data)) return NOT_OURS;
  const ours = data["capriccio-clip"] !== undefined || data["format"] === "capriccio-graph";
  if (!ours) return NOT_OURS;
  if ((data["capriccio-clip"] ?? data["version"]) !== 1) return "the clipboard holds nodes of a newer Capriccio; update this one";
  const fault = unsound(data, 0);
  if (fault) return `the clipboard's nodes cannot be pasted: ${fault}`;
  try {
    return read(data);
  } catch (error) {
    if (!(error instanceof Unsound)) throw error;
    return `the clipboard's nodes cannot be pasted: ${error.message}`;
  }
}

const NOT_OURS = "the clipboard holds no nodes; copy some first, or a graph's JSON";

class Unsound extends Error {}

type Data = Record<string, unknown>;

const isRecord = (value: unknown): value is Data => typeof value === "object" && value !== null && !Array.isArray(value);

/** What a graph cannot keep, wherever in it: names that are not names, numbers that are none, bottomless depth. */
function unsound(value: unknown, depth: number): string {
  if (typeof value === "number" && !Number.isFinite(value)) return "a number in it is infinite";
  if (typeof value !== "object" || value === null) return "";
  if (depth > DEEPEST) return "it is nested too deeply";
  for (const [key, each] of Object.entries(value)) {
    if (key === "__proto__") return "something in it is called __proto__";
    const fault = unsound(each, depth + 1);
    if (fault) return fault;
  }
  return "";
}

function read(data: Data): Clip {
  const entries = Object.entries(record(data["nodes"], "nodes"));
  if (entries.length > NODES) throw new Unsound(`there are ${entries.length} nodes; at most ${NODES} can be pasted`);
  const nodes = Object.fromEntries(entries.map(([name, node]) => [nameOf(name), nodeIn(name, node)]));
  const clip: Clip = {
    nodes,
    links: list(data["links"], "links").map(linkIn),
    layout: Object.fromEntries(
      Object.entries(record(data["layout"] ?? {}, "layout")).map(([name, at]) => [name, positionIn(at)]),
    ),
    collapsed: list(data["collapsed"], "collapsed").filter((name): name is string => typeof name === "string" && Object.hasOwn(nodes, name)),
    notes: list(data["notes"], "notes").map(noteIn),
    frames: list(data["frames"], "frames").map(frameIn),
  };
  if (!entries.length && !clip.notes.length && !clip.frames.length) throw new Unsound("there are none");
  return clip;
}

function record(value: unknown, what: string): Data {
  if (!isRecord(value)) throw new Unsound(`its ${what} are no object`);
  return value;
}

function list(value: unknown, what: string): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new Unsound(`its ${what} are no list`);
  if (value.length > LINKS) throw new Unsound(`there are ${value.length} ${what}; at most ${LINKS} can be pasted`);
  return value;
}

function nameOf(name: string): string {
  if (!isNodeName(name)) throw new Unsound(`a node cannot be called “${name.slice(0, 40)}”`);
  return name;
}

function nodeIn(name: string, node: unknown): FileNode {
  if (!isRecord(node)) throw new Unsound(`${name} is no node`);
  const { kind, version = 1, mode = "on", params = {} } = node;
  if (typeof kind !== "string" || !kind || kind.length > 200) throw new Unsound(`${name} has no kind`);
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) throw new Unsound(`${name} has no version`);
  if (mode !== "on" && mode !== "mute" && mode !== "bypass") throw new Unsound(`${name} has a mode that there is not`);
  return { kind, version, mode, params: record(params, `settings of ${name}`) };
}

const SOCKET = /^[^./\u0000-\u001f]{1,100}\.[A-Za-z_]\w*$/u;

function linkIn(link: unknown): Link {
  const sound = (socket: unknown): socket is string => typeof socket === "string" && socket.length <= 200 && SOCKET.test(socket);
  if (Array.isArray(link) && link.length === 2 && sound(link[0]) && sound(link[1])) return [link[0], link[1]];
  throw new Unsound("a link in it does not go from node.output to node.input");
}

function positionIn(at: unknown): Position {
  const fine = (each: unknown): each is number => typeof each === "number" && Math.abs(each) <= FARTHEST;
  if (Array.isArray(at) && at.length === 2 && fine(at[0]) && fine(at[1])) return [at[0], at[1]];
  throw new Unsound("a position in it is not two numbers on the canvas");
}

function sizeIn(size: unknown): [number, number] {
  const [width, height] = positionIn(size);
  if (width > 0 && height > 0) return [width, height];
  throw new Unsound("a size in it is not above 0");
}

function noteIn(note: unknown): FileNote {
  const { text, position = [0, 0], size } = record(note, "notes");
  if (typeof text !== "string" || text.length > 10_000) throw new Unsound("a note in it is no text of at most 10,000 characters");
  const sound: FileNote = { text, position: positionIn(position) };
  return size === undefined ? sound : { ...sound, size: size === null ? null : sizeIn(size) };
}

function frameIn(frame: unknown): FileFrame {
  const { title, position, size } = record(frame, "frames");
  if (typeof title !== "string" || title.length > 200) throw new Unsound("a frame in it has no title of at most 200 characters");
  return { title, position: positionIn(position), size: sizeIn(size) };
}

/** Places for what was copied, all moved alike. */
export type Moved = (position: Position, node?: string) => Position;

export const movedBy =
  ([dx, dy]: Position): Moved =>
  ([x, y]) => [Math.round(x + dx), Math.round(y + dy)];

/** So that the middle of it comes to stand at a place. */
export function movedTo(clip: Clip, [x, y]: Position): Moved {
  const nodes = Object.keys(clip.nodes).map((name): Position => own(clip.layout, name) ?? [0, 0]);
  const all = bounds([
    ...nodes.map(([left, top]) => ({ x: left, y: top, ...USUAL })),
    ...clip.notes.map(noteBox),
    ...clip.frames.map(frameBox),
  ]);
  const [left, top] = centre(all);
  return movedBy([x - left, y - top]);
}

export interface Pasted {
  ops: Op[];
  /** What each copied node is called here. */
  names: Record<string, string>;
}

/** Operations that put what was copied into a graph, under free names. */
export function pasting(kinds: Kinds, graph: Content, clip: Clip, moved: Moved): Pasted {
  const taken: Record<string, unknown> = { ...graph.nodes };
  const names: Record<string, string> = {};
  for (const name of Object.keys(clip.nodes)) {
    names[name] = freeName(taken, name in Object.prototype ? `${name} 2` : name);
    taken[names[name]] = true;
  }
  const at = (name: string) => moved(own(clip.layout, name) ?? [0, 0], name);
  const ops = Object.entries(clip.nodes).flatMap(([name, node]) => added(names[name]!, node, at(name)));
  ops.push(...relinked(kinds, graph, clip, names));
  ops.push(...clip.collapsed.map((name): Op => ({ op: "collapse", node: names[name]!, on: true })));
  if (clip.notes.length)
    ops.push({ op: "notes", notes: [...graph.notes, ...clip.notes.map((note) => ({ ...note, position: moved(note.position ?? [0, 0]) }))] });
  if (clip.frames.length)
    ops.push({ op: "frames", frames: [...graph.frames, ...clip.frames.map((frame) => ({ ...frame, position: moved(frame.position) }))] });
  return { ops, names };
}

function added(node: string, { kind, version = 1, mode = "on", params = {} }: FileNode, position: Position): Op[] {
  const add: Op = { op: "add", node, kind, version, params, position };
  return mode === "on" ? [add] : [add, { op: mode, node, on: true }];
}

/** Links among the copies, and those from nodes that are here and give what is wanted. */
function relinked(kinds: Kinds, graph: Content, clip: Clip, names: Record<string, string>): Op[] {
  const drawn = new Set<string>();
  const ops: Op[] = [];
  for (const [start, end] of clip.links) {
    const [source, target] = [own(names, nodeOf(start)), own(names, nodeOf(end))];
    if (!target || drawn.has(`${start}>${end}`)) continue;
    const inside = source !== undefined && drawable(clip, start, end);
    if (!inside && !(source === undefined && fits(kinds, graph, clip, start, end))) continue;
    drawn.add(`${start}>${end}`);
    ops.push({ op: "link", start: source ? `${source}.${portOf(start)}` : start, end: `${target}.${portOf(end)}` });
  }
  return ops;
}

function fits(kinds: Kinds, graph: Content, clip: Clip, start: string, end: string): boolean {
  if (!Object.hasOwn(graph.nodes, nodeOf(start))) return false;
  const given = startAt(kinds, graph, start);
  const taken = endAt(kinds, { ...graph, nodes: clip.nodes, links: clip.links }, end);
  return !!given && !!taken && (!given.type || !taken.type || given.type === taken.type);
}
