import { expect, test } from "vitest";

import { aligned, bounds, type Box, type Direction, distributed, type Edge, nearest } from "./boxes";
import { random } from "./samples";

const box = (name: string, x: number, y: number, width = 100, height = 50): Box => ({ name, x, y, width, height });
const placed = (boxes: Box[], places: Record<string, [number, number]>): Box[] =>
  boxes.map((each) => ({ ...each, x: places[each.name]![0], y: places[each.name]![1] }));
const next = random(8);
const many = () => Array.from({ length: 6 }, (_, at) => box(`n${at}`, next() * 1000, next() * 1000, 50 + next() * 200, 20 + next() * 100));

test.each<[Edge, (each: Box) => number]>([
  ["left", ({ x }) => x],
  ["right", ({ x, width }) => x + width],
  ["centre", ({ x, width }) => x + width / 2],
  ["top", ({ y }) => y],
  ["bottom", ({ y, height }) => y + height],
  ["middle", ({ y, height }) => y + height / 2],
])("aligned by %s they stand in a line, within what they took", (edge, of) => {
  for (let round = 0; round < 20; round += 1) {
    const boxes = many();
    const after = placed(boxes, aligned(boxes, edge));
    for (const each of after) expect(Math.abs(of(each) - of(after[0]!))).toBeLessThanOrEqual(1);
    const across = ["left", "right", "centre"].includes(edge);
    after.forEach((each, at) => expect(across ? each.y : each.x).toBe(across ? boxes[at]!.y : boxes[at]!.x));
    const [was, is] = [bounds(boxes), bounds(after)];
    expect(is.width).toBeLessThanOrEqual(was.width + 1);
    expect(is.height).toBeLessThanOrEqual(was.height + 1);
  }
});

test("distributed, the gaps are equal and the first stays", () => {
  const boxes = [box("a", 0, 7), box("b", 120, 8), box("c", 400, 9)];
  expect(distributed(boxes, "across")).toEqual({ a: [0, 7], b: [200, 8], c: [400, 9] });
  const down = [box("a", 1, 0, 10, 10), box("b", 2, 90, 10, 10), box("c", 3, 40, 10, 20)];
  expect(distributed(down, "down")).toEqual({ a: [1, 0], c: [3, 40], b: [2, 90] });
});

test("where there is no room they are drawn apart", () => {
  const places = distributed([box("a", 0, 0), box("b", 10, 0), box("c", 20, 0)], "across");
  expect(Object.values(places).map(([x]) => x)).toEqual([0, 116, 232]);
});

test.each<[Direction, string]>([["right", "r"], ["left", "l"], ["up", "u"], ["down", "d"]])("the nearest to the %s is found", (direction, wanted) => {
  const middle = box("m", 0, 0);
  const all = [middle, box("r", 300, 20), box("far", 900, 0), box("l", -300, 0), box("u", 0, -200), box("d", 30, 200)];
  expect(nearest(all, middle, direction)?.name).toBe(wanted);
  expect(nearest([middle], middle, direction)).toBeUndefined();
});
