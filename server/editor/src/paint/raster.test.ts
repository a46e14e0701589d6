import { expect, test } from "vitest";
import { blank, clipped, copied, flood, grey, invert, pasted, pixelOf, type Raster, resized, sweep } from "./raster";
import { BLUE, count, drawing, drawn, EMPTY, RED } from "./drawing";

test("a colour is a pixel as ImageData has it", () => {
  expect(new Uint8Array(new Uint32Array([pixelOf("#102030")]).buffer)).toEqual(new Uint8Array([16, 32, 48, 255]));
  expect(grey(255)).toBe(0xffffffff);
});

test("a fill stops at other colours and does not cross corners", () => {
  const raster = drawn("..#..", "..#..", "##...", ".....");
  expect(flood(raster, { x: 0, y: 0 }, BLUE)).toEqual({ left: 0, top: 0, right: 2, bottom: 2 });
  expect(drawing(raster)).toEqual(["oo#..", "oo#..", "##...", "....."]);
});

test("a fill goes around what stands in its way, and in at a gap", () => {
  const raster = drawn("......", ".####.", ".#..#.", ".##.#.", "......");
  flood(raster, { x: 0, y: 0 }, BLUE);
  expect(drawing(raster)).toEqual(["oooooo", "o####o", "o#oo#o", "o##o#o", "oooooo"]);
});

test("a fill with the same colour, or outside, does nothing", () => {
  expect(flood(drawn("##"), { x: 0, y: 0 }, RED)).toBeNull();
  expect(flood(drawn("##"), { x: 2, y: 0 }, BLUE)).toBeNull();
});

test("a fill of a mask takes its soft edge along and ends", () => {
  const raster: Raster = { width: 5, height: 1, pixels: Uint32Array.from([0, 60, 120, 200, 255], grey) };
  flood(raster, { x: 0, y: 0 }, grey(50), 127);
  expect([...raster.pixels]).toEqual([50, 50, 50, 200, 255].map(grey));
});

test("a large fill is quick", () => {
  const raster = blank(1024, 1024, EMPTY);
  const begun = performance.now();
  flood(raster, { x: 500, y: 500 }, RED);
  expect(count(raster, RED)).toBe(1024 * 1024);
  expect(performance.now() - begun).toBeLessThan(1000);
});

test("a disc partly outside is clipped, one wholly outside paints nothing", () => {
  const raster = blank(4, 4, EMPTY);
  const cover = new Uint8Array(16);
  expect(sweep(cover, raster, { x: -1, y: -1 }, { x: -1, y: -1 }, { radius: 3, soft: 0, hard: true })).toEqual({ left: 0, top: 0, right: 3, bottom: 3 });
  expect(sweep(cover, raster, { x: 90, y: 1 }, { x: 99, y: 1 }, { radius: 3, soft: 0, hard: true })).toBeNull();
  expect(clipped(raster, { left: 4, top: 0, right: 9, bottom: 4 })).toBeNull();
});

test("inverting twice is nothing", () => {
  const raster = drawn("#..", "..#");
  const before = raster.pixels.slice();
  invert(raster);
  expect(raster.pixels[1]).toBe(0xffffffff);
  invert(raster);
  expect(raster.pixels).toEqual(before);
});

test("a part goes back to where it came from", () => {
  const raster = drawn("#..", ".#.", "..#");
  const box = { left: 1, top: 1, right: 3, bottom: 3 };
  const part = copied(raster, box);
  flood(raster, { x: 1, y: 1 }, BLUE);
  pasted(raster, box, part);
  expect(drawing(raster)).toEqual(["#..", ".#.", "..#"]);
});

test("another size makes no new colours", () => {
  expect(drawing(resized(drawn("#.", ".#"), 4, 4))).toEqual(["##..", "##..", "..##", "..##"]);
  expect(drawing(resized(drawn("##..", "##.."), 2, 1))).toEqual(["#."]);
});
