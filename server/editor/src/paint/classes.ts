// What can be painted: the classes of a map, or the two sides of a mask.

import type { Kind } from "./sources";

export interface Class {
  name: string;
  /** Such as #e0b040. */
  color: string;
}

const MASK: Class[] = [
  { name: "Inside", color: "#ffffff" },
  { name: "Outside", color: "#000000" },
];

/** For maps whose node names no classes: any flat colours will do there. */
const COLORS: Class[] = [
  { name: "black", color: "#000000" },
  { name: "red", color: "#e6324b" },
  { name: "orange", color: "#f59b23" },
  { name: "yellow", color: "#f5e04b" },
  { name: "green", color: "#3caf50" },
  { name: "cyan", color: "#3cc8dc" },
  { name: "blue", color: "#325adc" },
  { name: "violet", color: "#a03cc8" },
  { name: "white", color: "#ffffff" },
];

export function classesOf(kind: Kind, palette: Class[] | undefined): Class[] {
  if (kind === "mask") return MASK;
  const known = (palette ?? []).filter(({ color }) => /^#[0-9a-f]{6}$/i.test(color));
  return known.length > 0 ? known : COLORS;
}

/** The colour of what is empty: the outside of a mask, the first class of a map. */
export function groundOf(kind: Kind, classes: Class[]): string {
  return (kind === "mask" ? classes[1] : classes[0])?.color ?? "#000000";
}

/** The class that is painted with at first: not the one that is there already. */
export function firstOf(kind: Kind, classes: Class[]): number {
  return kind === "mask" || classes.length < 2 ? 0 : 1;
}
