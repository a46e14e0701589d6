import { expect, test } from "vitest";
import type { SettingSchema } from "./contract";
import { moved, position, step, stepped, valueAt } from "./scale";

const linear: SettingSchema = { type: "number", minimum: 0, maximum: 1, "x-step": 0.1 };
const whole: SettingSchema = { type: "integer", minimum: 1, maximum: 12 };
const log: SettingSchema = { type: "number", minimum: 0.001, maximum: 10, "x-scale": "log" };
const logFromZero: SettingSchema = { type: "number", minimum: 0, maximum: 100, "x-scale": "log" };
const logWhole: SettingSchema = { type: "integer", minimum: 1, maximum: 10000, "x-scale": "log" };

test("the ends of a slider are its bounds exactly", () => {
  for (const schema of [linear, whole, log, logFromZero, logWhole]) {
    expect(valueAt(schema, 0)).toBe(schema.minimum);
    expect(valueAt(schema, 1)).toBe(schema.maximum);
    expect(position(schema, schema.minimum!)).toBe(0);
    expect(position(schema, schema.maximum!)).toBe(1);
  }
});

test("a linear slider stops on its steps without binary noise", () => {
  expect(valueAt(linear, 0.31)).toBe(0.3);
  expect(moved(linear, 0.2, 1)).toBe(0.3);
  expect(moved(linear, 0.2, -10)).toBe(0);
});

test("the middle of a logarithmic slider is the geometric mean", () => {
  expect(valueAt(log, 0.5)).toBe(0.1);
  expect(position(log, 0.1)).toBeCloseTo(0.5);
});

test("a logarithmic slider from 0 has small numbers beside 0", () => {
  expect(valueAt(logFromZero, 0.001)).toBeCloseTo(0.01, 2);
  expect(moved(logFromZero, 0, 1)).toBeGreaterThan(0);
  expect(moved(logFromZero, 0, 1)).toBeLessThan(0.1);
});

test("whole numbers stay whole and every key press moves", () => {
  for (const schema of [whole, logWhole]) {
    let value = schema.minimum!;
    for (let press = 0; value < schema.maximum!; press++) {
      const next = moved(schema, value, 1);
      expect(Number.isInteger(next)).toBe(true);
      expect(next).toBeGreaterThan(value);
      expect(press).toBeLessThan(500);
      value = next;
    }
    for (let press = 0; value > schema.minimum!; press++) {
      const next = moved(schema, value, -1);
      expect(next).toBeLessThan(value);
      expect(press).toBeLessThan(500);
      value = next;
    }
  }
});

test("fractions on a logarithmic slider go down to the end, too", () => {
  for (const schema of [log, logFromZero]) {
    let value = schema.maximum!;
    for (let press = 0; value > schema.minimum!; press++) {
      const next = moved(schema, value, -1);
      expect(next).toBeLessThan(value);
      expect(press).toBeLessThan(500);
      value = next;
    }
  }
});

test("where no step is named it is a round part of the range", () => {
  expect(step({ type: "number", minimum: 0, maximum: 1 })).toBe(0.005);
  expect(step({ type: "number", minimum: -300, maximum: 300 })).toBe(2);
});

test("whole numbers go one by one in their field, also where the slider is logarithmic", () => {
  const side = { type: "integer", minimum: 16, maximum: 8192, "x-scale": "log" } as const;
  expect([stepped(side, 120, 1), stepped(side, 512, -1), stepped(side, 16, -1), stepped(side, 8185, 10)]).toEqual([121, 511, 16, 8192]);
});
