// Where it is painted: the picture, the painting over it, and the brush as a circle. A finger, a pen or a
// mouse paints; so do the keys, with a crosshair.

import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { type Easel, type Hand, tinted } from "./easel";
import { type Box, copied, type Point, whole } from "./raster";

interface StageProps {
  easel: Easel;
  beneath: ImageBitmap | null;
  hand: Hand;
  /** Of the painting over the picture, 0 to 1. */
  opacity: number;
  /** Is given the element that takes the keys. */
  stage: RefObject<HTMLDivElement | null>;
  /** Is given the function that draws a part anew. */
  redraw: RefObject<(box: Box | null) => void>;
  /** Something has been painted to its end. */
  done(): void;
  say(text: string): void;
}

export function Stage(props: StageProps) {
  const { easel, beneath, hand, opacity, stage, redraw } = props;
  const { width, height } = easel.raster;
  const painting = useRef<HTMLCanvasElement>(null);
  const cursor = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const canvas = painting.current;
    const tint = canvas ? colorOf(canvas) : 0;
    redraw.current = (box) => {
      if (canvas && box) drawPart(canvas, easel, box, tint);
    };
    redraw.current(whole(easel.raster));
  }, [easel, redraw]);
  useEffect(() => stage.current?.focus(), [stage]);

  const draw = (box: Box | null) => redraw.current(box);
  const crosshair = useCrosshair(cursor, width, height);
  return (
    <div className="painter-room">
      <div
        ref={stage}
        className="painter-stage"
        role="application"
        aria-label={`Canvas, ${width} by ${height} pixels`}
        aria-describedby="painter-help"
        tabIndex={0}
        style={{ aspectRatio: `${width} / ${height}`, "--ratio": width / height } as React.CSSProperties}
        {...usePointer(props, draw, crosshair)}
        {...useKeys(props, draw, crosshair)}
      >
        {beneath && <Beneath bitmap={beneath} width={width} height={height} />}
        <canvas
          ref={painting}
          className="painter-layer painter-painting"
          width={width}
          height={height}
          data-hard={easel.kind === "labels" || undefined}
          style={{ opacity: beneath ? opacity : 1 }}
        />
        <Cursor element={cursor} hand={hand} width={width} />
      </div>
      <p id="painter-help" className="painter-help">
        <kbd>arrows</kbd> move the crosshair, with <kbd>Shift</kbd> by 10 · <kbd>Space</kbd> paints ·{" "}
        <kbd>[</kbd> <kbd>]</kbd> size · <kbd>1</kbd>–<kbd>9</kbd> class
      </p>
    </div>
  );
}

function Beneath({ bitmap, width, height }: { bitmap: ImageBitmap; width: number; height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
  }, [bitmap, width, height]);
  return <canvas ref={canvas} className="painter-layer" width={width} height={height} />;
}

/** The size is a part of the stage's width, so that it is right at any zoom. */
function Cursor({ element, hand, width }: { element: RefObject<HTMLDivElement | null>; hand: Hand; width: number }) {
  const round = hand.tool === "brush" || hand.tool === "eraser";
  return (
    <div ref={element} className="painter-cursor" hidden>
      {round && <span className="painter-circle" style={{ width: `${(100 * hand.size) / width}cqw` }} />}
    </div>
  );
}

type Crosshair = ReturnType<typeof useCrosshair>;

/** Where the brush is. It moves with the pointer as often as that does, past React. */
function useCrosshair(element: RefObject<HTMLElement | null>, width: number, height: number) {
  const point = useRef<Point>({ x: Math.floor(width / 2) + 0.5, y: Math.floor(height / 2) + 0.5 });
  return {
    point,
    show(to: Point, by: "pointer" | "keys") {
      point.current = to;
      const shown = element.current;
      if (!shown) return;
      shown.hidden = false;
      shown.dataset.by = by;
      shown.style.left = `${(100 * to.x) / width}%`;
      shown.style.top = `${(100 * to.y) / height}%`;
    },
    hide() {
      if (element.current) element.current.hidden = true;
    },
  };
}

function usePointer({ easel, hand, done }: StageProps, draw: (box: Box | null) => void, crosshair: Crosshair) {
  const held = useRef<number | null>(null);
  const release = (event: PointerEvent) => {
    if (held.current !== event.pointerId) return;
    held.current = null;
    easel.end();
    done();
  };
  return {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0 || !event.isPrimary) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const at = pointOn(event.currentTarget, event, easel);
      held.current = event.pointerId;
      crosshair.show(at, "pointer");
      draw(easel.begin(hand, at));
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (!event.isPrimary) return;
      const stage = event.currentTarget;
      crosshair.show(pointOn(stage, event, easel), "pointer");
      if (held.current !== event.pointerId) return;
      const all = event.nativeEvent.getCoalescedEvents?.() ?? [];
      for (const each of all.length > 0 ? all : [event]) draw(easel.move(pointOn(stage, each, easel)));
    },
    onPointerUp: release,
    onPointerCancel: release,
    onLostPointerCapture: release,
    onPointerLeave() {
      if (held.current === null) crosshair.hide();
    },
  };
}

function useKeys({ easel, hand, done, say }: StageProps, draw: (box: Box | null) => void, crosshair: Crosshair) {
  const { width, height } = easel.raster;
  const go = (dx: number, dy: number) => {
    const { x, y } = crosshair.point.current;
    const to = { x: within(Math.floor(x) + dx, width) + 0.5, y: within(Math.floor(y) + dy, height) + 0.5 };
    crosshair.show(to, "keys");
    draw(easel.move(to));
  };
  /** Space down begins a stroke and up ends it; a rectangle has Space at each of two corners. */
  const press = (again: boolean) => {
    if (again) return;
    const at = crosshair.point.current;
    const place = `at ${Math.floor(at.x)}, ${Math.floor(at.y)}`;
    if (easel.painting && hand.tool === "rectangle") {
      easel.end();
      say(`Rectangle to ${place.slice(3)}`);
    } else {
      draw(easel.begin(hand, at));
      say(hand.tool === "rectangle" ? `Corner ${place}; move and press Space again` : `Painted ${place}`);
    }
    crosshair.show(at, "keys");
    done();
  };
  const release = () => {
    if (!easel.painting) return;
    easel.end();
    done();
  };
  return {
    onKeyDown(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const by = event.shiftKey ? 10 : 1;
      const way = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key];
      if (way) go(way[0] ?? 0, way[1] ?? 0);
      else if (event.key === " ") press(event.repeat);
      else return;
      event.preventDefault();
    },
    onKeyUp(event: KeyboardEvent) {
      if (event.key === " " && hand.tool !== "rectangle") release();
    },
    onFocus(event: React.FocusEvent<HTMLElement>) {
      if (event.currentTarget.matches(":focus-visible")) crosshair.show(crosshair.point.current, "keys");
    },
    onBlur() {
      crosshair.hide();
      release();
    },
  };
}

function within(value: number, size: number): number {
  return Math.min(Math.max(value, 0), size - 1);
}

function pointOn(stage: HTMLElement, event: { clientX: number; clientY: number }, { raster }: Easel): Point {
  const at = stage.getBoundingClientRect();
  return {
    x: ((event.clientX - at.left - stage.clientLeft) / stage.clientWidth) * raster.width,
    y: ((event.clientY - at.top - stage.clientTop) / stage.clientHeight) * raster.height,
  };
}

function drawPart(canvas: HTMLCanvasElement, easel: Easel, box: Box, tint: number) {
  const { raster, kind } = easel;
  const part = kind === "mask" ? tinted(raster, box, tint) : new Uint32Array(copied(raster, box));
  const data = new ImageData(new Uint8ClampedArray(part.buffer), box.right - box.left, box.bottom - box.top);
  canvas.getContext("2d")?.putImageData(data, box.left, box.top);
}

/** The accent, which is the canvas's text colour, as a pixel. */
function colorOf(canvas: HTMLCanvasElement): number {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!context) return 0;
  context.fillStyle = getComputedStyle(canvas).color;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0;
}
