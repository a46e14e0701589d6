// How all of a graph is seen, beside the map that lies over the canvas.

import { getViewportForBounds, type Viewport } from "@xyflow/react";

import { type Box, bounds, type Size } from "../graph/boxes";

/** How closely the canvas is looked at. */
export const CLOSENESS = { least: 0.08, most: 3, fitted: 1 };
/** Pixels that are left free round the graph. */
export const EDGE = 32;

/** What shows all boxes; none is beneath the map in the lower right corner, if it is a `card`. */
export function fitting(boxes: readonly Box[], cards: readonly Box[], { width, height }: Size, map: Size): Viewport {
  const all = bounds(boxes);
  const fit = (right: number, bottom: number): Viewport =>
    getViewportForBounds(all, width, height, CLOSENESS.least, CLOSENESS.fitted, {
      top: `${EDGE}px`, left: `${EDGE}px`, right: `${right}px`, bottom: `${bottom}px`,
    });
  const free = fit(EDGE, EDGE);
  const beneath = (box: Box) =>
    (box.x + box.width) * free.zoom + free.x > width - map.width &&
    (box.y + box.height) * free.zoom + free.y > height - map.height;
  if (!cards.some(beneath)) return free;
  const [beside, above] = [fit(map.width, EDGE), fit(EDGE, map.height)];
  return beside.zoom >= above.zoom ? beside : above;
}
