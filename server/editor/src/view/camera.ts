// Zoom and place of what is viewed; both pictures of a pair move together.

import { useState } from "react";

import { FITTED, panned, type Rect, rectOf, scaledTo, scaleOf, type Size, type Zoom, zoomed } from "./zoom";

export interface Camera {
  /** Where the picture lies; null as long as nothing is known of it. */
  rect: Rect | null;
  scale: number;
  fitted: boolean;
  setBox(box: Size): void;
  /** Around a point, measured from the middle of the box. */
  zoomBy(factor: number, point?: { x: number; y: number }): void;
  zoomTo(scale: number): void;
  pan(x: number, y: number): void;
  fit(): void;
}

export function useCamera(picture: Size | null): Camera {
  const [zoom, setZoom] = useState<Zoom>(FITTED);
  const [box, setBox] = useState<Size>({ width: 0, height: 0 });
  const known = picture && box.width > 0 ? picture : null;
  const change = (next: (zoom: Zoom, picture: Size) => Zoom) => known && setZoom((zoom) => next(zoom, known));
  return {
    rect: known && rectOf(zoom, box, known),
    scale: known ? scaleOf(zoom, box, known) : 1,
    fitted: !zoom.scale,
    setBox: (next) => setBox((before) => (before.width === next.width && before.height === next.height ? before : next)),
    zoomBy: (factor, point = { x: 0, y: 0 }) => change((zoom, picture) => zoomed(zoom, factor, point, box, picture)),
    zoomTo: (scale) => change((zoom, picture) => scaledTo(zoom, scale, box, picture)),
    pan: (x, y) => change((zoom, picture) => panned(zoom, x, y, box, picture)),
    fit: () => setZoom(FITTED),
  };
}

const STEP = 48; // px that an arrow key moves
const KEYS: Record<string, (camera: Camera, far: number) => void> = {
  "+": (camera) => camera.zoomBy(1.25),
  "=": (camera) => camera.zoomBy(1.25),
  "-": (camera) => camera.zoomBy(0.8),
  "0": (camera) => camera.fit(),
  "1": (camera) => camera.zoomTo(1 / devicePixelRatio),
  ArrowLeft: (camera, far) => camera.pan(far, 0),
  ArrowRight: (camera, far) => camera.pan(-far, 0),
  ArrowUp: (camera, far) => camera.pan(0, far),
  ArrowDown: (camera, far) => camera.pan(0, -far),
};

/** Whether a key was meant for the camera. */
export function steered(camera: Camera, key: string, shift: boolean): boolean {
  const act = KEYS[key];
  act?.(camera, shift ? 4 * STEP : STEP);
  return !!act;
}
