// Putting nodes on the canvas, and finding which.

import type { NodeInfo, Op } from "../../wire";
import type { Link, Position } from "../graph/content";
import { endAt, GRAPH, startAt, titleOf } from "../graph/kinds";
import { type Dropped, placing } from "../graph/placement";
import { fitting, found, searchable } from "../graph/search";
import { splicing } from "../graph/wiring";
import { describe } from "../state/inner";
import { say, trouble } from "../state/notices";
import { get, set } from "../state/store";
import { change, here } from "./here";

/**
 * Place a node, linked to a socket that was dropped or led through a link, in one step; it is selected.
 *
 * Gives its name. A graph that is not known yet is asked for first, and null is given meanwhile.
 */
export function place(
  kind: string,
  position: Position,
  from: Dropped | null = null,
  on: Link | null = null,
  params: Record<string, unknown> = {},
): string | null {
  const { kinds, content, root, name: graph } = here();
  const info = kinds.nodes.get(kind);
  if (!info && kind.startsWith(GRAPH)) {
    void placeOnceKnown(graph || root, kind, position, from, on, params);
    return null;
  }
  if (!info) {
    trouble(`there is no node ${kind}; is its plugin installed?`);
    return null;
  }
  const { name, ops, linked } = placing(kinds, content, { ...info, id: kind }, position, from, on);
  if (Object.keys(params).length) ops.push({ op: "set", node: name, params });
  if (!change(ops, `add ${name}`)) return null;
  set({ selection: [name], marked: [], links: [] });
  say(linked.length ? `${name} is placed, linked to ${linked.join(" and ")}` : `${name} is placed`);
  return name;
}

async function placeOnceKnown(
  graph: string,
  kind: string,
  position: Position,
  from: Dropped | null,
  on: Link | null,
  params: Record<string, unknown>,
): Promise<void> {
  await describe(graph, kind.slice(GRAPH.length)); // it says why, if it cannot be known
  const { kinds, root, name } = here();
  if ((name || root) === graph && kinds.nodes.has(kind)) place(kind, position, from, on, params);
}

/** Lead a link through a node that is there; `moved` are operations of the same step. Gives false if it does not fit. */
export function spliceInto(node: string, link: Link, moved: Op[] = []): boolean {
  const { kinds, content } = here();
  const ops = splicing(kinds, content, node, link);
  if (!ops.length || !change([...moved, ...ops], `insert ${node}`)) return false;
  say(`${node} is inserted between ${link[0]} and ${link[1]}`);
  return true;
}

/** Whether spliceInto would do it. */
export function splices(node: string, link: Link): boolean {
  const { kinds, content } = here();
  return splicing(kinds, content, node, link).length > 0;
}

/** Kinds that a dropped link could go to, the best first; all of them for none. */
export function candidates(from: Dropped | null): NodeInfo[] {
  const { kinds, content } = here();
  const all = [...kinds.nodes.values()];
  if (!from) return all;
  const socket = from.gives ? startAt(kinds, content, from.socket) : endAt(kinds, content, from.socket);
  return fitting(all, { type: socket?.type ?? "", depth: socket?.depth ?? 0 }, from.gives);
}

/** The kinds that a query fits, the best first. */
export const ranked = (query: string, kinds: NodeInfo[]): NodeInfo[] => found(query, kinds, searchable);

/** What can be placed, as lists show it. */
export interface Placeable {
  kind: string;
  title: string;
  category: string;
  doc: string;
  /** Of its first output's type; "" if that is not known. */
  color: string;
}

/** All kinds of the catalogue, then all graphs but those that are being shown. */
export function placeable(): Placeable[] {
  const state = get();
  const { kinds, root, name } = here();
  const colorOf = (info: NodeInfo | undefined) => kinds.ports.get(info?.outputs[0]?.type ?? "")?.color ?? "";
  const nodes = [...state.kinds.nodes.values()].map((info) => ({
    kind: info.id,
    title: titleOf(info.id),
    category: info.category,
    doc: info.doc,
    color: colorOf(info),
  }));
  const graphs = state.graphs.filter((graph) => graph.name !== root && graph.name !== name);
  return [
    ...nodes,
    ...graphs.map((graph) => ({
      kind: GRAPH + graph.name,
      title: titleOf(GRAPH + graph.name),
      category: "Graphs",
      doc: graph.text,
      color: colorOf(kinds.nodes.get(GRAPH + graph.name)),
    })),
  ];
}

/** What can be placed that a query fits, the best first. */
export const search = (query: string, all = placeable()): Placeable[] =>
  found(query, all, ({ kind, title, category, doc }) => ({ id: kind, title, category, doc }));
