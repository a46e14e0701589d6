import { expect, test } from "vitest";

import { appliedAll, type Content } from "./content";
import { type Clip, copied, movedBy, movedTo, pasting, readClip } from "./clip";
import { markOf } from "./frames";
import { canonical, drawn, random, randomGraph, SOME } from "./samples";

const graph: Content = {
  ...drawn({ photo: "LoadImage", size: "ResizeImage", a: "GramLoss", b: "GramLoss", o: "Optimize" }, [
    ["photo.image", "size.image"],
    ["size.image", "o.init"],
    ["b.objective", "o.objectives"],
    ["a.objective", "o.objectives"],
  ]),
  collapsed: ["size"],
  notes: [{ text: "note", position: [10, 10] }],
  frames: [{ title: "frame", position: [0, 0], size: [300, 200] }],
};

const clipOf = (text: string): Clip => {
  const clip = readClip(text);
  if (typeof clip === "string") throw new Error(clip);
  return clip;
};

test("a copy pasted into an empty graph is the same again", () => {
  const next = random(7);
  for (let round = 0; round < 40; round += 1) {
    const whole = { ...randomGraph(next, 30), exposed: {} };
    if (!Object.keys(whole.nodes).length) continue;
    const marked = [...whole.notes.map((_, at) => markOf("note", at)), ...whole.frames.map((_, at) => markOf("frame", at))];
    const { ops, names } = pasting(SOME, drawn({}), clipOf(copied(whole, Object.keys(whole.nodes), marked)), movedBy([0, 0]));
    const made = appliedAll(drawn({}), ops);
    // Names that every object has are given a number.
    const back = Object.entries(names).filter(([old, name]) => old !== name);
    const renamed = appliedAll(made, back.map(([old, name]) => ({ op: "rename", node: name, to: old })));
    expect(canonical(renamed)).toEqual(canonical(whole));
  }
});

test("names are made free, inner links follow, sources that are here are kept", () => {
  const { ops, names } = pasting(SOME, graph, clipOf(copied(graph, ["size", "o"])), movedBy([5, 5]));
  const after = appliedAll(graph, ops);
  expect(names).toEqual({ size: "size 2", o: "o 2" });
  expect(after.links.slice(graph.links.length)).toEqual([
    ["photo.image", "size 2.image"],
    ["size 2.image", "o 2.init"],
    ["b.objective", "o 2.objectives"],
    ["a.objective", "o 2.objectives"],
  ]);
  expect(after.layout["size 2"]).toEqual([205, 5]);
  expect(after.collapsed).toContain("size 2");
});

test("in another graph only sources that are there, and fit, are linked", () => {
  const other = drawn({ photo: "LoadNetwork", a: "GramLoss" });
  const after = appliedAll(other, pasting(SOME, other, clipOf(copied(graph, ["size", "o"])), movedBy([0, 0])).ops);
  expect(after.links).toEqual([["size.image", "o.init"], ["a.objective", "o.objectives"]]);
});

test("pasted at a place, its middle stands there", () => {
  const clip = clipOf(copied(graph, ["size", "o"]));
  const after = appliedAll(graph, pasting(SOME, graph, clip, movedTo(clip, [1000, 500])).ops);
  expect([after.layout["size 2"], after.layout["o 2"]]).toEqual([[600, 440], [1200, 440]]);
});

test("frames and notes go along if they are marked", () => {
  const clip = clipOf(copied(graph, [], [markOf("note", 0), markOf("frame", 0)]));
  const after = appliedAll(graph, pasting(SOME, graph, clip, movedBy([1, 1])).ops);
  expect(after.notes).toEqual([graph.notes[0], { text: "note", position: [11, 11] }]);
  expect(after.frames[1]).toEqual({ title: "frame", position: [1, 1], size: [300, 200] });
});

test("a whole graph file is pasted as its nodes", () => {
  const file = { format: "capriccio-graph", version: 1, nodes: { a: { kind: "capriccio.LoadImage" }, b: { kind: "capriccio.ResizeImage", mode: "mute", params: { side: 3 } } }, links: [["a.image", "b.image"]], layout: { a: [0, 0] } };
  const after = appliedAll(drawn({}), pasting(SOME, drawn({}), clipOf(JSON.stringify(file)), movedBy([0, 0])).ops);
  expect(after.links).toEqual([["a.image", "b.image"]]);
  expect(after.nodes["b"]).toEqual({ kind: "capriccio.ResizeImage", version: 1, mode: "mute", params: { side: 3 } });
});

const clip = (changes: object) => JSON.stringify({ "capriccio-clip": 1, nodes: { a: { kind: "k" } }, ...changes });

test.each([
  ["nothing", ""],
  ["prose", "hello"],
  ["other JSON", '{"nodes": {}}'],
  ["a list", "[1, 2]"],
  ["null", "null"],
  ["another version", '{"capriccio-clip": 2, "nodes": {}}'],
  ["too much", `{"capriccio-clip": 1, "nodes": {"${"a".repeat(2_000_001)}": {}}}`],
  ["no nodes", clip({ nodes: {} })],
  ["nodes that are a list", clip({ nodes: [] })],
  ["a node that is text", clip({ nodes: { a: "k" } })],
  ["a node without a kind", clip({ nodes: { a: {} } })],
  ["a kind without end", clip({ nodes: { a: { kind: "k".repeat(201) } } })],
  ["a name with a slash", clip({ nodes: { "a/b": { kind: "k" } } })],
  ["a name with a dot", clip({ nodes: { "a.b": { kind: "k" } } })],
  ["a name without end", clip({ nodes: { ["a".repeat(101)]: { kind: "k" } } })],
  ["no name", clip({ nodes: { "": { kind: "k" } } })],
  ["a mode that there is not", clip({ nodes: { a: { kind: "k", mode: "constructor" } } })],
  ["half a version", clip({ nodes: { a: { kind: "k", version: 1.5 } } })],
  ["settings that are a list", clip({ nodes: { a: { kind: "k", params: [] } } })],
  ["an infinite number", clip({}).replace('"k"', '"k", "params": {"x": 1e999}')],
  ["__proto__ as a node", '{"capriccio-clip": 1, "nodes": {"__proto__": {"kind": "k"}}}'],
  ["__proto__ as a setting", '{"capriccio-clip": 1, "nodes": {"a": {"kind": "k", "params": {"x": [{"__proto__": {"polluted": 1}}]}}}}'],
  ["bottomless settings", clip({}).replace('"k"', `"k", "params": {"x": ${"[".repeat(100)}${"]".repeat(100)}}`)],
  ["links that are text", clip({ links: "a.b" })],
  ["half a link", clip({ links: [["a.x"]] })],
  ["a link of numbers", clip({ links: [[1, 2]] })],
  ["a socket that is none", clip({ links: [["a", "b.c"]] })],
  ["a place that is none", clip({ layout: { a: [0] } })],
  ["a place beyond the canvas", clip({ layout: { a: [1e300, 0] } })],
  ["a note that is none", clip({ notes: [{ text: 1 }] })],
  ["a frame without a size", clip({ frames: [{ title: "", position: [0, 0] }] })],
  ["a frame turned inside out", clip({ frames: [{ title: "", position: [0, 0], size: [-1, 1] }] })],
  ["too many nodes", clip({ nodes: Object.fromEntries(Array.from({ length: 2001 }, (_, at) => [`n${at}`, { kind: "k" }])) })],
])("%s is not pasted, and a sentence says so", (_, text) => {
  const read = readClip(text);
  expect(read).toBeTypeOf("string");
  expect((read as string).length).toBeGreaterThan(10);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("nonsense among sound links is left out", () => {
  const { ops } = pasting(SOME, graph, clipOf(clip({ nodes: { a: { kind: "k" }, b: { kind: "k" } }, links: [["a.x", "a.y"], ["a.x", "b.y"], ["a.x", "b.y"], ["none.x", "b.y"], ["a.x", "none.y"]] })), movedBy([0, 0]));
  expect(ops.filter(({ op }) => op === "link")).toEqual([{ op: "link", start: "a 2.x", end: "b 2.y" }]);
});

test("names that every object has are pasted under others", () => {
  const { names } = pasting(SOME, drawn({}), clipOf(clip({ nodes: { constructor: { kind: "k" }, toString: { kind: "k" } } })), movedBy([0, 0]));
  expect(names).toEqual({ constructor: "constructor 2", toString: "toString 2" });
});
