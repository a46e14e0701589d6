// What a value of a setting must be, how it is read from what was typed, and how it is written.

import type { SettingSchema } from "./contract";

/** What was typed, read; or what is wrong with it, as a sentence. */
export type Read = { value: unknown } | { problem: string };

const WHOLE = Number.MAX_SAFE_INTEGER;
const WORDS: Record<string, string> = {
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  string: "a text",
  null: "null",
};

/** Say what is wrong with a value, if anything is; the same as the server would. */
export function problem(schema: SettingSchema, value: unknown): string | null {
  if (schema.enum) return choiceProblem(schema.enum, value);
  if (!kinds(schema).some((kind) => isOf(kind, value))) {
    return `This is ${shown(value)}; it must be ${kinds(schema).map(words).join(" or ")}.`;
  }
  if (typeof value === "number") return rangeProblem(schema, value);
  if (typeof value === "string") return textProblem(schema, value);
  return null;
}

/** A number as a person types it; a comma may stand for the point. */
export function readNumber(schema: SettingSchema, text: string): Read {
  const plain = text.trim().replace("−", "-").replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  if (plain === "") return { problem: `Type a number, such as ${example(schema)}.` };
  if (!Number.isFinite(value)) {
    return { problem: `${quoted(text)} is not a number; type one, such as ${example(schema)}.` };
  }
  const wrong = problem(schema, value);
  return wrong === null ? { value: value + 0 } : { problem: wrong };
}

/** Any value, written as JSON. */
export function readJson(schema: SettingSchema, text: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: `${quoted(text)} is not JSON; type some, such as 3, "text" or [1, 2].` };
  }
  const wrong = schema.type ? problem(schema, value) : null;
  return wrong === null ? { value } : { problem: wrong };
}

/** A number without the noise of binary fractions: 0.30000000000000004 is 0.3. */
export function written(value: unknown): string {
  if (typeof value !== "number") return value === undefined || value === null ? "" : String(value);
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(12)));
}

/** A value as a choice shows it. */
export function label(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? written(value) : JSON.stringify(value);
}

export function isInteger(schema: SettingSchema): boolean {
  return kinds(schema).join() === "integer";
}

/** Where a number may lie, in words; nothing for one without bounds. */
export function range(schema: SettingSchema): string | null {
  const { low, high } = bounds(schema);
  const unit = schema["x-unit"] ? ` ${schema["x-unit"]}` : "";
  if (low !== null && high !== null) return `lie between ${low} and ${high}${unit}`;
  if (low !== null) return `be at least ${low}${unit}`;
  if (high !== null) return `be at most ${high}${unit}`;
  return null;
}

/** Bounds that a person chose; the largest numbers that a file can hold are none. */
export function bounds(schema: SettingSchema): { low: number | null; high: number | null } {
  const most = isInteger(schema) ? WHOLE : Number.MAX_VALUE;
  const { minimum = -most, maximum = most } = schema;
  return { low: minimum <= -most ? null : minimum, high: maximum >= most ? null : maximum };
}

function kinds(schema: SettingSchema): string[] {
  return schema.type === undefined ? Object.keys(WORDS) : [schema.type].flat();
}

function words(kind: string): string {
  return WORDS[kind] ?? kind;
}

function isOf(kind: string, value: unknown): boolean {
  switch (kind) {
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return Number.isFinite(value);
    case "null":
      return value === null;
    case "boolean":
    case "string":
      return typeof value === kind;
    default:
      return true; // a kind that is not known here is the server's to judge
  }
}

function rangeProblem(schema: SettingSchema, value: number): string | null {
  const { minimum = -Infinity, maximum = Infinity } = schema;
  if (minimum <= value && value <= maximum) return null;
  return `This is ${written(value)}; it must ${range(schema) ?? "be a number that a file can hold"}.`;
}

function textProblem(schema: SettingSchema, value: string): string | null {
  if (schema.pattern === undefined || matches(schema.pattern, value)) return null;
  return `This is ${quoted(value)}; it must be ${schema["x-note"] ?? "written otherwise"}.`;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true; // a pattern that this browser cannot read is the server's to judge
  }
}

function choiceProblem(options: unknown[], value: unknown): string | null {
  if (options.includes(value)) return null;
  const some = options.slice(0, 6).map(label).join(", ") + (options.length > 6 ? ", …" : "");
  return `This is ${shown(value)}; choose one of ${some}.`;
}

function example(schema: SettingSchema): string {
  const { low, high } = bounds(schema);
  return written(typeof schema.default === "number" ? schema.default : (low ?? high ?? 1));
}

function shown(value: unknown): string {
  if (value === undefined) return "not set";
  return typeof value === "string" ? quoted(value) : shortened(JSON.stringify(value));
}

function quoted(text: string): string {
  return text.trim() === "" ? "empty" : `“${shortened(text)}”`;
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
