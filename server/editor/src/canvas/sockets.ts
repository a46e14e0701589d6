// The sockets that a node has on the canvas.

import { nodeOf, portOf } from "../graph/content";
import { endsOf, type Kinds, startsOf } from "../graph/kinds";
import type { Content } from "../graph/content";
import { kindsIn, shownIn, useEditor, useShallow, type Editor } from "../state/store";

export interface Socket {
  name: string;
  type: string;
  depth: number;
  color: string;
  optional: boolean;
  linked: boolean;
}

let found: { content: Content; kinds: Kinds; wanted: string[]; rows: Map<string, string[]> } | null = null;
const NO_SOCKETS: string[] = [];

/**
 * Inputs and wanted settings on the left, outputs on the right, as texts that compare well.
 *
 * Every node asks at each change of the store, so what is found is kept while the graph stays the same.
 */
function written(state: Editor, node: string): string[] {
  const { content, name } = shownIn(state);
  const kinds = kindsIn(state);
  const wanted = state.sockets[name] ?? NO_SOCKETS;
  if (found?.content !== content || found.kinds !== kinds || found.wanted !== wanted)
    found = { content, kinds, wanted, rows: new Map() };
  const rows = found.rows.get(node) ?? rowsOf(content, kinds, wanted, node);
  found.rows.set(node, rows);
  return rows;
}

function rowsOf(content: Content, kinds: Kinds, wanted: string[], node: string): string[] {
  const linked = linksAt(content, node);
  const [all, starts] = [endsOf(kinds, content, node), startsOf(kinds, content, node)];
  const ends = all.filter(
    (end) => !end.setting || linked.has(`>${end.name}`) || wanted.includes(`${node}.${end.name}`),
  );
  // A link may name a socket that the node does not have (any more); it is shown all the same.
  const strange = [...linked].filter((at) => !(at[0] === ">" ? all : starts).some(({ name }) => name === at.slice(1)));
  return [
    ...ends.map((end) => told("in", end, colorOf(kinds, end.type), end.optional, linked.has(`>${end.name}`))),
    ...starts.map((start) => told("out", start, colorOf(kinds, start.type), false, linked.has(`<${start.name}`))),
    ...strange.map((at) => told(at[0] === ">" ? "in" : "out", { name: at.slice(1), type: "", depth: 0 }, "var(--bad)", false, true)),
  ];
}

const cache = new WeakMap<Content["links"], Map<string, Set<string>>>();

/** Which sockets of a node are linked: >input and <output. Found once for all nodes. */
function linksAt(content: Content, node: string): Set<string> {
  let all = cache.get(content.links);
  if (!all) {
    all = new Map();
    for (const [start, end] of content.links) {
      at(all, nodeOf(start)).add(`<${portOf(start)}`);
      at(all, nodeOf(end)).add(`>${portOf(end)}`);
    }
    cache.set(content.links, all);
  }
  return all.get(node) ?? NONE;
}

const NONE = new Set<string>();

function at(all: Map<string, Set<string>>, node: string): Set<string> {
  const found = all.get(node) ?? new Set();
  all.set(node, found);
  return found;
}

const told = (
  side: "in" | "out",
  { name, type, depth }: { name: string; type: string; depth: number },
  color: string,
  optional: boolean,
  linked: boolean,
): string => JSON.stringify([side, { name, type, depth, color, optional, linked } satisfies Socket]);

export const colorOf = (kinds: Kinds, type: string): string => kinds.ports.get(type)?.color ?? "var(--muted)";

export function useSockets(node: string): { ends: Socket[]; starts: Socket[] } {
  const rows = useEditor(useShallow((state) => written(state, node)));
  const sockets = rows.map((row) => JSON.parse(row) as ["in" | "out", Socket]);
  return {
    ends: sockets.filter(([side]) => side === "in").map(([, socket]) => socket),
    starts: sockets.filter(([side]) => side === "out").map(([, socket]) => socket),
  };
}
