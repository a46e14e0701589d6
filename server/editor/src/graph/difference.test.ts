import { expect, test } from "vitest";

import { appliedAll, type Content } from "./content";
import { changesBetween, difference } from "./difference";
import { canonical, drawn, random, randomGraph, randomOps } from "./samples";

test("a difference leads from any graph to any other", () => {
  const next = random(3);
  for (let round = 0; round < 150; round += 1) {
    const from = randomGraph(next, 30);
    const to = round % 2 ? randomGraph(next, 30) : randomOps(next, from, 6).graph;
    expect(canonical(appliedAll(from, difference(from, to)))).toEqual(canonical(to));
    expect(difference(to, to)).toEqual([]);
  }
});

test("a node of another kind or version is another node, with its links", () => {
  const from = drawn({ a: "LoadImage", b: "ResizeImage" }, [["a.image", "b.image"]]);
  const to: Content = { ...from, nodes: { ...from.nodes, a: { kind: "capriccio.LoadImage", version: 2 } } };
  expect(canonical(appliedAll(from, difference(from, to)))).toEqual(canonical(to));
});

test("links of a file that cannot be drawn are left out", () => {
  const from = drawn({ a: "LoadImage" });
  const to = drawn({ a: "LoadImage", b: "ResizeImage" }, [["gone.image", "b.image"], ["b.image", "b.image"]]);
  expect(appliedAll(from, difference(from, to)).links).toEqual([]);
});

test("settings in another order are no difference", () => {
  const from = drawn({ a: "LoadImage" });
  const [one, other] = [{ x: { p: 1, q: 2 } }, { x: { q: 2, p: 1 } }];
  const as = (params: object): Content => ({ ...from, nodes: { a: { kind: "k", version: 1, params: params as Record<string, unknown> } } });
  expect(difference(as(one), as(other))).toEqual([]);
  expect(changesBetween(as(one), as(other))).toEqual([]);
});

test("changes are told node by node", () => {
  const then = drawn({ a: "LoadImage", b: "ResizeImage", gone: "Number" }, [["a.image", "b.image"]]);
  const now = appliedAll(then, [
    { op: "set", node: "b", params: { side: 64 } },
    { op: "remove", node: "gone" },
    { op: "mute", node: "a" },
    { op: "unlink", start: "a.image", end: "b.image" },
    { op: "move", node: "a", position: [1, 1] },
  ]);
  expect(changesBetween(then, now)).toEqual([
    { node: "a", what: "mode", was: "on", is: "mute" },
    { node: "b", what: "side", was: "default", is: "64" },
    { node: "gone", what: "node", was: "capriccio.Number", is: "" },
    { node: "b", what: "image", was: "a.image", is: "" },
  ]);
});
