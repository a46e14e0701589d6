// What nodes, sockets of graphs and exposed settings may be called.

import type { Content } from "./content";
import { INPUT, OUTPUT } from "./kinds";

const NODE = /^[^./\u0000-\u001f]+$/u;
const EXPOSED = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const LONGEST = 100;

export const isNodeName = (name: string): boolean => NODE.test(name) && [...name].length <= LONGEST;

/** Why a node cannot be called so, as a sentence; "" if it can. */
export function misnamed(graph: Pick<Content, "nodes">, name: string): string {
  if (!isNodeName(name)) return `a node cannot be called “${name.slice(0, 40)}”; use 1 to 100 characters without . and /`;
  if (Object.hasOwn(graph.nodes, name)) return `there is a node ${name} already; choose another name`;
  return "";
}

/** What the socket of a graph is called after its GraphInput or GraphOutput. */
export function socketName(node: string): string {
  const made = [...node].map((letter) => (/[A-Za-z0-9_]/.test(letter) ? letter : "_")).join("");
  return /^[A-Za-z_]/.test(made) ? made : `_${made}`;
}

/** The sockets that a graph has where it is a node: inputs, or outputs. */
const socketsOf = (graph: Pick<Content, "nodes">, kind: typeof INPUT | typeof OUTPUT): Map<string, string> =>
  new Map(Object.entries(graph.nodes).filter(([, node]) => node.kind === kind).map(([name]) => [socketName(name), name]));

/** A name for an exposed setting: the wanted one, or a free one like it; or why it cannot be. */
export function settingName(
  graph: Pick<Content, "nodes" | "exposed">,
  wanted: string,
  any: boolean,
  socket = "",
): { free: string; why: string } {
  if (!EXPOSED.test(wanted))
    return { free: "", why: `a setting cannot be exposed as “${wanted.slice(0, 40)}”; use letters, digits and _, no digit first` };
  const inputs = socketsOf(graph, INPUT);
  const taken = (name: string) =>
    inputs.has(name) || (Object.hasOwn(graph.exposed, name) && graph.exposed[name] !== socket);
  if (!taken(wanted)) return { free: wanted, why: "" };
  if (!any) return { free: "", why: `${wanted} is an input or an exposed setting of this graph already; choose another name` };
  for (let number = 2; ; number += 1) if (!taken(`${wanted}_${number}`)) return { free: `${wanted}_${number}`, why: "" };
}
