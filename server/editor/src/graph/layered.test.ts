import { expect, test } from "vitest";

import { bounds, boxesOf, overlap, USUAL } from "./boxes";
import { appliedAll, type Content } from "./content";
import { frameBox, nodesIn } from "./frames";
import { arranging, layered } from "./layered";
import { drawn, one, random, SOME } from "./samples";

const size = () => USUAL;

async function laidOut(graph: Content, names = Object.keys(graph.nodes)): Promise<Content> {
  return appliedAll(graph, arranging(graph, await layered(SOME, graph, names, size), size));
}

const style: Content = {
  ...drawn(
    { save: "SaveImage", o: "Optimize", c: "TotalVariation", b: "GramLoss", a: "ContentLoss", look: "FeatureExtractor", net: "LoadNetwork", photo: "LoadImage" },
    [
      ["a.objective", "o.objectives"],
      ["b.objective", "o.objectives"],
      ["c.objective", "o.objectives"],
      ["photo.image", "o.init"],
      ["look.features", "a.features"],
      ["look.features", "b.features"],
      ["photo.image", "look.image"],
      ["net.network", "look.network"],
      ["o.image", "save.image"],
    ],
  ),
  notes: [{ text: "above", position: [0, -120] }, { text: "beneath the nodes", position: [300, 40], size: [900, 300] }],
};

test("links go to the right, nodes do not overlap, the corner stays", async () => {
  const after = await laidOut(style);
  for (const [start, end] of after.links)
    expect(after.layout[start.split(".")[0]!]![0]).toBeLessThan(after.layout[end.split(".")[0]!]![0]);
  const boxes = boxesOf(after, Object.keys(after.nodes), size);
  for (const a of boxes) for (const b of boxes) expect(a.name === b.name || !overlap(a, b)).toBe(true);
  const [was, is] = [bounds(boxesOf(style, Object.keys(style.nodes), size)), bounds(boxes)];
  expect([is.x, is.y]).toEqual([was.x, was.y]);
});

test("nodes of one layer stand in the order of the links that they go to", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const next = random(9);
  for (let round = 0; round < 10; round += 1) {
    const order = [...names].sort(() => next() - 0.5);
    const graph = drawn({ o: "Optimize", ...Object.fromEntries([...names].sort(() => next() - 0.5).map((name) => [name, "GramLoss"])) }, order.map((name) => [`${name}.objective`, "o.objectives"]));
    const after = await laidOut(graph);
    expect([...names].sort((a, b) => after.layout[a]![1] - after.layout[b]![1])).toEqual(order);
  }
});

test("a note that would lie beneath nodes goes above them, and others stay", async () => {
  const after = await laidOut(style);
  expect(after.notes[0]).toBe(style.notes[0]);
  expect(after.notes[1]!.position![1]).toBeLessThan(Math.min(...Object.values(after.layout).map(([, y]) => y)) - 290);
});

test("a selection is laid out by itself", async () => {
  const after = await laidOut(style, ["look", "a", "b"]);
  for (const name of Object.keys(style.nodes))
    if (!["look", "a", "b"].includes(name)) expect(after.layout[name]).toEqual(style.layout[name]);
  expect(after.layout["look"]![0]).toBeLessThan(after.layout["a"]![0]);
});

test("a frame holds the same nodes afterwards, and no others", async () => {
  const next = random(10);
  for (let round = 0; round < 8; round += 1) {
    const names = Array.from({ length: 10 }, (_, at) => `n${at}`);
    const links = names.slice(1).map((name, at): [string, string] => [`${one(next, names.slice(0, at + 1))}.image`, `${name}.images`]);
    const plain = drawn(Object.fromEntries(names.map((name) => [name, "ImageGrid"])), links);
    const graph: Content = { ...plain, frames: [{ title: "some", position: [-20, -60], size: [600, 240] }] };
    const held = nodesIn(graph, graph.frames[0]!, size);
    expect(held).toEqual(["n0", "n1", "n2"]);
    const after = await laidOut(graph);
    for (const box of boxesOf(after, held, size)) expect(overlap(frameBox(after.frames[0]!), box)).toBe(true);
    expect(nodesIn(after, after.frames[0]!, size)).toEqual(expect.arrayContaining(held));
  }
});

test("laid out twice nothing moves any more", async () => {
  const once = await laidOut(style);
  expect(arranging(once, await layered(SOME, once, Object.keys(once.nodes), size), size)).toEqual([]);
});

test("nothing to lay out is no trouble", async () => {
  expect(await layered(SOME, drawn({ a: "LoadImage" }), ["a"], size)).toEqual({});
  const circle = drawn({ a: "ResizeImage", b: "ResizeImage" }, [["a.image", "b.image"], ["b.image", "a.image"], ["gone.image", "a.image"]]);
  expect(Object.keys(await layered(SOME, circle, ["a", "b"], size))).toEqual(["a", "b"]);
});
