import { expect, test } from "vitest";

import type { Op } from "../../wire";
import { appliedAll, type Content } from "./content";
import { canonical, drawn, random, SOME } from "./samples";
import { endFor, hindrance, linkedTo, linking, relinking, splicing, startFor, wired } from "./wiring";

const style = drawn(
  { photo: "LoadImage", size: "ResizeImage", net: "LoadNetwork", look: "FeatureExtractor", keep: "ContentLoss", style: "GramLoss", o: "Optimize", save: "SaveImage" },
  [
    ["photo.image", "size.image"],
    ["size.image", "o.init"],
    ["keep.objective", "o.objectives"],
    ["style.objective", "o.objectives"],
    ["net.network", "look.network"],
    ["o.image", "save.image"],
  ],
);

const after = (graph: Content, ops: Op[]) => appliedAll(graph, ops);

test("wired makes the links of an input these, in this order, with no needless operation", () => {
  const next = random(5);
  const starts = ["a", "b", "c", "d", "e"].map((name) => `${name}.x`);
  const shuffled = () => [...starts].sort(() => next() - 0.5).slice(0, Math.floor(next() * 6));
  const nodes = Object.fromEntries([..."abcdef"].map((name) => [name, "Number"]));
  for (let round = 0; round < 200; round += 1) {
    const [before, wanted] = [shuffled(), shuffled()];
    const graph = drawn(nodes, before.map((start) => [start, "f.y"]));
    const ops = wired(graph, "f.y", wanted);
    expect(linkedTo(after(graph, ops), "f.y")).toEqual(wanted);
    if (wanted.every((start) => before.includes(start)) && before.filter((start) => wanted.includes(start)).join() === wanted.join())
      expect(ops.every(({ op }) => op === "unlink")).toBe(true);
  }
});

test("a link is refused with a sentence", () => {
  expect(hindrance(SOME, style, "net.network", "size.image")).toBe("size.image takes Image, but net.network gives Network");
  expect(hindrance(SOME, style, "o.image", "photo.file")).toContain("circle");
  expect(hindrance(SOME, style, "o.image", "o.init")).toContain("itself");
  expect(hindrance(SOME, style, "photo.image", "size.image")).toContain("already");
  expect(hindrance(SOME, style, "photo.image", "o.steps")).toBe("o.steps takes Number, but photo.image gives Image");
  expect(hindrance(SOME, style, "size.image", "look.image")).toBe("");
});

test("an input that takes one link loses the one that it had; one that takes many keeps them", () => {
  const one = after(style, linking(SOME, style, "photo.image", "o.init"));
  expect(linkedTo(one, "o.init")).toEqual(["photo.image"]);
  const more = { ...style, nodes: { ...style.nodes, tv: { kind: "capriccio.TotalVariation" } } };
  expect(linkedTo(after(more, linking(SOME, more, "tv.objective", "o.objectives")), "o.objectives")).toHaveLength(3);
});

test("a setting can be linked, and takes one", () => {
  const graph = { ...style, nodes: { ...style.nodes, n: { kind: "capriccio.Number" }, m: { kind: "capriccio.Number" } } };
  const once = after(graph, linking(SOME, graph, "n.number", "o.steps"));
  expect(linkedTo(after(once, linking(SOME, once, "m.number", "o.steps")), "o.steps")).toEqual(["m.number"]);
});

test("what a generic node already feeds says what it can be given", () => {
  const graph = drawn({ pick: "Pick", size: "ResizeImage", n: "Numbers", p: "LoadImage" }, [["pick.item", "size.image"]]);
  expect(hindrance(SOME, graph, "n.number", "pick.items")).toBe("n.number to pick.items would make pick.item give Number, but size.image takes Image");
  expect(hindrance(SOME, graph, "p.image", "pick.items")).toBe("");
});

test("a generic node takes another type in place of what it was given", () => {
  const graph = drawn({ out: "GraphOutput", n: "Number", p: "LoadImage" }, [["p.image", "out.item"]]);
  expect(hindrance(SOME, graph, "n.number", "out.item")).toBe("");
});

test("a GraphInput is of the type that it is set to, and its settings take no links", () => {
  const graph = drawn({ in: "GraphInput", n: "Number", p: "LoadImage", t: "SaveImage" });
  expect(hindrance(SOME, graph, "p.image", "in.default")).toBe("");
  expect(hindrance(SOME, graph, "n.number", "in.default")).toContain("takes Image");
  expect(hindrance(SOME, graph, "t.text", "in.type")).toContain("takes no link");
  const set = after(graph, [{ op: "set", node: "in", params: { type: "Number" } }]);
  expect(hindrance(SOME, set, "n.number", "in.default")).toBe("");
});

test("a link is moved in one step and keeps its place among many", () => {
  const graph = { ...style, nodes: { ...style.nodes, tv: { kind: "capriccio.TotalVariation" } } };
  const ops = relinking(SOME, graph, ["keep.objective", "o.objectives"], "tv.objective", "o.objectives");
  expect(linkedTo(after(graph, ops as Op[]), "o.objectives")).toEqual(["tv.objective", "style.objective"]);
  const moved = after(style, relinking(SOME, style, ["photo.image", "size.image"], "photo.image", "o.init") as Op[]);
  expect(moved.links.filter(([start]) => start === "photo.image")).toEqual([["photo.image", "o.init"]]);
  expect(linkedTo(moved, "o.init")).toEqual(["photo.image"]);
  expect(relinking(SOME, style, ["photo.image", "size.image"], "photo.image", "look.network")).toContain("takes Network");
  expect(relinking(SOME, style, ["photo.image", "size.image"], "photo.image", "size.image")).toEqual([]);
});

test("a node is led into a link where types allow, in the place of that link", () => {
  const graph = { ...style, nodes: { ...style.nodes, weighted: { kind: "capriccio.WeightedObjective" }, grid: { kind: "capriccio.ImageGrid" } } };
  const through = after(graph, splicing(SOME, graph, "weighted", ["keep.objective", "o.objectives"]));
  expect(linkedTo(through, "o.objectives")).toEqual(["weighted.objective", "style.objective"]);
  expect(linkedTo(through, "weighted.objectives")).toEqual(["keep.objective"]);
  expect(linkedTo(after(graph, splicing(SOME, graph, "grid", ["photo.image", "size.image"])), "size.image")).toEqual(["grid.image"]);
  expect(splicing(SOME, graph, "grid", ["keep.objective", "o.objectives"])).toEqual([]);
  expect(splicing(SOME, graph, "size", ["photo.image", "size.image"])).toEqual([]);
  expect(splicing(SOME, graph, "grid", ["photo.image", "o.init"])).toEqual([]); // there is no such link
});

test("the best socket of a node is found", () => {
  expect(endFor(SOME, style, "size.image", "look")).toBe("look.image");
  expect(endFor(SOME, style, "net.network", "look")).toBe(""); // it has one
  expect(endFor(SOME, style, "photo.image", "keep")).toBe("");
  expect(startFor(SOME, style, "look.image", "size")).toBe("size.image");
  const graph = { ...style, nodes: { ...style.nodes, n: { kind: "capriccio.Number" } } };
  expect(endFor(SOME, graph, "n.number", "style")).toBe("style.weight");
});

test("operations that are refused change nothing", () => {
  expect(canonical(after(style, splicing(SOME, style, "net", ["photo.image", "size.image"])))).toEqual(canonical(style));
});
