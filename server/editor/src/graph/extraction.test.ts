import { expect, test } from "vitest";

import styleTransfer from "../../../../graphs/style_transfer.json";
import { USUAL } from "./boxes";
import { appliedAll, type Content, contentOf, inverses } from "./content";
import { dissolving } from "./dissolution";
import { extracted, inseparable, replacing } from "./extraction";
import type { Kinds } from "./kinds";
import { canonical, drawn, kind, one, random, SOME } from "./samples";
import { linkedTo, linking, hindrance } from "./wiring";

const size = () => USUAL;
const style = contentOf(styleTransfer as unknown as Partial<Content>);
const PART = ["what the photo shows", "how it is painted", "content", "style"];

/** What the server would tell of the graph that was made. */
function knowing(made: ReturnType<typeof extracted>): Kinds {
  const inputs = Object.fromEntries(made.inputs.map(({ name, type, many }) => [name.replaceAll(" ", "_"), type + (many ? "[]" : "")]));
  const outputs = Object.fromEntries(made.outputs.map(({ name, type }) => [name.replaceAll(" ", "_"), type]));
  return { ...SOME, nodes: new Map([...SOME.nodes, ["graph:part", kind("graph:part", inputs, outputs)]]) };
}

test("part of the style transfer becomes a graph with what crosses its border", () => {
  expect(inseparable(style, PART)).toBe("");
  const { file } = extracted(SOME, style, PART, size);
  expect(Object.keys(file.nodes).sort()).toEqual([
    "content", "content objective", "how it is painted", "network", "painting size", "photo size", "style", "style objective", "what the photo shows",
  ]);
  expect(file.nodes["network"]).toEqual({ kind: "capriccio.GraphInput", version: 1, params: { type: "Network" } });
  expect(file.nodes["photo size"]).toEqual({ kind: "capriccio.GraphInput", version: 1, params: {} });
  expect(file.nodes["style"]).toBe(style.nodes["style"]);
  expect(file.links).toEqual([
    ["what the photo shows.features", "content.features"],
    ["painting size.item", "how it is painted.image"],
    ["network.item", "how it is painted.network"],
    ["how it is painted.features", "style.features"],
    ["photo size.item", "what the photo shows.image"],
    ["network.item", "what the photo shows.network"],
    ["content.objective", "content objective.item"],
    ["style.objective", "style objective.item"],
  ]);
  expect(file.layout["style"]).toEqual(styleTransfer.layout.style);
  expect(file.layout["network"]![0]).toBeLessThan(styleTransfer.layout["how it is painted"][0]!);
});

test("the node stands in their place, with the links in theirs", () => {
  const made = extracted(SOME, style, PART, size);
  const { node, ops } = replacing(knowing(made), style, PART, made, "part", size);
  const after = appliedAll(style, ops);
  expect(node).toBe("part");
  expect(after.nodes["part"]!.kind).toBe("graph:part");
  expect(linkedTo(after, "optimize.objectives")).toEqual(["part.content_objective", "part.style_objective", "smoothness.objective"]);
  expect(after.links.filter(([, end]) => end.startsWith("part."))).toEqual([
    ["painting size.image", "part.painting_size"],
    ["network.network", "part.network"],
    ["photo size.image", "part.photo_size"],
  ]);
  expect(canonical(appliedAll(after, inverses(style, ops)))).toEqual(canonical(style));
});

test("dissolved, all is as it was", () => {
  const made = extracted(SOME, style, PART, size);
  const kinds = knowing(made);
  const after = appliedAll(style, replacing(kinds, style, PART, made, "part", size).ops);
  const open = dissolving(kinds, after, "part", contentOf(made.file));
  if (typeof open === "string") throw new Error(open);
  const back = appliedAll(after, open.ops);
  const meant = ({ nodes, links }: ReturnType<typeof canonical>) => ({ nodes, links });
  expect(meant(canonical(back))).toEqual(meant(canonical(style)));
});

test("any part that can become a graph comes back as it was", () => {
  const next = random(11);
  const kinds = ["LoadImage", "ResizeImage", "ImageGrid", "FeatureExtractor", "LoadNetwork", "GramLoss", "WeightedObjective", "Optimize", "SaveImage", "Number"];
  let tried = 0;
  for (let round = 0; round < 120; round += 1) {
    const names = Array.from({ length: 9 }, (_, at) => `n${at}`);
    let graph = drawn(Object.fromEntries(names.map((name) => [name, one(next, kinds)])));
    for (let step = 0; step < 150; step += 1) {
      const [from, to] = [one(next, names), one(next, names)];
      const info = SOME.nodes.get(graph.nodes[to]!.kind)!;
      const out = SOME.nodes.get(graph.nodes[from]!.kind)!.outputs[0]?.name;
      const into = one(next, [...info.inputs.map(({ name }) => name), ...Object.keys(info.settings["properties"] as object)]);
      const [start, end] = [`${from}.${out}`, `${to}.${into}`];
      if (out && into && !hindrance(SOME, graph, start, end)) graph = appliedAll(graph, linking(SOME, graph, start, end));
    }
    graph = { ...graph, exposed: { shown: "n0.side" } };
    const part = names.filter(() => next() < 0.4);
    if (inseparable(graph, part)) continue;
    tried += 1;
    const made = extracted(SOME, graph, part, size);
    const all = knowing(made);
    const { ops } = replacing(all, graph, part, made, "part", size);
    const after = appliedAll(graph, ops);
    expect(canonical(appliedAll(after, inverses(graph, ops)))).toEqual(canonical(graph));
    const open = dissolving(all, after, "part", contentOf(made.file));
    if (typeof open === "string") throw new Error(open);
    const meant = ({ nodes, links, exposed }: ReturnType<typeof canonical>) => ({ nodes, links, exposed });
    expect(meant(canonical(appliedAll(after, open.ops)))).toEqual(meant(canonical(graph)));
  }
  expect(tried).toBeGreaterThan(30);
});

test.each([
  ["nothing", [], "nothing is selected"],
  ["nodes between which something else stands", ["photo size", "optimize"], "comes back to it at optimize"],
])("%s cannot become a graph", (_, names, why) => expect(inseparable(style, names)).toContain(why));

test("what goes into a graph and out of it stays in it", () => {
  const graph = drawn({ input: "GraphInput", size: "ResizeImage", output: "GraphOutput" });
  expect(inseparable(graph, ["input", "size"])).toBe("input is where this graph begins; leave it out of the selection");
  expect(inseparable(graph, ["size", "output"])).toBe("output is where this graph ends; leave it out of the selection");
});

test("a list that something inside takes whole goes in whole, others item by item", () => {
  const graph = drawn({ folder: "ImageFolder", size: "ResizeImage", grid: "ImageGrid", save: "SaveImage" }, [
    ["folder.image", "size.image"],
    ["size.image", "grid.images"],
    ["grid.image", "save.image"],
  ]);
  const many = (part: string[]) => extracted(SOME, graph, part, size).file.nodes["image"]!.params;
  expect(many(["size", "grid"])).toEqual({ many: true });
  expect(many(["size"])).toEqual({});
  expect(extracted(SOME, graph, ["grid"], size).file.nodes["images"]!.params).toEqual({ many: true });
});

test("settings that are linked or exposed stay so", () => {
  const graph: Content = {
    ...drawn({ n: "Number", photo: "LoadImage", size: "ResizeImage", save: "SaveImage" }, [
      ["n.number", "size.side"],
      ["photo.image", "size.image"],
      ["size.image", "save.image"],
    ]),
    exposed: { file: "photo.file" },
  };
  const made = extracted(SOME, graph, ["photo", "size"], size);
  expect(made.file.nodes["side"]!.params).toEqual({ type: "Number" });
  expect(made.file.exposed).toEqual({ file: "photo.file" });
  const after = appliedAll(graph, replacing(knowing(made), graph, ["photo", "size"], made, "part", size).ops);
  expect([after.exposed, linkedTo(after, "part.side"), linkedTo(after, "save.image")]).toEqual([{ file: "part.file" }, ["n.number"], ["part.image"]]);
});

test("what nothing reads goes out too, as only what leads to an output is run", () => {
  const graph = drawn({ photo: "LoadImage", size: "ResizeImage", save: "SaveImage" }, [["photo.image", "size.image"], ["size.image", "save.image"]]);
  expect(extracted(SOME, graph, ["size", "save"], size).outputs.map(({ start }) => start)).toEqual(["save.text"]);
});

test("frames that hold only these nodes go along, with the notes in them", () => {
  const graph: Content = {
    ...drawn({ a: "LoadImage", b: "ResizeImage", c: "SaveImage" }, [["a.image", "b.image"], ["b.image", "c.image"]]),
    frames: [{ title: "both", position: [-20, -60], size: [440, 220] }, { title: "all", position: [-30, -90], size: [900, 400] }],
    notes: [{ text: "in", position: [0, -40], size: [50, 20] }, { text: "out", position: [0, 500] }],
  };
  const made = extracted(SOME, graph, ["a", "b"], size);
  expect([made.file.frames, made.file.notes]).toEqual([[graph.frames[0]], [graph.notes[0]]]);
  const after = appliedAll(graph, replacing(knowing(made), graph, ["a", "b"], made, "part", size).ops);
  expect([after.frames, after.notes]).toEqual([[graph.frames[1]], [graph.notes[1]]]);
});

test("graphs that the outer one brings along go with nodes that are these", () => {
  const inner = { ...drawn({ x: "LoadImage" }) };
  const graph: Content = { ...drawn({ a: "LoadImage" }), graphs: { inner, other: inner } };
  graph.nodes["g"] = { kind: "graph:inner" };
  expect(Object.keys(extracted(SOME, graph, ["g"], size).file.graphs)).toEqual(["inner"]);
});

test("a default is left away where something is given, and stays where nothing is", () => {
  const inner = drawn({ photo: "LoadImage", size: "ResizeImage", "my input": "GraphInput", work: "ResizeImage", picture: "GraphOutput" }, [
    ["photo.image", "size.image"],
    ["size.image", "my input.default"],
    ["my input.item", "work.image"],
    ["work.image", "picture.item"],
  ]);
  const kinds: Kinds = { ...SOME, nodes: new Map([...SOME.nodes, ["graph:g", kind("graph:g", { my_input: "Image?" }, { picture: "Image" })]]) };
  const outer: Content = drawn({ mine: "LoadImage", save: "SaveImage" }, []);
  outer.nodes["g"] = { kind: "graph:g" };
  outer.layout["g"] = [500, 500];
  const opened = (links: [string, string][]) => {
    const made = dissolving(kinds, { ...outer, links }, "g", inner);
    if (typeof made === "string") throw new Error(made);
    return appliedAll({ ...outer, links }, made.ops);
  };
  const given = opened([["mine.image", "g.my_input"], ["g.picture", "save.image"]]);
  expect([Object.keys(given.nodes), given.links]).toEqual([["mine", "save", "work"], [["mine.image", "work.image"], ["work.image", "save.image"]]]);
  expect(given.layout["work"]).toEqual([500, 500]);
  const alone = opened([["g.picture", "save.image"]]);
  expect(alone.links).toEqual([["photo.image", "size.image"], ["size.image", "work.image"], ["work.image", "save.image"]]);
});

test("a node that is switched off, or brings graphs that are not here, is not dissolved", () => {
  const outer: Content = drawn({});
  outer.nodes["g"] = { kind: "graph:g", mode: "mute" };
  expect(dissolving(SOME, outer, "g", drawn({}))).toBe("g is muted; switch it on first");
  outer.nodes["g"] = { kind: "graph:g" };
  const inner: Content = { ...drawn({}), graphs: { deep: drawn({}) } };
  inner.nodes["d"] = { kind: "graph:deep" };
  expect(dissolving(SOME, outer, "g", inner)).toContain("brings along deep");
});
