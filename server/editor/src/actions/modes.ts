// Switching, collapsing, naming and setting nodes.

import type { Op } from "../../wire";
import { alike, own } from "../graph/content";
import { choosesType, infoOf } from "../graph/kinds";
import { misnamed, settingName } from "../graph/names";
import { endGroup } from "../state/documents";
import { say, trouble } from "../state/notices";
import { get, set } from "../state/store";
import { change, here } from "./here";

/** Mute the selected nodes, or let them run again if all are muted. */
export const mute = (): boolean => toggle("mute", "muted");
/** Bypass the selected nodes, or not, if all are bypassed. */
export const bypass = (): boolean => toggle("bypass", "bypassed");

function toggle(mode: "mute" | "bypass", word: string): boolean {
  const { content } = here();
  const nodes = selected();
  const on = !nodes.every((node) => own(content.nodes, node)?.mode === mode);
  const wanted = nodes.filter((node) => (own(content.nodes, node)?.mode === mode) !== on);
  const ops = wanted.map((node): Op => ({ op: mode, node, on }));
  return ops.length > 0 && told(change(ops, on ? mode : `switch on ${named(wanted)}`), `${named(wanted)} ${are(wanted)} ${on ? word : "on"}`);
}

/** Draw the selected nodes small, or in full again if all are small. */
export function collapse(): boolean {
  const { content } = here();
  const nodes = selected();
  const on = !nodes.every((node) => content.collapsed.includes(node));
  const wanted = nodes.filter((node) => content.collapsed.includes(node) !== on);
  const ops = wanted.map((node): Op => ({ op: "collapse", node, on }));
  return ops.length > 0 && told(change(ops, on ? "collapse" : "expand"), `${named(wanted)} ${are(wanted)} ${on ? "small" : "in full"}`);
}

const selected = (): string[] => get().selection.filter((node) => Object.hasOwn(here().content.nodes, node));
const named = (nodes: string[]): string => (nodes.length === 1 ? nodes[0]! : `${nodes.length} nodes`);
const are = (nodes: string[]): string => (nodes.length === 1 ? "is" : "are");

function told(done: boolean, text: string): boolean {
  if (done) say(text);
  return done;
}

/** Give a node another name; says why not, and gives false, if it cannot have it. */
export function rename(node: string, to: string): boolean {
  const { content } = here();
  const name = to.trim();
  if (name === node) return true;
  const why = misnamed(content, name);
  if (why) {
    trouble(why);
    return false;
  }
  if (!change([{ op: "rename", node, to: name }], `rename ${node}`)) return false;
  const graph = here().name;
  set(({ selection, sockets }) => ({
    selection: selection.map((each) => (each === node ? name : each)),
    sockets: { ...sockets, [graph]: (own(sockets, graph) ?? []).map((socket) => renamed(socket, node, name)) },
  }));
  say(`${node} is called ${name} now`);
  return true;
}

const renamed = (socket: string, node: string, to: string): string =>
  socket.startsWith(`${node}.`) ? to + socket.slice(node.length) : socket;

/** Set a setting; with `done` false more values follow at once, and all are one step of undo. */
export function setParam(node: string, name: string, value: unknown, done = true): boolean {
  const { content, name: graph } = here();
  const now = own(content.nodes, node)?.params ?? {};
  const group = `set:${node}.${name}`;
  const changed =
    Object.hasOwn(now, name) && alike(now[name], value)
      ? true
      : change([{ op: "set", node, params: { [name]: value } }], `set ${name} of ${node}`, group);
  if (done && graph) endGroup(graph);
  return changed;
}

/** Give a setting its default back. */
export function resetParam(node: string, name: string): boolean {
  const params = own(here().content.nodes, node)?.params ?? {};
  if (!Object.hasOwn(params, name)) return true;
  return told(change([{ op: "set", node, reset: [name] }], `reset ${name} of ${node}`), `${name} has its default again`);
}

/** Show a setting as a socket, though nothing is linked to it. */
export function showSocket(node: string, setting: string): void {
  const { name } = here();
  const socket = `${node}.${setting}`;
  set(({ sockets }) => ({ sockets: { ...sockets, [name]: [...new Set([...(own(sockets, name) ?? []), socket])] } }));
}

export function hideSocket(node: string, setting: string): void {
  const { name } = here();
  const socket = `${node}.${setting}`;
  set(({ sockets }) => ({ sockets: { ...sockets, [name]: (own(sockets, name) ?? []).filter((each) => each !== socket) } }));
}

/** Give the graph, where it is a node, a setting of one of its nodes; under another name if it has it already. */
export function expose(socket: string, as?: string): boolean {
  const { kinds, content } = here();
  const at = socket.lastIndexOf(".");
  const [node, setting] = [socket.slice(0, at), socket.slice(at + 1)];
  const name = settingName(content, as ?? setting, as === undefined, socket);
  const why =
    name.why || (choosesType(infoOf(kinds, content, node)) ? `${socket} says what the graph is; expose another setting` : "");
  if (why) {
    trouble(why);
    return false;
  }
  const before = Object.entries(content.exposed).filter(([each, where]) => where === socket && each !== name.free);
  const ops: Op[] = [
    ...before.map(([each]): Op => ({ op: "expose", name: each, socket: null })),
    { op: "expose", name: name.free, socket },
  ];
  return told(change(ops, `expose ${setting} of ${node}`), `${socket} is exposed as ${name.free}`);
}

export const unexpose = (name: string): boolean =>
  told(change([{ op: "expose", name, socket: null }], `expose ${name} no more`), `${name} is exposed no more`);
