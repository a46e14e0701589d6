// Taking nodes away, keeping the wire through them where types allow.

import type { Op } from "../../wire";
import { applied, appliedAll, type Content, nodeOf } from "./content";
import { markOf } from "./frames";
import { endAt, endsOf, type Kinds, objection, startAt } from "./kinds";
import { linkedTo, wired } from "./wiring";

/** Operations that remove nodes; what came into them goes to what they fed, as if they were bypassed. */
export function removing(kinds: Kinds, graph: Content, nodes: readonly string[]): Op[] {
  const ops: Op[] = [];
  for (const node of nodes) {
    if (!Object.hasOwn(graph.nodes, node)) continue;
    const step = removingOne(kinds, graph, node);
    graph = appliedAll(graph, step);
    ops.push(...step);
  }
  return ops;
}

function removingOne(kinds: Kinds, graph: Content, node: string): Op[] {
  const ends = [...new Set(graph.links.filter(([start]) => nodeOf(start) === node).map(([, end]) => end))];
  const remove: Op = { op: "remove", node };
  const ops: Op[] = [remove];
  let after = applied(graph, remove);
  for (const end of ends) {
    if (nodeOf(end) === node) continue;
    const starts = linkedTo(graph, end).flatMap((start) => (nodeOf(start) === node ? passedOn(kinds, graph, start) : [start]));
    const had = linkedTo(after, end);
    const good = starts.filter((start) => had.includes(start) || !objection(kinds, after, start, end));
    const taker = endAt(kinds, graph, end);
    const step = wired(after, end, taker && !taker.many ? good.slice(0, 1) : good);
    after = appliedAll(after, step);
    ops.push(...step);
  }
  return ops;
}

/** What a bypassed node gives at an output: what comes into its first input of that type that is linked. */
function passedOn(kinds: Kinds, graph: Content, start: string): string[] {
  const node = nodeOf(start);
  const type = startAt(kinds, graph, start)?.type;
  if (!type) return [];
  for (const end of endsOf(kinds, graph, node)) {
    if (end.setting || end.type !== type) continue;
    const starts = linkedTo(graph, `${node}.${end.name}`).filter((each) => nodeOf(each) !== node);
    if (starts.length) return starts;
  }
  return [];
}

/** Operations that remove the frames and notes that are marked. */
export function removingMarked(graph: Content, marked: readonly string[]): Op[] {
  const frames = graph.frames.filter((_, index) => !marked.includes(markOf("frame", index)));
  const notes = graph.notes.filter((_, index) => !marked.includes(markOf("note", index)));
  return [
    ...(frames.length < graph.frames.length ? [{ op: "frames", frames } as const] : []),
    ...(notes.length < graph.notes.length ? [{ op: "notes", notes } as const] : []),
  ];
}
