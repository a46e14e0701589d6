import { expect, test } from "vitest";

import type { Op } from "../../wire";
import { appliedAll, type Content, EMPTY } from "./content";
import { replayed } from "./replay";
import { canonical, drawn, random, randomGraph, randomOps } from "./samples";

const base = drawn({ a: "LoadImage", b: "ResizeImage", o: "Optimize" }, [["a.image", "b.image"]]);
const side = (value: number): Op => ({ op: "set", node: "b", params: { side: value } });

test("however far the server got, what is sent again makes the same graph, without conflicts", () => {
  const next = random(4);
  for (let round = 0; round < 120; round += 1) {
    const start = randomGraph(next, 15);
    const { ops, graph } = randomOps(next, start, 10);
    for (let done = 0; done <= ops.length; done += 1) {
      const theirs = appliedAll(start, ops.slice(0, done));
      const replay = replayed(start, theirs, ops);
      expect(replay.conflicts).toEqual([]);
      expect(canonical(appliedAll(theirs, replay.ops))).toEqual(canonical(graph));
    }
  }
});

test("what others have done elsewhere is no conflict, and stays", () => {
  const others: Op[] = [{ op: "add", node: "theirs", kind: "k" }, { op: "move", node: "o", position: [5, 5] }];
  const ours: Op[] = [side(1), side(2), { op: "rename", node: "b", to: "c" }, { op: "add", node: "x", kind: "k" }, { op: "remove", node: "a" }];
  const wanted = canonical(appliedAll(base, [...others, ...ours]));
  for (let done = 0; done <= ours.length; done += 1) {
    const theirs = appliedAll(base, [...ours.slice(0, done), ...others]);
    const replay = replayed(base, theirs, ours);
    expect(replay.conflicts).toEqual([]);
    expect(canonical(appliedAll(theirs, replay.ops))).toEqual(wanted);
  }
});

test("a setting that somebody else has set meanwhile stays theirs", () => {
  const replay = replayed(base, appliedAll(base, [side(7)]), [side(9)]);
  expect(replay.ops).toEqual([]);
  expect(replay.conflicts).toEqual(["b.side is 7 now, set by somebody else; yours was 9"]);
});

test("a setting that both have set alike is no conflict", () => {
  expect(replayed(base, appliedAll(base, [side(9)]), [side(9)])).toEqual({ ops: [], conflicts: [] });
});

test("steps of a slider that are there already are no conflict", () => {
  const ours = [side(1), side(2), side(3)];
  expect(replayed(base, appliedAll(base, ours), ours)).toEqual({ ops: [], conflicts: [] });
});

test("a node that is gone takes changes to it along, and says so once", () => {
  const replay = replayed(base, appliedAll(base, [{ op: "remove", node: "b" }]), [side(1), { op: "move", node: "b", position: [1, 1] }]);
  expect(replay.ops).toEqual([]);
  expect(replay.conflicts).toEqual(["there is no node b any more"]);
});

test("a single input that both have linked anew keeps the other's link", () => {
  const two: Content = drawn({ a: "LoadImage", x: "LoadImage", y: "LoadImage", b: "ResizeImage" }, [["a.image", "b.image"]]);
  const anew = (start: string): Op[] => [
    { op: "unlink", start: "a.image", end: "b.image" },
    { op: "link", start, end: "b.image" },
  ];
  const replay = replayed(two, appliedAll(two, anew("x.image")), anew("y.image"));
  expect(replay.ops).toEqual([]);
  expect(replay.conflicts).toEqual(["b.image is linked to x.image now, by somebody else; yours was y.image"]);
});

test("notes that both have written are a conflict", () => {
  const note = (text: string): Op => ({ op: "notes", notes: [{ text }] });
  const replay = replayed(EMPTY, appliedAll(EMPTY, [note("theirs")]), [note("ours")]);
  expect(replay.ops).toEqual([]);
  expect(replay.conflicts).toEqual(["the notes were changed by somebody else; yours are not kept"]);
});

test("thousands of edits are looked through in little time", () => {
  const ops: Op[] = Array.from({ length: 2000 }, (_, at) => ({ op: "add", node: `n${at}`, kind: "k" }));
  const began = performance.now();
  expect(replayed(EMPTY, appliedAll(EMPTY, ops), ops).ops).toEqual([]);
  expect(performance.now() - began).toBeLessThan(5000);
});
