// The operations that lead from one graph to another, and what has changed in words.

import type { FileNode, Op } from "../../wire";
import { alike, type Content, Draft, drawable, type Link, nodeOf, own, portOf } from "./content";

/** Operations after which `from` means and looks as `to` does. */
export function difference(from: Content, to: Content): Op[] {
  const ops: Op[] = [];
  const draft = new Draft(from);
  const graph = draft.content;
  const push = (op: Op) => {
    draft.change(op);
    ops.push(op);
  };
  for (const [name, node] of Object.entries(from.nodes)) {
    const after = own(to.nodes, name); // what a node is cannot be changed, so another takes its place
    if (after?.kind !== node.kind || (after.version ?? 1) !== (node.version ?? 1)) push({ op: "remove", node: name });
  }
  for (const [name, node] of Object.entries(to.nodes)) {
    if (!Object.hasOwn(graph.nodes, name)) push(placing(name, node, to));
    for (const op of changes(name, own(graph.nodes, name)!, node)) push(op);
    const position = own(to.layout, name) ?? [0, 0];
    if (!alike(own(graph.layout, name) ?? [0, 0], position)) push({ op: "move", node: name, position });
    const on = to.collapsed.includes(name);
    if (graph.collapsed.includes(name) !== on) push({ op: "collapse", node: name, on });
  }
  for (const op of relinking(graph, to)) push(op);
  for (const name of Object.keys(graph.exposed)) if (!Object.hasOwn(to.exposed, name)) push({ op: "expose", name });
  for (const [name, socket] of Object.entries(to.exposed))
    if (own(graph.exposed, name) !== socket && Object.hasOwn(to.nodes, nodeOf(socket)))
      push({ op: "expose", name, socket });
  if (!alike(graph.notes, to.notes)) push({ op: "notes", notes: to.notes });
  if (!alike(graph.frames, to.frames)) push({ op: "frames", frames: to.frames });
  return ops;
}

const placing = (name: string, node: FileNode, to: Content): Op => ({
  op: "add",
  node: name,
  kind: node.kind,
  version: node.version ?? 1,
  params: node.params ?? {},
  position: own(to.layout, name) ?? [0, 0],
});

function changes(name: string, now: FileNode, then: FileNode): Op[] {
  const ops: Op[] = [];
  const [before, after] = [now.params ?? {}, then.params ?? {}];
  const params = Object.fromEntries(Object.entries(after).filter(([key, value]) => !alike(own(before, key), value)));
  const reset = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  if (Object.keys(params).length || reset.length) ops.push({ op: "set", node: name, params, reset });
  const [was, is] = [now.mode ?? "on", then.mode ?? "on"];
  if (was !== is)
    ops.push(is === "on" ? { op: was as "mute", node: name, on: false } : { op: is, node: name, on: true });
  return ops;
}

/** Links of each input in the same order; an input whose links differ gets all of them anew. */
function relinking(graph: Content, to: Content): Op[] {
  const [now, then] = [byEnd(graph.links), byEnd(to.links.filter((link) => drawable(to, ...link)))];
  return [...new Set([...now.keys(), ...then.keys()])].flatMap((end) => {
    const [before, after] = [now.get(end) ?? [], then.get(end) ?? []];
    if (alike(before, after)) return [];
    return [
      ...before.map((start): Op => ({ op: "unlink", start, end })),
      ...[...new Set(after)].map((start): Op => ({ op: "link", start, end })),
    ];
  });
}

function byEnd(links: Link[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [start, end] of links) found.set(end, [...(found.get(end) ?? []), start]);
  return found;
}

/** One thing that differs, for a person: what it is about, how it was and how it is. */
export interface Change {
  node: string;
  what: string;
  was: string;
  is: string;
}

const shown = (value: unknown): string => (value === undefined ? "default" : JSON.stringify(value));

/** What differs in meaning between two graphs, node by node. */
export function changesBetween(then: Content, now: Content): Change[] {
  const found: Change[] = [];
  for (const name of new Set([...Object.keys(then.nodes), ...Object.keys(now.nodes)])) {
    const [a, b] = [own(then.nodes, name), own(now.nodes, name)];
    if (!a || !b) {
      found.push({ node: name, what: "node", was: a ? a.kind : "", is: b ? b.kind : "" });
      continue;
    }
    if (a.kind !== b.kind) found.push({ node: name, what: "node", was: a.kind, is: b.kind });
    if ((a.mode ?? "on") !== (b.mode ?? "on"))
      found.push({ node: name, what: "mode", was: a.mode ?? "on", is: b.mode ?? "on" });
    const [was, is] = [a.params ?? {}, b.params ?? {}];
    for (const key of new Set([...Object.keys(was), ...Object.keys(is)]))
      if (!alike(own(was, key), own(is, key)))
        found.push({ node: name, what: key, was: shown(own(was, key)), is: shown(own(is, key)) });
  }
  const [before, after] = [byEnd(then.links), byEnd(now.links)];
  for (const end of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(end) ?? [], after.get(end) ?? []];
    if (!alike(was, is))
      found.push({ node: nodeOf(end), what: portOf(end), was: was.join(", "), is: is.join(", ") });
  }
  return found;
}
