// Where a number lies on its slider. Positions go from 0 to 1.

import type { SettingSchema } from "./contract";
import { isInteger } from "./values";

/** Of a logarithmic slider that begins at 0: the smallest number beside it, as a part of the largest. */
const SMALLEST = 1e-4;
/** At the most, so that a weight of 1 has its place on a slider that reaches to a million. */
const LEAST = 0.01;
/** Places that a slider stops at, about, where the schema names no step. */
const STOPS = 200;

export function position(schema: SettingSchema, value: number): number {
  const { low, high } = ends(schema);
  if (high <= low) return 0;
  const within = Math.min(Math.max(value, low), high);
  const start = logStart(schema);
  if (start === null) return (within - low) / (high - low);
  if (within < start) return 0;
  return Math.log(within / start) / Math.log(high / start);
}

/** The number at a position, on a stop of the slider; the ends are the ends exactly. */
export function valueAt(schema: SettingSchema, place: number): number {
  const { low, high } = ends(schema);
  if (place <= 0) return low;
  if (place >= 1) return high;
  const start = logStart(schema);
  if (start === null) return snapped(schema, low + place * (high - low), step(schema));
  const value = start * (high / start) ** place;
  return snapped(schema, value, schema["x-step"] ?? digit(value, 2));
}

/** The number some key presses away; it always moves unless it is at an end. */
export function moved(schema: SettingSchema, value: number, steps: number): number {
  const start = logStart(schema);
  if (start === null) return snapped(schema, value + steps * step(schema), step(schema));
  const there = valueAt(schema, position(schema, value) + steps / 100);
  return (steps > 0 ? Math.max : Math.min)(there, stepped(schema, value, steps));
}

/** The same in the exact field: where the slider is logarithmic, whole numbers go one by one, others by their second digit. */
export function stepped(schema: SettingSchema, value: number, steps: number): number {
  const start = logStart(schema);
  if (start === null) return moved(schema, value, steps);
  const size = isInteger(schema) ? step(schema) : (schema["x-step"] ?? digit(Math.max(value, start), 2));
  return snapped(schema, value + steps * size, size);
}

/** How far one press of a key goes on a linear slider, and in the field of a whole number. */
export function step(schema: SettingSchema): number {
  const { low, high } = ends(schema);
  const chosen = schema["x-step"] ?? (isInteger(schema) ? 1 : round125((high - low) / STOPS));
  return isInteger(schema) ? Math.max(1, Math.round(chosen)) : chosen;
}

/** A number on the grid of steps that begins at the lowest one, within the bounds. */
function snapped(schema: SettingSchema, value: number, size: number): number {
  const { low, high } = ends(schema);
  const origin = schema["x-scale"] === "log" && schema["x-step"] === undefined ? 0 : low;
  const near = size > 0 ? origin + Math.round((value - origin) / size) * size : value;
  const clean = isInteger(schema) ? Math.round(near) : Number(near.toPrecision(12));
  return Math.min(Math.max(clean, low), high);
}

function ends(schema: SettingSchema): { low: number; high: number } {
  return { low: schema.minimum ?? 0, high: schema.maximum ?? 1 };
}

/** Where the logarithm begins, or null on a linear slider, as no logarithm reaches below 0. */
function logStart(schema: SettingSchema): number | null {
  const { low, high } = ends(schema);
  if (schema["x-scale"] !== "log" || low < 0 || high <= low) return null;
  if (low > 0) return low;
  return Math.min(schema["x-step"] ?? (isInteger(schema) ? 1 : Math.min(high * SMALLEST, LEAST)), high / 2);
}

/** The unit of a number's n-th digit: 0.01 for the second of 0.25. */
function digit(value: number, n: number): number {
  return 10 ** (Math.floor(Math.log10(value)) - n + 1);
}

/** 1, 2 or 5 times a power of ten, no more than the number. */
function round125(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const times = value / power;
  return (times >= 5 ? 5 : times >= 2 ? 2 : 1) * power;
}
