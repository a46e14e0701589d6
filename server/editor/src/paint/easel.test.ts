import { expect, test } from "vitest";
import { BLUE, count, drawing, EMPTY, RED } from "./drawing";
import { Easel, type Hand, tinted, toGreys, toOpaque } from "./easel";
import { blank, grey, pixelOf, type Raster, whole } from "./raster";

const brush: Hand = { tool: "brush", size: 5, soft: 0, color: RED };

test("a hard disc has only its colour and is as wide as its size", () => {
  const easel = Easel.empty("labels", 9, 9, EMPTY);
  easel.begin(brush, { x: 4, y: 4 });
  easel.end();
  expect(drawing(easel.raster)).toEqual([
    ".........",
    ".........",
    "...###...",
    "..#####..",
    "..#####..",
    "..#####..",
    "...###...",
    ".........",
    ".........",
  ]);
});

test("the smallest brush paints one pixel wherever in it the pointer is", () => {
  for (const at of [4, 4.5, 4.99]) {
    const easel = Easel.empty("labels", 9, 9, EMPTY);
    easel.begin({ ...brush, size: 1 }, { x: at, y: at });
    expect(count(easel.raster, RED)).toBe(1);
    expect(easel.raster.pixels[4 * 9 + 4]).toBe(RED);
  }
});

test("a line of discs has no gaps, however quick the hand is", () => {
  const easel = Easel.empty("labels", 64, 64, EMPTY);
  easel.begin(brush, { x: 5, y: 5 });
  easel.move({ x: 58, y: 40 });
  easel.end();
  for (let t = 0; t <= 1; t += 0.01) {
    const [x, y] = [Math.floor(5 + t * 53), Math.floor(5 + t * 35)];
    expect(easel.raster.pixels[y * 64 + x]).toBe(RED);
  }
  expect(new Set(easel.raster.pixels)).toEqual(new Set([EMPTY, RED]));
});

test("a soft brush fades outwards, and passing twice in one stroke is no stronger", () => {
  const easel = Easel.empty("mask", 41, 41, grey(0));
  const soft: Hand = { tool: "brush", size: 30, soft: 1, color: grey(255) };
  easel.begin(soft, { x: 20.5, y: 20.5 });
  const once = easel.raster.pixels.slice();
  easel.move({ x: 20.5, y: 20.5 });
  expect(easel.raster.pixels).toEqual(once);
  const row = Array.from(once.subarray(20 * 41 + 20, 20 * 41 + 41), (pixel) => pixel & 255);
  expect(row[0]).toBe(255);
  expect(row).toEqual([...row].sort((a, b) => b - a));
  expect(row.filter((value) => value > 0 && value < 255).length).toBeGreaterThan(8);
});

test("an eraser leaves the ground", () => {
  const easel = new Easel("labels", blank(9, 9, BLUE), EMPTY);
  easel.begin({ ...brush, tool: "eraser" }, { x: 4, y: 4 });
  expect(new Set(easel.raster.pixels)).toEqual(new Set([EMPTY, BLUE]));
});

test("a rectangle follows the hand and leaves nothing behind", () => {
  const easel = Easel.empty("labels", 6, 4, EMPTY);
  easel.begin({ ...brush, tool: "rectangle" }, { x: 1, y: 1 });
  easel.move({ x: 5, y: 3 });
  easel.move({ x: 2.5, y: 2 });
  easel.end();
  expect(drawing(easel.raster)).toEqual(["......", ".##...", ".##...", "......"]);
  easel.undo();
  expect(count(easel.raster, RED)).toBe(0);
});

test("undo and redo go back and forth exactly, and new work ends the way forth", () => {
  const easel = Easel.empty("labels", 32, 32, EMPTY);
  const states = [easel.raster.pixels.slice()];
  for (const work of [
    () => easel.begin(brush, { x: 8, y: 8 }),
    () => easel.begin({ ...brush, tool: "fill", color: BLUE }, { x: 20, y: 20 }),
    () => easel.begin({ ...brush, tool: "rectangle" }, { x: 20, y: 4 }),
    () => easel.invert(),
    () => easel.clear(),
  ]) {
    work();
    easel.end();
    states.push(easel.raster.pixels.slice());
  }
  for (const state of states.slice(0, -1).reverse()) {
    expect(easel.undo()).not.toBeNull();
    expect(easel.raster.pixels).toEqual(state);
  }
  expect(easel.undo()).toBeNull();
  for (const state of states.slice(1)) {
    easel.redo();
    expect(easel.raster.pixels).toEqual(state);
  }
  easel.undo();
  easel.begin(brush, { x: 30, y: 30 });
  easel.end();
  expect(easel.canRedo).toBe(false);
});

test("what is kept for undo is bounded", () => {
  const easel = Easel.empty("mask", 1024, 1024, grey(0));
  for (let time = 0; time < 40; time++) easel.invert();
  let back = 0;
  while (easel.undo()) back++;
  expect(back).toBeGreaterThan(10);
  expect(back).toBeLessThan(20);
});

test("a stroke that is dropped never was", () => {
  const easel = Easel.empty("labels", 9, 9, EMPTY);
  easel.begin(brush, { x: 4, y: 4 });
  easel.drop();
  expect(count(easel.raster, RED)).toBe(0);
  expect(easel.canUndo).toBe(false);
});

test("a mask is shown as a tint that is as strong as it is white", () => {
  const raster: Raster = { width: 2, height: 1, pixels: Uint32Array.of(grey(0), grey(128)) };
  expect([...tinted(raster, whole(raster), RED)]).toEqual([0x000000ff, 0x800000ff]);
});

test("what is loaded becomes greys or opaque colours", () => {
  const colors: Raster = { width: 2, height: 1, pixels: Uint32Array.of(pixelOf("#ffffff"), 0x00ffffff) };
  toGreys(colors);
  expect([...colors.pixels]).toEqual([grey(255), grey(0)]);
  const clear: Raster = { width: 2, height: 1, pixels: Uint32Array.of(0xfe0000ff, 0x100000ff) };
  toOpaque(clear, BLUE);
  expect([...clear.pixels]).toEqual([RED, BLUE]);
});
