// A raster on which somebody paints: strokes, fills and rectangles, and the way back.

import {
  type Box,
  blank,
  cast,
  clipped,
  copied,
  fillBox,
  flood,
  grey,
  invert,
  joined,
  pasted,
  type Point,
  type Raster,
  sweep,
  type Tip,
  whole,
} from "./raster";

export type Tool = "brush" | "eraser" | "fill" | "rectangle";

/** What is in the hand. */
export interface Hand {
  tool: Tool;
  /** Across, in pixels. */
  size: number;
  /** The part of the radius over which the brush fades; maps have hard edges. */
  soft: number;
  /** A pixel. */
  color: number;
}

interface Patch {
  box: Box;
  pixels: Uint32Array;
}

interface Stroke {
  hand: Hand;
  start: Point;
  last: Point;
  before: Uint32Array<ArrayBuffer>;
  cover: Uint8Array;
  touched: Box | null;
}

/** How much of what was before is kept, in pixels: 64 MiB. */
const KEPT = 16 * 2 ** 20;
/** How far the greys of a mask may differ to be filled together: its soft edges go along up to the middle. */
const TOLERANCE = 127;

/** Every method that paints gives the box that has to be drawn anew, or null. */
export class Easel {
  raster: Raster;
  readonly kind: "mask" | "labels";
  /** The pixel of what is empty. */
  readonly ground: number;
  private undone: Patch[] = [];
  private done: Patch[] = [];
  private stroke: Stroke | null = null;

  constructor(kind: "mask" | "labels", raster: Raster, ground: number) {
    this.kind = kind;
    this.raster = raster;
    this.ground = ground;
  }

  static empty(kind: "mask" | "labels", width: number, height: number, ground: number): Easel {
    return new Easel(kind, blank(width, height, ground), ground);
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }
  get canRedo(): boolean {
    return this.undone.length > 0;
  }
  get painting(): boolean {
    return this.stroke !== null;
  }

  begin(hand: Hand, at: Point): Box | null {
    this.end();
    if (hand.tool === "fill") return this.fill(hand.color, at);
    const point = this.placed(at);
    const { width, height, pixels } = this.raster;
    const cover = new Uint8Array(hand.tool === "rectangle" ? 0 : width * height);
    this.stroke = { hand, start: point, last: point, before: pixels.slice(), cover, touched: null };
    return this.move(at);
  }

  move(to: Point): Box | null {
    const { stroke } = this;
    if (!stroke) return null;
    const point = this.placed(to);
    const box = stroke.hand.tool === "rectangle" ? this.stretch(stroke, point) : this.brush(stroke, point);
    stroke.last = point;
    return box;
  }

  end(): void {
    const { stroke } = this;
    this.stroke = null;
    if (!stroke?.touched) return;
    const before = { ...this.raster, pixels: stroke.before };
    this.keep({ box: stroke.touched, pixels: copied(before, stroke.touched) });
  }

  /** Leave off in the middle of a stroke, as if it had not begun. */
  drop(): Box | null {
    const { stroke } = this;
    this.stroke = null;
    if (!stroke?.touched) return null;
    pasted(this.raster, stroke.touched, copied({ ...this.raster, pixels: stroke.before }, stroke.touched));
    return stroke.touched;
  }

  clear(): Box | null {
    return this.all(() => fillBox(this.raster, whole(this.raster), this.ground));
  }

  invert(): Box | null {
    return this.all(() => invert(this.raster));
  }

  undo(): Box | null {
    return this.swap(this.done, this.undone);
  }

  redo(): Box | null {
    return this.swap(this.undone, this.done);
  }

  private fill(color: number, at: Point): Box | null {
    const before = { ...this.raster, pixels: this.raster.pixels.slice() };
    const box = flood(this.raster, at, color, this.kind === "mask" ? TOLERANCE : 0);
    if (box) this.keep({ box, pixels: copied(before, box) });
    return box;
  }

  private brush(stroke: Stroke, to: Point): Box | null {
    const { hand, last, before, cover } = stroke;
    const hard = this.kind === "labels";
    const tip: Tip = { radius: hand.size / 2, soft: hand.soft, hard };
    const box = sweep(cover, this.raster, last, to, tip);
    if (box) cast(this.raster, before, cover, hand.tool === "eraser" ? this.ground : hand.color, box);
    stroke.touched = joined(stroke.touched, box);
    return box;
  }

  /** The rectangle between where it began and a point, both of them in it; the one before is taken away. */
  private stretch(stroke: Stroke, to: Point): Box | null {
    const { start, touched, before, hand } = stroke;
    if (touched) pasted(this.raster, touched, copied({ ...this.raster, pixels: before }, touched));
    const box = clipped(this.raster, {
      left: Math.floor(Math.min(start.x, to.x)),
      top: Math.floor(Math.min(start.y, to.y)),
      right: Math.floor(Math.max(start.x, to.x)) + 1,
      bottom: Math.floor(Math.max(start.y, to.y)) + 1,
    });
    if (box) fillBox(this.raster, box, hand.color);
    stroke.touched = box;
    return joined(touched, box);
  }

  /** Hard discs stand on the middle of a pixel, so that the smallest one paints a pixel. */
  private placed({ x, y }: Point): Point {
    return this.kind === "labels" ? { x: Math.floor(x) + 0.5, y: Math.floor(y) + 0.5 } : { x, y };
  }

  private all(change: () => void): Box {
    this.end();
    this.keep({ box: whole(this.raster), pixels: this.raster.pixels.slice() });
    change();
    return whole(this.raster);
  }

  private keep(patch: Patch): void {
    this.undone = [];
    this.done.push(patch);
    let sum = 0;
    const enough = this.done.findLastIndex(({ pixels }) => (sum += pixels.length) > KEPT);
    // The newest is kept, however large it is.
    this.done.splice(0, Math.min(enough + 1, this.done.length - 1));
  }

  private swap(from: Patch[], to: Patch[]): Box | null {
    this.end();
    const patch = from.pop();
    if (!patch) return null;
    to.push({ box: patch.box, pixels: copied(this.raster, patch.box) });
    pasted(this.raster, patch.box, patch.pixels);
    return patch.box;
  }
}

/** The pixels of a mask that is seen as a tint: the colour, as strong as the mask is white. */
export function tinted(raster: Raster, box: Box, tint: number): Uint32Array<ArrayBuffer> {
  const part = new Uint32Array(copied(raster, box));
  const color = (tint & 0x00ffffff) >>> 0;
  for (let at = 0; at < part.length; at++) part[at] = (color | (((part[at] ?? 0) & 255) << 24)) >>> 0;
  return part;
}

/** A mask has greys only, whatever was loaded; the brightness is what counts. */
export function toGreys({ pixels }: Raster): void {
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at] ?? 0;
    const light = 0.299 * (pixel & 255) + 0.587 * ((pixel >>> 8) & 255) + 0.114 * ((pixel >>> 16) & 255);
    pixels[at] = grey(Math.round((light * (pixel >>> 24)) / 255));
  }
}

/** A map has no half-clear pixels: they are empty. */
export function toOpaque({ pixels }: Raster, ground: number): void {
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at] ?? 0;
    pixels[at] = pixel >>> 24 < 128 ? ground : (pixel | 0xff000000) >>> 0;
  }
}
