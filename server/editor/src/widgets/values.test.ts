import { expect, test } from "vitest";
import type { SettingSchema } from "./contract";
import { bounds, label, problem, range, readJson, readNumber, written } from "./values";

const octaves: SettingSchema = { type: "integer", minimum: 1, maximum: 12, default: 4 };
const rate: SettingSchema = { type: "number", minimum: 0.001, maximum: 1, "x-unit": "px" };
const anyInteger: SettingSchema = { type: "integer", minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
const color: SettingSchema = {
  type: "string",
  pattern: "^(?:#[0-9a-fA-F]{6})$(?!\\n)",
  "x-note": "a colour such as #e0b040",
};

test("a value within its range has no problem", () => {
  expect(problem(octaves, 1)).toBeNull();
  expect(problem(octaves, 12)).toBeNull();
  expect(problem(rate, 1)).toBeNull();
});

test("a value outside its range is told the range and the unit", () => {
  expect(problem(octaves, 13)).toBe("This is 13; it must lie between 1 and 12.");
  expect(problem(rate, 0)).toBe("This is 0; it must lie between 0.001 and 1 px.");
});

test("a value of another type is told which it must be", () => {
  expect(problem(octaves, 1.5)).toBe("This is 1.5; it must be a whole number.");
  expect(problem(octaves, true)).toContain("a whole number");
  expect(problem(rate, "1")).toBe("This is “1”; it must be a number.");
  expect(problem(rate, undefined)).toContain("not set");
  expect(problem({ type: "boolean" }, 1)).toContain("true or false");
  expect(problem({ type: ["integer", "null"] }, "x")).toContain("a whole number or null");
  expect(problem({ type: ["integer", "null"] }, null)).toBeNull();
});

test("a text must match its pattern, which is told in words", () => {
  expect(problem(color, "#e0b040")).toBeNull();
  expect(problem(color, "red")).toBe("This is “red”; it must be a colour such as #e0b040.");
  expect(problem(color, "#e0b040\n")).not.toBeNull();
});

test("a pattern that cannot be read refuses nothing", () => {
  expect(problem({ type: "string", pattern: "(" }, "x")).toBeNull();
});

test("a choice takes what it offers and of the same type", () => {
  const schema: SettingSchema = { enum: ["a", 2, null] };
  expect(problem(schema, 2)).toBeNull();
  expect(problem(schema, null)).toBeNull();
  expect(problem(schema, "2")).toBe("This is “2”; choose one of a, 2, null.");
});

test("a number is read as people write it", () => {
  expect(readNumber(rate, " 0,5 ")).toEqual({ value: 0.5 });
  expect(readNumber(rate, "1e-2")).toEqual({ value: 0.01 });
  expect(readNumber(rate, ".25")).toEqual({ value: 0.25 });
  expect(readNumber(anyInteger, "−3")).toEqual({ value: -3 });
  expect(Object.is((readNumber(anyInteger, "-0") as { value: number }).value, 0)).toBe(true);
});

test("what is no number is refused with an example", () => {
  expect(readNumber(octaves, "four")).toEqual({ problem: "“four” is not a number; type one, such as 4." });
  expect(readNumber(octaves, "")).toHaveProperty("problem");
  expect(readNumber(octaves, "1,000.5")).toHaveProperty("problem");
  expect(readNumber(octaves, "0x10")).toHaveProperty("problem");
  expect(readNumber(octaves, "Infinity")).toHaveProperty("problem");
});

test("a number outside its range is refused, not clamped", () => {
  expect(readNumber(octaves, "500")).toEqual({ problem: "This is 500; it must lie between 1 and 12." });
});

test("numbers are written without binary noise", () => {
  expect(written(0.1 + 0.2)).toBe("0.3");
  expect(written(4294967295)).toBe("4294967295");
  expect(written(undefined)).toBe("");
});

test("the largest numbers of a file are no bounds", () => {
  expect(bounds(anyInteger)).toEqual({ low: null, high: null });
  expect(range(anyInteger)).toBeNull();
  expect(range({ type: "number", minimum: 0, maximum: Number.MAX_VALUE })).toBe("be at least 0");
});

test("JSON is read, and checked where there is a type", () => {
  expect(readJson({}, "[1, 2]")).toEqual({ value: [1, 2] });
  expect(readJson({}, "[1")).toHaveProperty("problem");
  expect(readJson({ type: "integer" }, '"x"')).toHaveProperty("problem");
});

test("labels of choices tell a text from what is none", () => {
  expect(label("relu")).toBe("relu");
  expect(label(null)).toBe("null");
  expect(label(false)).toBe("false");
});
