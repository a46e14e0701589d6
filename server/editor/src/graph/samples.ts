// Kinds and graphs for tests: as those that there are, and random ones.

import type { NodeInfo, Op } from "../../wire";
import { applied, type Content, contentOf, EMPTY, Misfit, type Position } from "./content";
import { type Kinds, kindsOf } from "./kinds";

/** A socket as Image, Image[] for a list, or ~Item for any type; with ? it may be left unlinked. */
type Sockets = Record<string, string>;

function socketOf(name: string, written: string) {
  const depth = written.split("[]").length - 1;
  const type = written.replaceAll("[]", "").replace(/^~|\?$/g, "").replace(/^~/, "");
  return { name, type, depth, generic: written.startsWith("~"), optional: written.endsWith("?"), live: false };
}

export function kind(id: string, inputs: Sockets, outputs: Sockets, settings: Record<string, object> = {}): NodeInfo {
  return {
    id,
    version: 1,
    category: id.startsWith("capriccio.Graph") ? "Graphs" : "Images",
    doc: "",
    inputs: Object.entries(inputs).map(([name, written]) => socketOf(name, written)),
    outputs: Object.entries(outputs).map(([name, written]) => socketOf(name, written)),
    settings: { type: "object", properties: settings },
    streams: false,
    touches: [],
  };
}

const number = { type: "number", "x-port": "Number", default: 1 };

export const NODES: NodeInfo[] = [
  kind("capriccio.GraphInput", { default: "~Item?" }, { item: "~Item" }, {
    type: { type: "string", default: "Image", "x-widget": "type", "x-port": "Text" },
    many: { type: "boolean", default: false, "x-port": "Bool" },
  }),
  kind("capriccio.GraphOutput", { item: "~Item" }, { item: "~Item" }),
  kind("capriccio.LoadImage", {}, { image: "Image" }, { file: { type: "string", "x-port": "Text", default: "" } }),
  kind("capriccio.ResizeImage", { image: "Image" }, { image: "Image" }, { side: number }),
  kind("capriccio.SaveImage", { image: "Image" }, { text: "Text" }),
  kind("capriccio.ImageGrid", { images: "Image[]" }, { image: "Image" }),
  kind("capriccio.LoadNetwork", {}, { network: "Network" }),
  kind("capriccio.FeatureExtractor", { image: "Image", network: "Network" }, { features: "Features" }),
  kind("capriccio.ContentLoss", { features: "Features" }, { objective: "Objective" }, { weight: number }),
  kind("capriccio.GramLoss", { features: "Features" }, { objective: "Objective" }, { weight: number }),
  kind("capriccio.TotalVariation", {}, { objective: "Objective" }, { weight: number }),
  kind("capriccio.WeightedObjective", { objectives: "Objective[]" }, { objective: "Objective" }, { weight: number }),
  kind("capriccio.Optimize", { objectives: "Objective[]", init: "Image" }, { image: "Image" }, { steps: number, rate: number }),
  kind("capriccio.Number", {}, { number: "Number" }, { value: number }),
  kind("capriccio.Numbers", {}, { number: "Number[]" }),
  kind("capriccio.ImageFolder", {}, { image: "Image[]" }),
  kind("capriccio.Pick", { items: "~Item[]" }, { item: "~Item" }, { index: number }),
];

export const SOME: Kinds = kindsOf({
  nodes: NODES,
  ports: ["Image", "Network", "Features", "Objective", "Number", "Text"].map((name) => ({
    name,
    color: "#808080",
    doc: "",
    previews: name === "Image",
  })),
});

/** A graph written shortly: nodes by kind, and links. */
export function drawn(nodes: Record<string, string>, links: [string, string][] = []): Content {
  return contentOf({
    nodes: Object.fromEntries(Object.entries(nodes).map(([name, id]) => [name, { kind: `capriccio.${id}`, version: 1 }])),
    links,
    layout: Object.fromEntries(Object.keys(nodes).map((name, at) => [name, [at * 200, 0] as Position])),
  });
}

/** Numbers from 0 to 1 that are the same for one seed (mulberry32). */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const one = <T>(next: () => number, all: readonly T[]): T => all[Math.floor(next() * all.length)]!;

// Some are names that every object has.
const NAMES = ["a", "b", "c", "d e", "constructor", "toString", "grün", "h 2"];
const KINDS = NODES.map(({ id }) => id);
const PORTS = ["x", "y", "many"];
const KEYS = ["side", "file", "valueOf"];

/** An operation, which may fit or not. */
export function randomOp(next: () => number, graph: Content): Op {
  const nodes = Object.keys(graph.nodes);
  const node = one(next, nodes.length ? nodes : NAMES);
  const [start, end] = [`${one(next, nodes.length ? nodes : NAMES)}.${one(next, PORTS)}`, `${node}.${one(next, PORTS)}`];
  const on = next() < 0.6;
  const position: Position = [Math.round(next() * 1000), Math.round(next() * 1000)];
  const value = one<unknown>(next, [1, 2, "three", [4], { five: 5, six: [6] }, null, true]);
  const link = one(next, graph.links.length ? graph.links : [[start, end] as const]);
  return one<Op>(next, [
    { op: "add", node: one(next, NAMES), kind: one(next, KINDS), position, params: on ? { side: value } : {} },
    { op: "add", node: one(next, NAMES), kind: one(next, KINDS), position },
    { op: "remove", node },
    { op: "move", node, position },
    { op: "link", start, end },
    { op: "link", start, end },
    { op: "link", start, end },
    { op: "unlink", start: link[0], end: link[1] },
    { op: "set", node, params: { [one(next, KEYS)]: value }, reset: on ? [one(next, KEYS)] : [] },
    { op: "mute", node, on },
    { op: "bypass", node, on },
    { op: "rename", node, to: one(next, NAMES) },
    { op: "expose", name: one(next, ["shown", "other"]), socket: on ? end : null },
    { op: "collapse", node, on },
    { op: "notes", notes: on ? [{ text: String(value), position }] : [] },
    { op: "frames", frames: on ? [{ title: String(value), position, size: [10, 10] }] : [] },
  ]);
}

/** Operations that fit, one after the other, and the graph that they make. */
export function randomOps(next: () => number, graph: Content, count: number): { ops: Op[]; graph: Content } {
  const ops: Op[] = [];
  while (ops.length < count) {
    const op = randomOp(next, graph);
    try {
      graph = applied(graph, op);
      ops.push(op);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
    }
  }
  return { ops, graph };
}

export const randomGraph = (next: () => number, steps = 40): Content => randomOps(next, EMPTY, steps).graph;

/** A graph as what it means and looks like: in no order, but for that of the links of each input. */
export function canonical(graph: Content) {
  const ends = [...new Set(graph.links.map(([, end]) => end))].sort();
  const sorted = <T>(record: Record<string, T>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    nodes: sorted(graph.nodes).map(([name, { kind, version, mode, params }]) => [
      name,
      { kind, version: version ?? 1, mode: mode ?? "on", params: sorted(params ?? {}) },
    ]),
    links: ends.map((end) => [end, graph.links.filter((link) => link[1] === end).map(([start]) => start)]),
    exposed: sorted(graph.exposed),
    layout: sorted(graph.layout),
    notes: graph.notes,
    frames: graph.frames,
    collapsed: [...graph.collapsed].sort(),
  };
}
