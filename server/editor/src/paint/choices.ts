// What is chosen in the painter.

import { type Class, firstOf } from "./classes";
import type { Tool } from "./easel";
import type { Kind, Sources } from "./sources";

export interface Choices {
  tool: Tool;
  /** Of the brush, in pixels across. */
  size: number;
  /** 0 to 100. */
  soft: number;
  /** Which class. */
  at: number;
  /** Of the painting, 0 to 100. */
  opacity: number;
}

/** Of the brush. */
export const LARGEST = 256;

export function starting(kind: Kind, classes: Class[], { easel }: Sources): Choices {
  const { width, height } = easel.raster;
  const size = Math.round(Math.max(width, height) / 20);
  return {
    tool: "brush",
    size: Math.max(1, Math.min(LARGEST, size)),
    soft: 20,
    at: firstOf(kind, classes),
    opacity: kind === "mask" ? 65 : 55, // a map covers all of the picture
  };
}

/** The other choice that a class comes with: no class is painted with an eraser. */
export function withClass({ tool }: Choices, at: number): Partial<Choices> {
  return { at, tool: tool === "eraser" ? "brush" : tool };
}

export function nextSize(size: number, larger: boolean): number {
  const by = Math.max(1, Math.round(size / 5));
  return Math.min(LARGEST, Math.max(1, larger ? size + by : size - by));
}

/** In words, for who does not see it. */
export function told({ tool, at }: Choices, classes: Class[]): string {
  return tool === "eraser" ? "Eraser" : `${tool[0]?.toUpperCase()}${tool.slice(1)}, ${classes[at]?.name}`;
}
