import { expect, test } from "vitest";

import type { Op } from "../../wire";
import { alike, applied, appliedAll, contentOf, inverse, inverses, Misfit } from "./content";
import { canonical, drawn, random, randomGraph, randomOp, randomOps } from "./samples";

test("the inverse of any operation leads back, the order of links included", () => {
  const next = random(1);
  let tried = 0;
  for (let round = 0; round < 60; round += 1) {
    let graph = randomGraph(next, 25);
    for (let step = 0; step < 25; step += 1) {
      const op = randomOp(next, graph);
      let after;
      try {
        after = applied(graph, op);
      } catch (error) {
        expect(error).toBeInstanceOf(Misfit);
        continue;
      }
      expect(canonical(appliedAll(after, inverse(graph, op))), JSON.stringify(op)).toEqual(canonical(graph));
      graph = after;
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(500);
});

test("the inverses of many operations lead back, and so do the inverses of these", () => {
  const next = random(2);
  for (let round = 0; round < 60; round += 1) {
    const before = randomGraph(next, 20);
    const { ops, graph } = randomOps(next, before, 12);
    const back = inverses(before, ops);
    expect(canonical(appliedAll(graph, back))).toEqual(canonical(before));
    expect(canonical(appliedAll(before, inverses(graph, back)))).toEqual(canonical(graph));
  }
});

test("names that every object has are names like others", () => {
  const graph = appliedAll(contentOf({}), [
    { op: "add", node: "constructor", kind: "k" },
    { op: "add", node: "toString", kind: "k" },
    { op: "link", start: "constructor.x", end: "toString.y" },
    { op: "rename", node: "toString", to: "valueOf" },
  ]);
  expect(graph.links).toEqual([["constructor.x", "valueOf.y"]]);
  for (const op of [
    { op: "move", node: "hasOwnProperty", position: [0, 0] },
    { op: "expose", name: "toString", socket: null },
  ] satisfies Op[])
    expect(() => applied(graph, op)).toThrow(Misfit);
});

test("a node called __proto__ is a node, and changes no prototype", () => {
  const graph = appliedAll(contentOf({}), [
    { op: "add", node: "__proto__", kind: "k" },
    { op: "move", node: "__proto__", position: [1, 2] },
    { op: "set", node: "__proto__", params: { polluted: 1 } },
  ]);
  expect(Object.keys(graph.nodes)).toEqual(["__proto__"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect(Object.keys(applied(graph, { op: "remove", node: "__proto__" }).nodes)).toEqual([]);
});

test("a node that is removed and brought back stands among the links of its inputs as before", () => {
  const graph = drawn({ a: "GramLoss", b: "ContentLoss", c: "TotalVariation", o: "Optimize" }, [
    ["a.objective", "o.objectives"],
    ["b.objective", "o.objectives"],
    ["c.objective", "o.objectives"],
  ]);
  const remove: Op = { op: "remove", node: "a" };
  const back = appliedAll(applied(graph, remove), inverse(graph, remove));
  expect(back.links.map(([start]) => start)).toEqual(["a.objective", "b.objective", "c.objective"]);
});

test("links of a file that cannot be drawn do not keep a removal from being taken back", () => {
  const graph = drawn({ a: "GramLoss", o: "Optimize" }, [
    ["gone.objective", "o.objectives"],
    ["a.objective", "o.objectives"],
    ["a.objective", "a.features"],
  ]);
  for (const node of ["a", "o"]) {
    const back = appliedAll(applied(graph, { op: "remove", node }), inverse(graph, { op: "remove", node }));
    // What has nothing to do with the node stays; what could not be drawn again does not come back.
    const other = node === "a" ? ["gone.objective", "o.objectives"] : ["a.objective", "a.features"];
    expect(back.links).toEqual([other, ["a.objective", "o.objectives"]]);
  }
});

test("what says the same is alike, whichever way round", () => {
  expect(alike({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(true);
  expect(alike([1, 2], [2, 1])).toBe(false);
  expect(alike({ a: undefined }, {})).toBe(false);
  expect(alike([], {})).toBe(false);
  expect(alike(null, {})).toBe(false);
});
