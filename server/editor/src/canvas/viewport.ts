// Where the canvas is looked at, for those who are not on it.

import type { Node, ReactFlowInstance, Viewport } from "@xyflow/react";

import { type Box, USUAL } from "../graph/boxes";
import { get, set } from "../state/store";
import { fitting } from "./fitting";

let flow: ReactFlowInstance | null = null;
let fitted: Viewport | null = null;
const settled = new Set<() => void>();

export const register = (instance: ReactFlowInstance): void => void (flow = instance);

/** Hear when the canvas has come to rest after it was moved or zoomed. */
export function onSettled(heard: () => void): () => void {
  settled.add(heard);
  return () => settled.delete(heard);
}

export const settle = (): void => settled.forEach((heard) => heard());

const calm = (): number => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200);

export const toFlow = (x: number, y: number): [number, number] => {
  const at = flow?.screenToFlowPosition({ x, y }) ?? { x, y };
  return [Math.round(at.x), Math.round(at.y)];
};

/** The middle of what is seen, on the canvas. */
export function viewCentre(): [number, number] {
  const { left, top, width, height } = area();
  return toFlow(left + width / 2 - 100, top + height / 3);
}

export const area = (): DOMRect =>
  document.querySelector(".react-flow")?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight);

/** Bring a node to the middle, select it and give it the focus. */
export function centreOn(node: string): void {
  set({ selection: [node], marked: [] });
  const at = flow?.getNode(node);
  if (!flow || !at) return;
  const { width = 208, height = 120 } = at.measured ?? {};
  const zoom = Math.max(flow.getZoom(), 0.7);
  void flow.setCenter(at.position.x + width / 2, at.position.y + height / 2, { zoom, duration: calm() });
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(node)}"]`)?.focus({ preventScroll: true });
}

const MARGIN = 16; // px round the map, and of a node's shadow

/** See all of the graph. */
export function fitAll(duration = calm()): void {
  if (!flow) return;
  const all = flow.getNodes().map(boxOf);
  if (!all.length) return;
  const cards = all.filter(({ name }) => !name.startsWith("/"));
  const map = document.querySelector(".react-flow__minimap")?.getBoundingClientRect();
  const covered = { width: (map?.width ?? 0) + 2 * MARGIN, height: (map?.height ?? 0) + 2 * MARGIN };
  fitted = fitting(all, cards, area(), covered);
  void flow.setViewport(fitted, { duration }).then(settle);
}

/** See all in a canvas of another size, unless something else has been looked at since. */
export function refit(): void {
  const now = flow?.getViewport();
  if (now && fitted && now.x === fitted.x && now.y === fitted.y && now.zoom === fitted.zoom) fitAll(0);
}

const boxOf = ({ id, position, measured }: Node): Box => ({
  name: id, ...position, width: measured?.width ?? USUAL.width, height: measured?.height ?? USUAL.height,
});

export function fitSelection(): void {
  const nodes = get().selection.map((id) => ({ id }));
  if (nodes.length) void flow?.fitView({ nodes, padding: 0.3, maxZoom: 1.2, duration: calm() });
  else fitAll();
}

export const zoomBy = (factor: number): void => void flow?.zoomTo(flow.getZoom() * factor, { duration: calm() });
export const zoomTo = (zoom: number): void => void flow?.zoomTo(zoom, { duration: calm() });

/** Move what is seen, in pixels of the screen. */
export function panBy(x: number, y: number): void {
  if (!flow) return;
  const at = flow.getViewport();
  void flow.setViewport({ ...at, x: at.x + x, y: at.y + y });
  settle();
}
