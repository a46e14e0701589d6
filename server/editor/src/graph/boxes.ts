// Where things on the canvas stand, as rectangles: aligning, distributing, going from one to the next.

import { type Content, own, type Position } from "./content";

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  name: string;
  x: number;
  y: number;
}

/** Of a node that has never been drawn. */
export const USUAL: Size = { width: 200, height: 120 };

export type Places = Record<string, Position>;
export type Edge = "left" | "right" | "top" | "bottom" | "centre" | "middle";
export type Direction = "left" | "right" | "up" | "down";

/** The rectangles of nodes, as large as they were drawn. */
export function boxesOf(graph: Content, names: readonly string[], sizeOf: (node: string) => Size): Box[] {
  return names
    .filter((name) => Object.hasOwn(graph.nodes, name))
    .map((name) => {
      const [x, y] = own(graph.layout, name) ?? [0, 0];
      return { name, x, y, ...sizeOf(name) };
    });
}

/** The smallest rectangle round all of them. */
export function bounds(boxes: readonly Omit<Box, "name">[]): Omit<Box, "name"> {
  if (!boxes.length) return { x: 0, y: 0, width: 0, height: 0 };
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Places at which they stand in a line: an edge of all, or their centres across, or their middles down. */
export function aligned(boxes: readonly Box[], edge: Edge): Places {
  const all = bounds(boxes);
  const at = (box: Box): Position => {
    switch (edge) {
      case "left":
        return [all.x, box.y];
      case "right":
        return [all.x + all.width - box.width, box.y];
      case "centre":
        return [Math.round(all.x + (all.width - box.width) / 2), box.y];
      case "top":
        return [box.x, all.y];
      case "bottom":
        return [box.x, all.y + all.height - box.height];
      case "middle":
        return [box.x, Math.round(all.y + (all.height - box.height) / 2)];
    }
  };
  return Object.fromEntries(boxes.map((box) => [box.name, at(box)]));
}

const NARROWEST = 16; // pixels between two that are distributed

/** Places with equal gaps between them; where there is no room, they take more. */
export function distributed(boxes: readonly Box[], way: "across" | "down"): Places {
  const [start, side] = way === "across" ? (["x", "width"] as const) : (["y", "height"] as const);
  const order = [...boxes].sort((a, b) => a[start] + a[side] / 2 - (b[start] + b[side] / 2));
  const taken = order.reduce((sum, box) => sum + box[side], 0);
  const gap = Math.max(NARROWEST, (bounds(order)[side] - taken) / (order.length - 1));
  const places: Places = {};
  let at = bounds(order)[start];
  for (const box of order) {
    places[box.name] = way === "across" ? [Math.round(at), box.y] : [box.x, Math.round(at)];
    at += box[side] + gap;
  }
  return places;
}

/** The nearest one in a direction: far to the side counts more than far ahead. */
export function nearest(boxes: readonly Box[], from: Box, direction: Direction): Box | undefined {
  const [fx, fy] = centre(from);
  let [best, least]: [Box | undefined, number] = [undefined, Infinity];
  for (const box of boxes) {
    if (box.name === from.name) continue;
    const [dx, dy] = [centre(box)[0] - fx, centre(box)[1] - fy];
    const [ahead, aside] = {
      left: [-dx, dy],
      right: [dx, dy],
      up: [-dy, dx],
      down: [dy, dx],
    }[direction] as [number, number];
    if (ahead <= 0) continue;
    const far = ahead + 2 * Math.abs(aside);
    if (far < least) [best, least] = [box, far];
  }
  return best;
}

export const centre = (box: Omit<Box, "name">): Position => [box.x + box.width / 2, box.y + box.height / 2];

/** Whether the middle of a box lies in another. */
export const holds = (outer: Omit<Box, "name">, inner: Omit<Box, "name">): boolean => {
  const [x, y] = centre(inner);
  return x >= outer.x && x <= outer.x + outer.width && y >= outer.y && y <= outer.y + outer.height;
};

export const overlap = (a: Omit<Box, "name">, b: Omit<Box, "name">): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
