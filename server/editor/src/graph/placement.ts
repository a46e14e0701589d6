// Putting a new node on the canvas, linked to what it was drawn from.

import type { NodeInfo, Op } from "../../wire";
import { appliedAll, type Content, type Link, type Position } from "./content";
import { choosesType, endAt, freeName, GRAPH, INPUT, type Kinds, OUTPUT, startAt, titleOf } from "./kinds";
import { endFor, linking, splicing, startFor } from "./wiring";

/** The end of a link that was dropped, and whether it gives or takes. */
export interface Dropped {
  socket: string;
  gives: boolean;
}

export interface Placement {
  name: string;
  ops: Op[];
  /** The sockets that it was linked to. */
  linked: string[];
}

/** What a new node of a kind is called: gram loss, gram loss 2. */
export function nameFor(graph: Content, kind: string): string {
  // The sockets of the graph, where it is a node, are called after these.
  if (kind === INPUT) return freeName(graph.nodes, "input");
  if (kind === OUTPUT) return freeName(graph.nodes, "output");
  const title = titleOf(kind);
  const acronym = /^\p{Lu}{2}/u.test(title);
  return freeName(graph.nodes, kind.startsWith(GRAPH) || acronym ? title : title.charAt(0).toLowerCase() + title.slice(1));
}

/** Operations that place a node and link it to what was dropped, or lead a link through it. */
export function placing(
  kinds: Kinds,
  graph: Content,
  info: Pick<NodeInfo, "id" | "version">,
  position: Position,
  from: Dropped | null = null,
  on: Link | null = null,
  settings: Record<string, unknown> = {},
): Placement {
  const name = nameFor(graph, info.id);
  const params = { ...(from ? chosenType(kinds, graph, info.id, from) : {}), ...settings };
  const add: Op = { op: "add", node: name, kind: info.id, version: info.version, position, params };
  const placed = appliedAll(graph, [add]);
  const linked = from ? joining(kinds, placed, name, from) : on ? splicing(kinds, placed, name, on) : [];
  const sockets = from && linked.length ? [from.socket] : linked.length && on ? [...on] : [];
  return { name, ops: [add, ...linked], linked: sockets };
}

function joining(kinds: Kinds, graph: Content, node: string, { socket, gives }: Dropped): Op[] {
  const [start, end] = gives
    ? [socket, endFor(kinds, graph, socket, node)]
    : [startFor(kinds, graph, socket, node), socket];
  return start && end ? linking(kinds, graph, start, end) : [];
}

/** A node whose type is a setting takes that of what it is linked to. */
function chosenType(kinds: Kinds, graph: Content, kind: string, { socket, gives }: Dropped): Record<string, unknown> {
  if (!choosesType(kinds.nodes.get(kind))) return {};
  const type = (gives ? startAt(kinds, graph, socket) : endAt(kinds, graph, socket))?.type;
  return type ? { type } : {};
}
