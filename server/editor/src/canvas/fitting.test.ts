import { expect, test } from "vitest";

import type { Box } from "../graph/boxes";
import { fitting } from "./fitting";

const CANVAS = { width: 800, height: 500 };
const MAP = { width: 180, height: 130 };
const card = (x: number, y: number): Box => ({ name: `${x} ${y}`, x, y, width: 200, height: 150 });

const isFree = (boxes: Box[]): boolean => {
  const { x, y, zoom } = fitting(boxes, boxes, CANVAS, MAP);
  return boxes.every((box) => {
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const [right, bottom] = [left + box.width * zoom, top + box.height * zoom];
    const seen = left >= 0 && top >= 0 && right <= CANVAS.width && bottom <= CANVAS.height;
    return seen && (right <= CANVAS.width - MAP.width || bottom <= CANVAS.height - MAP.height);
  });
};

test("a small graph is seen at full size in the middle", () => {
  expect(fitting([card(0, 0)], [card(0, 0)], CANVAS, MAP)).toEqual({ x: 300, y: 175, zoom: 1 });
});

test("no node is beneath the map, whatever the shape of the graph", () => {
  expect(isFree([card(0, 0), card(900, 600)])).toBe(true);
  expect(isFree([card(0, 0), card(3000, 0), card(3000, 200)])).toBe(true);
  expect(isFree([card(0, 0), card(0, 2000), card(220, 2000)])).toBe(true);
});

test("room is made for the map only where it would lie over a node", () => {
  const bare = [card(0, 0), card(900, 0), card(0, 600)];
  const { zoom } = fitting(bare, bare, CANVAS, MAP);
  expect(zoom).toBeGreaterThan(fitting([...bare, card(900, 600)], [card(900, 600)], CANVAS, MAP).zoom);
});
