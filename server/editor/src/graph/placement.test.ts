import { expect, test } from "vitest";

import { appliedAll } from "./content";
import { nameFor, placing } from "./placement";
import { drawn, SOME } from "./samples";
import { linkedTo } from "./wiring";

const info = (id: string) => SOME.nodes.get(`capriccio.${id}`)!;
const graph = drawn({ photo: "LoadImage", o: "Optimize", keep: "ContentLoss", save: "SaveImage" }, [
  ["photo.image", "o.init"],
  ["keep.objective", "o.objectives"],
  ["o.image", "save.image"],
]);

test("a node is called after its kind, in small letters, and by a free name", () => {
  expect(nameFor(graph, "capriccio.GramLoss")).toBe("gram loss");
  expect(nameFor(drawn({ "gram loss": "GramLoss" }), "capriccio.GramLoss")).toBe("gram loss 2");
  expect(nameFor(graph, "capriccio.GANLoss")).toBe("GAN loss");
  expect(nameFor(graph, "graph:My style_two")).toBe("My style two");
  expect(nameFor(drawn({ input: "GraphInput" }), "capriccio.GraphInput")).toBe("input 2");
});

test("a node is placed with a link to what was dropped", () => {
  const made = placing(SOME, graph, info("ResizeImage"), [5, 6], { socket: "photo.image", gives: true });
  const after = appliedAll(graph, made.ops);
  expect([made.name, after.layout[made.name], after.nodes[made.name]!.version]).toEqual(["resize image", [5, 6], 1]);
  expect(linkedTo(after, "resize image.image")).toEqual(["photo.image"]);
});

test("dropped from an input that has a link, the new node takes its place", () => {
  const after = appliedAll(graph, placing(SOME, graph, info("LoadImage"), [0, 0], { socket: "o.init", gives: false }).ops);
  expect(linkedTo(after, "o.init")).toEqual(["load image.image"]);
});

test("dropped from a setting, a number is linked to it", () => {
  const after = appliedAll(graph, placing(SOME, graph, info("Number"), [0, 0], { socket: "o.steps", gives: false }).ops);
  expect(linkedTo(after, "o.steps")).toEqual(["number.number"]);
});

test("a GraphInput is of the type of what it is linked to", () => {
  const made = placing(SOME, graph, info("GraphInput"), [0, 0], { socket: "o.objectives", gives: false });
  const after = appliedAll(graph, made.ops);
  expect(after.nodes["input"]!.params).toEqual({ type: "Objective" });
  expect(linkedTo(after, "o.objectives")).toEqual(["keep.objective", "input.item"]);
});

test("a node dropped on a link is led into it; one that does not fit is placed alone", () => {
  const into = appliedAll(graph, placing(SOME, graph, info("ResizeImage"), [0, 0], null, ["o.image", "save.image"]).ops);
  expect([linkedTo(into, "resize image.image"), linkedTo(into, "save.image")]).toEqual([["o.image"], ["resize image.image"]]);
  const alone = placing(SOME, graph, info("LoadNetwork"), [0, 0], null, ["o.image", "save.image"]);
  expect([alone.ops.length, alone.linked]).toEqual([1, []]);
});

test("a kind that does not fit what was dropped is placed alone", () => {
  expect(placing(SOME, graph, info("LoadNetwork"), [0, 0], { socket: "photo.image", gives: true }).ops).toHaveLength(1);
});
