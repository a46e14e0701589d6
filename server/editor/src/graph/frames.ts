// Frames and notes: round nodes, and what moves along with a frame.

import type { FileFrame, FileNote, Op } from "../../wire";
import { bounds, type Box, boxesOf, holds, type Size } from "./boxes";
import type { Content, Position } from "./content";

const PADDING = 24;
export const HEAD = 36; // for the title
export const FRAME: Size = { width: 360, height: 240 };
export const NOTE: Size = { width: 220, height: 80 };

export const frameBox = ({ position: [x, y], size: [width, height] }: FileFrame) => ({ x, y, width, height });

export const noteBox = ({ position, size }: FileNote) => {
  const [x, y] = position ?? [0, 0];
  return { x, y, width: size?.[0] ?? NOTE.width, height: size?.[1] ?? NOTE.height };
};

/** A frame round these, with room for its title. */
export function frameRound(boxes: readonly Omit<Box, "name">[], title: string): FileFrame {
  const { x, y, width, height } = bounds(boxes);
  return {
    title,
    position: [Math.round(x - PADDING), Math.round(y - PADDING - HEAD)],
    size: [Math.round(width + 2 * PADDING), Math.round(height + 2 * PADDING + HEAD)],
  };
}

/** The nodes whose middles lie in a frame. */
export const nodesIn = (graph: Content, frame: FileFrame, sizeOf: (node: string) => Size): string[] =>
  boxesOf(graph, Object.keys(graph.nodes), sizeOf)
    .filter((box) => holds(frameBox(frame), box))
    .map(({ name }) => name);

/** Operations that move a frame, and what lies in it: nodes, notes and smaller frames. */
export function movingFrame(graph: Content, index: number, to: Position, sizeOf: (node: string) => Size): Op[] {
  const frame = graph.frames[index];
  if (!frame) return [];
  const outer = frameBox(frame);
  const [dx, dy] = [to[0] - outer.x, to[1] - outer.y];
  if (!dx && !dy) return [];
  const by = ([x, y]: Position): Position => [x + dx, y + dy];
  const nested = (each: FileFrame) => within(outer, frameBox(each)) && each.size[0] * each.size[1] < outer.width * outer.height;
  const frames = graph.frames.map((each, at) => (at === index || nested(each) ? { ...each, position: by(each.position) } : each));
  const inside = (note: FileNote) => holds(outer, noteBox(note));
  const notes = graph.notes.map((note) => (inside(note) ? { ...note, position: by(note.position ?? [0, 0]) } : note));
  return [
    { op: "frames", frames },
    ...(graph.notes.some(inside) ? [{ op: "notes", notes } as const] : []),
    ...nodesIn(graph, frame, sizeOf).map((node): Op => ({ op: "move", node, position: by(graph.layout[node] ?? [0, 0]) })),
  ];
}

type Rectangle = ReturnType<typeof frameBox>;

const within = (outer: Rectangle, inner: Rectangle): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/** What a frame or a note is selected by: /frame/0. No node can be called so. */
export const markOf = (what: "frame" | "note", index: number): string => `/${what}/${index}`;

/** The numbers of the frames, or the notes, that are selected. */
export const markedOf = (marked: readonly string[], what: "frame" | "note"): number[] =>
  marked.filter((mark) => mark.startsWith(`/${what}/`)).map((mark) => Number(mark.slice(what.length + 2)));

/** Operations that move nodes, and the frames and notes that are marked, by as much. */
export function shifting(graph: Content, nodes: readonly string[], marked: readonly string[], [dx, dy]: Position): Op[] {
  const by = ([x, y]: Position): Position => [x + dx, y + dy];
  const [frames, notes] = [markedOf(marked, "frame"), markedOf(marked, "note")];
  return [
    ...nodes.map((node): Op => ({ op: "move", node, position: by(graph.layout[node] ?? [0, 0]) })),
    ...(frames.length
      ? [{ op: "frames", frames: graph.frames.map((each, at) => (frames.includes(at) ? { ...each, position: by(each.position) } : each)) } as const]
      : []),
    ...(notes.length
      ? [{ op: "notes", notes: graph.notes.map((each, at) => (notes.includes(at) ? { ...each, position: by(each.position ?? [0, 0]) } : each)) } as const]
      : []),
  ];
}

/** The smallest that a frame and a note can be. */
export const LEAST = { frame: { width: 120, height: 80 }, note: { width: 120, height: 40 } } as const;

/** Operations that move the right and lower edges of the frames and notes that are marked by as much. */
export function resizing(graph: Content, marked: readonly string[], [dx, dy]: Position): Op[] {
  const [frames, notes] = [markedOf(marked, "frame"), markedOf(marked, "note")];
  const grown = ({ width, height }: Size, least: Size): [number, number] => [Math.max(least.width, width + dx), Math.max(least.height, height + dy)];
  return [
    ...(frames.length
      ? [{ op: "frames", frames: graph.frames.map((each, at) => (frames.includes(at) ? { ...each, size: grown(frameBox(each), LEAST.frame) } : each)) } as const]
      : []),
    ...(notes.length
      ? [{ op: "notes", notes: graph.notes.map((each, at) => (notes.includes(at) ? { ...each, size: grown(noteBox(each), LEAST.note) } : each)) } as const]
      : []),
  ];
}
