// What is selected, by other means than pointing at it.

import { type Box, boxesOf, type Direction, nearest } from "../graph/boxes";
import { type Content, nodeOf } from "../graph/content";
import { markOf } from "../graph/frames";
import { say } from "../state/notices";
import { get, set } from "../state/store";
import { shownGraph } from "./here";
import { sizeOf } from "./sizes";

function select(nodes: string[], text = told(nodes)): void {
  set({ selection: nodes, marked: [], links: [] });
  say(text);
}

const told = (nodes: string[]): string =>
  nodes.length === 1 ? `${nodes[0]} is selected` : nodes.length ? `${nodes.length} nodes are selected` : "nothing is selected";

/** Select one more node, frame or note, or one less if it is selected; with those of before, unless told. */
export function selectToo(id: string, before: readonly string[] = [...get().selection, ...get().marked]): void {
  const all = before.includes(id) ? before.filter((each) => each !== id) : [...before, id];
  const isMark = (each: string) => each.startsWith("/");
  const parts = all.filter(isMark).length;
  select(all.filter((each) => !isMark(each)), parts ? `${all.length} ${all.length === 1 ? "part is" : "parts are"} selected` : undefined);
  set({ marked: all.filter(isMark) });
}

/** All nodes, frames and notes. */
export function selectAll(): void {
  const { nodes, frames, notes } = shownGraph();
  select(Object.keys(nodes));
  set({ marked: [...frames.map((_, at) => markOf("frame", at)), ...notes.map((_, at) => markOf("note", at))] });
}

export const selectNone = (): void => select([]);

/** The nodes that are not selected. */
export function invert(): void {
  const { selection } = get();
  select(Object.keys(shownGraph().nodes).filter((node) => !selection.includes(node)));
}

/** The selected nodes, and all that they need. */
export const selectUpstream = (): void => select(reached(shownGraph(), get().selection, "up"));
/** The selected nodes, and all that needs them. */
export const selectDownstream = (): void => select(reached(shownGraph(), get().selection, "down"));

export function reached({ links }: Pick<Content, "links">, nodes: readonly string[], way: "up" | "down"): string[] {
  const found = new Set(nodes);
  for (const node of found)
    for (const [start, end] of links) {
      const [from, to] = way === "down" ? [nodeOf(start), nodeOf(end)] : [nodeOf(end), nodeOf(start)];
      if (from === node) found.add(to);
    }
  return [...found];
}

/** Select the nearest node in a direction, or the one that a link leads to. */
export function next(direction: Direction | "forward" | "back"): string | null {
  const graph = shownGraph();
  const boxes = boxesOf(graph, Object.keys(graph.nodes), sizeOf);
  const from = boxes.find(({ name }) => name === get().selection.at(-1));
  const found = from ? stepped(graph, boxes, from, direction) : first(boxes);
  if (!found) {
    say(from ? `there is no node ${WHERE[direction]} ${from.name}` : "there is no node");
    return null;
  }
  select([found.name]);
  return found.name;
}

const WHERE = {
  left: "left of",
  right: "right of",
  up: "above",
  down: "below",
  forward: "after",
  back: "before",
};

function stepped(graph: Content, boxes: Box[], from: Box, direction: Direction | "forward" | "back"): Box | undefined {
  if (direction !== "forward" && direction !== "back") return nearest(boxes, from, direction);
  const link = graph.links.find(([start, end]) => nodeOf(direction === "forward" ? start : end) === from.name);
  const to = link && nodeOf(direction === "forward" ? link[1] : link[0]);
  return boxes.find(({ name }) => name === to);
}

/** The one that is read first. */
const first = (boxes: Box[]): Box | undefined => [...boxes].sort((a, b) => a.x - b.x || a.y - b.y)[0];
