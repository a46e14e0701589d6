import { expect, test } from "vitest";
import { grid } from "./grid";

test("dots stand neither too close nor too far apart, and every second stays when it is looked at from afar", () => {
  expect([grid(1), grid(0.5), grid(2), grid(1.5)]).toEqual([20, 20, 20, 30]);
  for (let zoom = 0.08; zoom <= 3; zoom *= 1.07) {
    expect(grid(zoom)).toBeGreaterThanOrEqual(16);
    expect(grid(zoom)).toBeLessThan(32);
    expect(Math.log2((20 * zoom) / grid(zoom)) % 1).toBeCloseTo(0, 9);
  }
});
