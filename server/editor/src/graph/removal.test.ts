import { expect, test } from "vitest";

import { appliedAll, inverses } from "./content";
import { markOf } from "./frames";
import { removing, removingMarked } from "./removal";
import { canonical, drawn, NODES, one, random, SOME } from "./samples";
import { hindrance, linkedTo, linking } from "./wiring";

test("the wire through a removed node is kept where types allow", () => {
  const graph = drawn({ a: "LoadImage", b: "ResizeImage", c: "ResizeImage", d: "SaveImage", e: "ResizeImage" }, [
    ["a.image", "b.image"],
    ["b.image", "c.image"],
    ["c.image", "d.image"],
    ["b.image", "e.image"],
  ]);
  const left = appliedAll(graph, removing(SOME, graph, ["b"]));
  expect(left.links).toEqual([["c.image", "d.image"], ["a.image", "c.image"], ["a.image", "e.image"]]);
  const both = appliedAll(graph, removing(SOME, graph, ["c", "b"]));
  expect(linkedTo(both, "d.image")).toEqual(["a.image"]);
  const other = appliedAll(graph, removing(SOME, graph, ["b", "c"]));
  expect(canonical(other)).toEqual(canonical(both));
});

test("no wire is kept where the node gave another type than it took", () => {
  const graph = drawn({ a: "LoadImage", f: "FeatureExtractor", g: "GramLoss" }, [["a.image", "f.image"], ["f.features", "g.features"]]);
  expect(appliedAll(graph, removing(SOME, graph, ["f"])).links).toEqual([]);
});

test("what came into a node stands in its place among many", () => {
  const graph = drawn({ a: "GramLoss", b: "GramLoss", w: "WeightedObjective", c: "GramLoss", o: "Optimize" }, [
    ["a.objective", "w.objectives"],
    ["b.objective", "w.objectives"],
    ["w.objective", "o.objectives"],
    ["c.objective", "o.objectives"],
  ]);
  const left = appliedAll(graph, removing(SOME, graph, ["w"]));
  expect(linkedTo(left, "o.objectives")).toEqual(["a.objective", "b.objective", "c.objective"]);
});

test("an input that takes one is given the first, as when the node is bypassed", () => {
  const graph = drawn({ a: "LoadImage", b: "LoadImage", g: "ImageGrid", r: "ResizeImage" }, [
    ["a.image", "g.images"],
    ["b.image", "g.images"],
    ["g.image", "r.image"],
  ]);
  expect(appliedAll(graph, removing(SOME, graph, ["g"])).links).toEqual([["a.image", "r.image"]]);
});

test("what already is linked there is not linked twice", () => {
  const graph = drawn({ a: "LoadImage", b: "ResizeImage", g: "ImageGrid" }, [
    ["a.image", "b.image"],
    ["a.image", "g.images"],
    ["b.image", "g.images"],
  ]);
  expect(appliedAll(graph, removing(SOME, graph, ["b"])).links).toEqual([["a.image", "g.images"]]);
});

test("removing any nodes of any sound graph leaves a sound graph, and can be taken back", () => {
  const next = random(6);
  const kinds = NODES.map(({ id }) => id.slice("capriccio.".length));
  for (let round = 0; round < 60; round += 1) {
    const names = Array.from({ length: 9 }, (_, at) => `n${at}`);
    let graph = drawn(Object.fromEntries(names.map((name) => [name, one(next, kinds)])));
    for (let step = 0; step < 120; step += 1) {
      const [from, to] = [one(next, names), one(next, names)];
      const out = one(next, SOME.nodes.get(graph.nodes[from]!.kind)!.outputs)?.name;
      const into = one(next, SOME.nodes.get(graph.nodes[to]!.kind)!.inputs)?.name;
      const [start, end] = [`${from}.${out}`, `${to}.${into}`];
      if (out && into && !hindrance(SOME, graph, start, end)) graph = appliedAll(graph, linking(SOME, graph, start, end));
    }
    const gone = names.filter(() => next() < 0.4);
    const ops = removing(SOME, graph, gone);
    const left = appliedAll(graph, ops);
    expect(Object.keys(left.nodes)).toEqual(names.filter((name) => !gone.includes(name)));
    for (const [start, end] of left.links) {
      const others = { ...left, links: left.links.filter((link) => link[0] !== start || link[1] !== end) };
      expect(hindrance(SOME, others, start, end)).toBe("");
    }
    expect(canonical(appliedAll(left, inverses(graph, ops)))).toEqual(canonical(graph));
  }
});

test("frames and notes that are marked are removed", () => {
  const graph = { ...drawn({}), notes: [{ text: "a" }, { text: "b" }], frames: [{ title: "f", position: [0, 0] as [number, number], size: [1, 1] as [number, number] }] };
  const left = appliedAll(graph, removingMarked(graph, [markOf("note", 0), markOf("frame", 0)]));
  expect([left.notes, left.frames]).toEqual([[{ text: "b" }], []]);
  expect(removingMarked(graph, [])).toEqual([]);
});
