import { type PointerEvent, type ReactNode, useEffect, useRef } from "react";

import type { Camera } from "./camera";

interface Props {
  camera: Camera;
  label: string;
  /** A click that was no drag, at a place of the picture, from 0 to 1 each way. */
  onTap?(across: number, down: number): void;
  children: ReactNode;
}

const STILL = 4; // px within which a press is a click

/** The ground that pictures lie on: the wheel zooms, a drag moves. */
export function Stage({ camera, label, onTap, children }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const now = useRef(camera);
  now.current = camera;
  useEffect(() => followed(ref.current!, now), []);
  const drag = useDrag(now, (x, y) => {
    const { rect } = now.current;
    const at = ref.current!.getBoundingClientRect();
    if (rect) onTap?.((x - at.left - rect.left) / rect.width, (y - at.top - rect.top) / rect.height);
  });
  return (
    <div ref={ref} className="stage" role="group" aria-label={label} tabIndex={0} data-first data-taps={!!onTap || undefined} {...drag}>
      {children}
    </div>
  );
}

/** Its size, and the wheel, of which React would not let the page keep its hands off. */
function followed(stage: HTMLElement, camera: { current: Camera }): () => void {
  const measure = () => camera.current.setBox({ width: stage.clientWidth, height: stage.clientHeight });
  const observer = new ResizeObserver(measure);
  observer.observe(stage);
  measure();
  const turned = (event: WheelEvent) => {
    event.preventDefault();
    const at = stage.getBoundingClientRect();
    const point = { x: event.clientX - at.left - at.width / 2, y: event.clientY - at.top - at.height / 2 };
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    camera.current.zoomBy(2 ** (-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.002)), point);
  };
  stage.addEventListener("wheel", turned, { passive: false });
  return () => {
    observer.disconnect();
    stage.removeEventListener("wheel", turned);
  };
}

function useDrag(camera: { current: Camera }, tap: (x: number, y: number) => void) {
  const held = useRef<{ x: number; y: number; far: number } | null>(null);
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button > 1) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      held.current = { x: event.clientX, y: event.clientY, far: 0 };
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const from = held.current;
      if (!from) return;
      const [x, y] = [event.clientX - from.x, event.clientY - from.y];
      const far = from.far + Math.hypot(x, y);
      held.current = { x: event.clientX, y: event.clientY, far };
      if (far > STILL) camera.current.pan(x, y);
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      const from = held.current;
      held.current = null;
      if (from && from.far <= STILL && event.button === 0) tap(event.clientX, event.clientY);
    },
    onPointerCancel() {
      held.current = null;
    },
  };
}
