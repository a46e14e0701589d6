// Laying a graph out in layers from left to right.

import { bounds, type Box, boxesOf, overlap, type Places, type Size } from "./boxes";
import { type Content, nodeOf, type Position } from "./content";
import { frameBox, frameRound, nodesIn, noteBox } from "./frames";
import { endsOf, type Kinds, startsOf } from "./kinds";
import type { FileFrame, FileNote, Op } from "../../wire";

const BESIDE = 60; // pixels between layers
const BENEATH = 28; // between nodes of a layer
const SWEEPS = 8;
const FEW = 400; // links of which each can be compared with each

/** One end of a link: a node, and how far down on it, as a part of its height. */
interface End {
  node: string;
  part: number;
}

interface Wire {
  from: End;
  to: End;
}

/** Places for these nodes; their top left corner stays where it is. Dagre is loaded when it is needed. */
export async function layered(kinds: Kinds, graph: Content, names: readonly string[], sizeOf: (node: string) => Size): Promise<Places> {
  const before = boxesOf(graph, names, sizeOf);
  if (before.length < 2) return {};
  const wires = wiresIn(kinds, graph, new Set(names));
  const parents = framesOf(graph, names, sizeOf);
  const made = await ranked(before, wires, parents);
  // Upside down it is as good to Dagre, but sockets have an order.
  const ways = [made, made.map((box) => ({ ...box, y: -box.y - box.height }))].map((boxes) => untangled(boxes, wires, parents));
  const boxes = wires.length <= FEW && tangle(ways[1]!, wires) < tangle(ways[0]!, wires) ? ways[1]! : ways[0]!;
  const [was, is] = [bounds(before), bounds(boxes)];
  return Object.fromEntries(
    boxes.map(({ name, x, y }): [string, Position] => [name, [Math.round(x + was.x - is.x), Math.round(y + was.y - is.y)]]),
  );
}

async function ranked(boxes: Box[], wires: Wire[], parents: Map<string, number>): Promise<Box[]> {
  const { graphlib, layout } = await import("@dagrejs/dagre");
  const drawn = new graphlib.Graph({ compound: true, multigraph: true });
  drawn.setGraph({ rankdir: "LR", ranksep: BESIDE, nodesep: BENEATH, edgesep: 8 });
  for (const { name, width, height } of boxes) drawn.setNode(`n${name}`, { width, height });
  for (const frame of new Set(parents.values())) drawn.setNode(`f${frame}`, {});
  for (const [node, frame] of parents) drawn.setParent(`n${node}`, `f${frame}`);
  wires.forEach(({ from, to }, index) => drawn.setEdge(`n${from.node}`, `n${to.node}`, {}, String(index)));
  layout(drawn);
  return boxes.map((box) => {
    const at = drawn.node(`n${box.name}`) as { x: number; y: number };
    return { ...box, x: at.x - box.width / 2, y: at.y - box.height / 2 };
  });
}

/** The links among nodes, and where on these they end. */
function wiresIn(kinds: Kinds, graph: Content, names: ReadonlySet<string>): Wire[] {
  const ports = new Map<string, string[]>();
  for (const name of names) {
    const ends = endsOf(kinds, graph, name).map((end) => `${name}.${end.name}`);
    const linked = graph.links.filter(([, end]) => nodeOf(end) === name);
    // A link of an input with many has a place of its own among these.
    const order = [...new Set([...ends, ...linked.map(([, end]) => end)])];
    ports.set(`${name}<`, order.flatMap((end) => linked.filter((link) => link[1] === end).map((link) => link.join(">"))));
    ports.set(`${name}>`, startsOf(kinds, graph, name).map((start) => `${name}.${start.name}`));
  }
  const part = (side: string, port: string) => {
    const all = ports.get(side) ?? [];
    return (Math.max(0, all.indexOf(port)) + 1) / (all.length + 1);
  };
  return graph.links
    .map((link): Wire & { link: [string, string] } => {
      const [from, to] = [nodeOf(link[0]), nodeOf(link[1])];
      return {
        link,
        from: { node: from, part: part(`${from}>`, link[0]) },
        to: { node: to, part: part(`${to}<`, link.join(">")) },
      };
    })
    .filter(({ from, to }) => names.has(from.node) && names.has(to.node) && from.node !== to.node)
    .map(({ from, to }) => ({ from, to }));
}

/** Which of the frames each node lies in: the smallest, where several hold it. */
function framesOf(graph: Content, names: readonly string[], sizeOf: (node: string) => Size): Map<string, number> {
  const found = new Map<string, number>();
  const bySize = graph.frames.map((_, index) => index).sort((a, b) => area(graph.frames[b]!) - area(graph.frames[a]!));
  for (const index of bySize)
    for (const node of nodesIn(graph, graph.frames[index]!, sizeOf)) if (names.includes(node)) found.set(node, index);
  return found;
}

const area = ({ size }: FileFrame): number => size[0] * size[1];

/** Neighbours in a layer change places where fewer links cross then: Dagre knows nodes, but not their sockets. */
function untangled(boxes: Box[], wires: Wire[], parents: Map<string, number>): Box[] {
  const at = new Map(boxes.map((box) => [box.name, { ...box }]));
  const layers = new Map<number, Box[]>();
  for (const box of at.values()) {
    const x = Math.round(box.x + box.width / 2);
    layers.set(x, [...(layers.get(x) ?? []), box]);
  }
  const height = ({ node, part }: End) => at.get(node)!.y + part * at.get(node)!.height;
  const ends = new Map(boxes.map(({ name }) => [name, { out: [] as End[], in: [] as End[] }]));
  for (const { from, to } of wires) {
    ends.get(from.node)!.out.push(to);
    ends.get(to.node)!.in.push(from);
  }
  const crossings = (upper: Box, lower: Box) => {
    const [a, b] = [ends.get(upper.name)!, ends.get(lower.name)!];
    const pairs = (one: End[], other: End[]) => one.reduce((sum, end) => sum + other.filter((each) => height(each) < height(end)).length, 0);
    return pairs(a.out, b.out) + pairs(a.in, b.in);
  };
  for (let sweep = 0, changed = true; changed && sweep < SWEEPS; sweep += 1) {
    changed = false;
    for (const layer of layers.values()) {
      layer.sort((a, b) => a.y - b.y);
      for (let index = 0; index + 1 < layer.length; index += 1) {
        const [upper, lower] = [layer[index]!, layer[index + 1]!];
        if (parents.get(upper.name) !== parents.get(lower.name) || crossings(upper, lower) <= crossings(lower, upper)) continue;
        const bottom = lower.y + lower.height;
        lower.y = upper.y;
        upper.y = bottom - upper.height;
        [layer[index], layer[index + 1]] = [lower, upper];
        changed = true;
      }
    }
  }
  return [...at.values()];
}

/** How many links cross each other, drawn straight from socket to socket. */
function tangle(boxes: readonly Box[], wires: readonly Wire[]): number {
  const at = new Map(boxes.map((box) => [box.name, box]));
  const lines = wires.map(({ from, to }) => {
    const [a, b] = [at.get(from.node)!, at.get(to.node)!];
    return [a.x + a.width, a.y + from.part * a.height, b.x, b.y + to.part * b.height] as const;
  });
  let sum = 0;
  lines.forEach(([ax, ay, bx, by], index) => {
    for (const [cx, cy, dx, dy] of lines.slice(index + 1)) {
      const side = (x: number, y: number) => Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));
      const across = (x: number, y: number) => Math.sign((dx - cx) * (y - cy) - (dy - cy) * (x - cx));
      if (side(cx, cy) * side(dx, dy) < 0 && across(ax, ay) * across(bx, by) < 0) sum += 1;
    }
  });
  return sum;
}

/** Operations that put nodes at places, and keep frames round what was in them and notes out of the way. */
export function arranging(graph: Content, places: Places, sizeOf: (node: string) => Size): Op[] {
  const moves = Object.entries(places)
    .filter(([node, [x, y]]) => graph.layout[node]?.[0] !== x || graph.layout[node]?.[1] !== y)
    .map(([node, position]): Op => ({ op: "move", node, position }));
  const after: Content = { ...graph, layout: { ...graph.layout, ...places } };
  const frames = graph.frames.map((frame) => refitted(graph, after, frame, places, sizeOf));
  const notes = clear(graph, after, frames, places, sizeOf);
  const differ = <T>(a: readonly T[], b: readonly T[]) => a.some((each, at) => each !== b[at]);
  return [
    ...moves,
    ...(differ(graph.frames, frames) ? [{ op: "frames", frames } as const] : []),
    ...(differ(graph.notes, notes) ? [{ op: "notes", notes } as const] : []),
  ];
}

/** A frame round the same nodes as before. */
function refitted(before: Content, after: Content, frame: FileFrame, places: Places, sizeOf: (node: string) => Size): FileFrame {
  const nodes = nodesIn(before, frame, sizeOf);
  if (!nodes.some((node) => Object.hasOwn(places, node))) return frame;
  return frameRound(boxesOf(after, nodes, sizeOf), frame.title);
}

/** Notes in a frame go with it; others that nodes would cover now go above all of them. */
function clear(before: Content, after: Content, frames: FileFrame[], places: Places, sizeOf: (node: string) => Size): FileNote[] {
  const moved = boxesOf(after, Object.keys(places), sizeOf);
  const all = bounds([...boxesOf(after, Object.keys(after.nodes), sizeOf), ...frames.map(frameBox)]);
  let top = all.y;
  return before.notes.map((note) => {
    const box = noteBox(note);
    const was = before.frames.findIndex((frame) => overlap(frameBox(frame), box));
    const [old, now] = [before.frames[was], frames[was]];
    const along = old && now ? { x: now.position[0] - old.position[0], y: now.position[1] - old.position[1] } : { x: 0, y: 0 };
    const there = { ...box, x: box.x + along.x, y: box.y + along.y };
    if (!moved.some((each) => overlap(each, there))) return along.x || along.y ? { ...note, position: [there.x, there.y] } : note;
    top -= box.height + BENEATH;
    return { ...note, position: [all.x, top] };
  });
}
