// Drawing links with the mouse.

import type { Connection, Edge, FinalConnectionState, HandleType } from "@xyflow/react";

import { fits, link, relink, unlink } from "../actions/linking";
import { endsOf, objection, startsOf } from "../graph/kinds";
import { trouble } from "../state/notices";
import { get, kindsIn, shownIn } from "../state/store";
import { openSearch } from "./searching";

const startOf = ({ source, sourceHandle }: Connection | Edge): string => `${source}.${sourceHandle}`;
const endOf = ({ target, targetHandle }: Connection | Edge): string => `${target}.${targetHandle}`;

let changing: Edge | null = null;
let landed = false;

const handlers = {
  isValidConnection: (drawn: Connection | Edge) => !fits(startOf(drawn), endOf(drawn)),
  onConnect(drawn: Connection) {
    landed = true;
    link(startOf(drawn), endOf(drawn));
  },
  onConnectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState) {
    if (!landed && !changing) ended(event, state);
    landed = false;
  },
  onReconnectStart: (_: unknown, edge: Edge) => void (changing = edge),
  onReconnect(old: Edge, drawn: Connection) {
    landed = true;
    relink([startOf(old), endOf(old)], startOf(drawn), endOf(drawn));
  },
  onReconnectEnd(event: MouseEvent | TouchEvent, edge: Edge, _: HandleType, state: FinalConnectionState) {
    if (!landed && !state.toHandle) unlink(startOf(edge), endOf(edge));
    else if (!landed) complain(state);
    changing = null;
    landed = false;
    void event;
  },
};

export const useLinking = () => handlers;

/** A link was let go that found no socket that takes it. */
function ended(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  const { fromHandle, toHandle, toNode } = state;
  if (!fromHandle?.id) return;
  if (toHandle) return complain(state);
  const socket = `${fromHandle.nodeId}.${fromHandle.id}`;
  const gives = fromHandle.type === "source";
  if (toNode && toNode.type === "card" && toNode.id !== fromHandle.nodeId) return linkTo(socket, gives, toNode.id);
  const at = "changedTouches" in event ? event.changedTouches[0]! : event;
  openSearch(at.clientX, at.clientY, { socket, gives });
}

function complain({ fromHandle, toHandle }: FinalConnectionState): void {
  if (!fromHandle?.id || !toHandle?.id) return;
  const [a, b] = [`${fromHandle.nodeId}.${fromHandle.id}`, `${toHandle.nodeId}.${toHandle.id}`];
  if (fromHandle.type === toHandle.type)
    trouble(`${a} and ${b} both ${fromHandle.type === "source" ? "give" : "take"}; link an output to an input`);
  else trouble(fromHandle.type === "source" ? fits(a, b) : fits(b, a));
}

/** Dropped on a node: the first of its sockets that fits, rather one that is free. */
function linkTo(socket: string, gives: boolean, node: string): void {
  const { content } = shownIn(get());
  const kinds = kindsIn(get());
  const found = gives
    ? endsOf(kinds, content, node).filter((end) => !objection(kinds, content, socket, `${node}.${end.name}`))
    : startsOf(kinds, content, node).filter((start) => !objection(kinds, content, `${node}.${start.name}`, socket));
  const free = found.find(({ name }) => !content.links.some((each) => each.includes(`${node}.${name}`)));
  const chosen = free ?? found[0];
  if (!chosen) return trouble(`${node} has nothing that fits ${socket}`);
  if (gives) link(socket, `${node}.${chosen.name}`);
  else link(`${node}.${chosen.name}`, socket);
}
