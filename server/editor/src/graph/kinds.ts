// What kinds of nodes there are, which sockets a placed node has, and which of them fit together.

import type { Catalogue, InputInfo, NodeInfo, OutputInfo, PortInfo } from "../../wire";
import type { SettingSchema } from "../widgets/contract";
import { type Content, nodeOf, own, portOf } from "./content";

/** The kind of a node that is a saved graph begins so. */
export const GRAPH = "graph:";

/** Where a graph that is used as a node begins and ends. */
export const INPUT = "capriccio.GraphInput";
export const OUTPUT = "capriccio.GraphOutput";

export interface Kinds {
  nodes: Map<string, NodeInfo>;
  ports: Map<string, PortInfo>;
}

export const NOTHING: Kinds = { nodes: new Map(), ports: new Map() };

export const kindsOf = ({ nodes, ports }: Pick<Catalogue, "nodes" | "ports">): Kinds => ({
  nodes: new Map(nodes.map((info) => [info.id, info])),
  ports: new Map(ports.map((port) => [port.name, port])),
});

/** What a kind is called on the canvas: capriccio.GramLoss is Gram loss. */
export function titleOf(kind: string): string {
  if (kind.startsWith(GRAPH)) return kind.slice(GRAPH.length).replaceAll("_", " ");
  const last = kind.slice(kind.lastIndexOf(".") + 1);
  const words = last.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  return words.replace(/ ([A-Z])(?![A-Z])/g, (_, letter: string) => ` ${letter.toLowerCase()}`);
}

export const settingsOf = (info: NodeInfo | undefined): Record<string, SettingSchema> =>
  (info?.settings["properties"] ?? {}) as Record<string, SettingSchema>;

export const infoOf = (kinds: Kinds, graph: Content, node: string): NodeInfo | undefined =>
  kinds.nodes.get(own(graph.nodes, node)?.kind ?? "");

/** Where a link may end: an input, or a setting. */
export interface End {
  name: string;
  /** A port type; "" where anything fits. */
  type: string;
  /** It takes any number of links. */
  many: boolean;
  depth: number;
  optional: boolean;
  setting: boolean;
}

export interface Start {
  name: string;
  type: string;
  depth: number;
}

/** The inputs of a node, then those of its settings that are linked or wanted as sockets. */
export function endsOf(kinds: Kinds, graph: Content, node: string): End[] {
  const info = infoOf(kinds, graph, node);
  const inputs = (info?.inputs ?? []).map((input) => endOf(kinds, graph, node, input));
  const settings = Object.entries(settingsOf(info)).map(([name, schema]) => settingEnd(name, schema));
  return [...inputs, ...settings];
}

export const endAt = (kinds: Kinds, graph: Content, socket: string): End | undefined =>
  endsOf(kinds, graph, nodeOf(socket)).find(({ name }) => name === portOf(socket));

export function startsOf(kinds: Kinds, graph: Content, node: string): Start[] {
  const outputs = infoOf(kinds, graph, node)?.outputs ?? [];
  return outputs.map((output) => startOf(kinds, graph, node, output, new Set()));
}

export const startAt = (kinds: Kinds, graph: Content, socket: string): Start | undefined =>
  startsOf(kinds, graph, nodeOf(socket)).find(({ name }) => name === portOf(socket));

function endOf(kinds: Kinds, graph: Content, node: string, input: InputInfo): End {
  const type = input.generic ? boundTo(kinds, graph, node, input.type, new Set()) : input.type;
  return { name: input.name, type, many: input.depth > 0, depth: input.depth, optional: input.optional, setting: false };
}

const settingEnd = (name: string, schema: SettingSchema): End => ({
  name,
  type: schema["x-port"] ?? "",
  many: false,
  depth: 0,
  optional: true,
  setting: true,
});

function startOf(kinds: Kinds, graph: Content, node: string, output: OutputInfo, seen: Set<string>): Start {
  const type = output.generic ? boundTo(kinds, graph, node, output.type, seen) : output.type;
  return { name: output.name, type, depth: output.depth };
}

/** What a generic node's variable stands for, by what is linked to it; "" where nothing tells. */
function boundTo(kinds: Kinds, graph: Content, node: string, variable: string, seen: Set<string>): string {
  if (seen.has(node)) return "";
  seen.add(node);
  const info = infoOf(kinds, graph, node);
  if (choosesType(info)) {
    const chosen = own(graph.nodes, node)?.params?.["type"] ?? settingsOf(info)["type"]?.default;
    return typeof chosen === "string" ? chosen : "";
  }
  for (const input of info?.inputs ?? []) {
    if (!input.generic || input.type !== variable) continue;
    for (const [start, end] of graph.links) {
      if (nodeOf(end) !== node || portOf(end) !== input.name) continue;
      const source = infoOf(kinds, graph, nodeOf(start));
      const output = source?.outputs.find(({ name }) => name === portOf(start));
      const type = output ? startOf(kinds, graph, nodeOf(start), output, seen).type : "";
      if (type) return type;
    }
  }
  return "";
}

/** Whether what a node takes and gives is one of its settings, as GraphInput's is. */
export const choosesType = (info: NodeInfo | undefined): boolean => settingsOf(info)["type"]?.["x-widget"] === "type";

/** Why a link cannot be drawn, as a sentence; "" if it can. */
export function objection(kinds: Kinds, graph: Content, start: string, end: string): string {
  const [from, to] = [nodeOf(start), nodeOf(end)];
  if (from === to) return `${from} cannot be linked to itself; choose another node`;
  if (graph.links.some((link) => link[0] === start && link[1] === end))
    return `${start} is linked to ${end} already`;
  if (reaches(graph, to, from)) return `${start} to ${end} would make a circle; ${from} needs what ${to} gives`;
  const [given, wanted] = [startAt(kinds, graph, start), endAt(kinds, graph, end)];
  if (!given || !wanted) return "";
  if (wanted.setting && choosesType(infoOf(kinds, graph, to)))
    return `${end} says what the graph is, so it takes no link; choose it`;
  if (given.type && wanted.type && given.type !== wanted.type)
    return `${end} takes ${wanted.type}, but ${start} gives ${given.type}`;
  return "";
}

/** Whether what one node gives gets to another. */
function reaches(graph: Content, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const node of seen) {
    if (node === to) return true;
    for (const [start, end] of graph.links) if (nodeOf(start) === node) seen.add(nodeOf(end));
  }
  return false;
}

/** Whether a node shows pictures. */
export function shows(kinds: Kinds, graph: Content, node: string): boolean {
  const info = infoOf(kinds, graph, node);
  if (!info) return false;
  const first = startsOf(kinds, graph, node)[0];
  if (first && (kinds.ports.get(first.type)?.previews ?? false)) return true;
  return info.inputs.some(({ type }) => type === "Image") && info.touches.includes("files"); // SaveImage
}

/** A name for a new node that none has: Gram loss, Gram loss 2. */
export function freeName(taken: Record<string, unknown>, wanted: string): string {
  const letters = [...wanted.replace(/[./\u0000-\u001f]/g, " ").trim()];
  const base = letters.slice(0, 90).join("") || "node";
  if (!Object.hasOwn(taken, base)) return base;
  const stem = base.replace(/ \d+$/, "");
  let number = 2;
  while (Object.hasOwn(taken, `${stem} ${number}`)) number += 1;
  return `${stem} ${number}`;
}
