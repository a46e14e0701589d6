// A picture as numbers, and what can be done to it. A pixel is 0xAABBGGRR, as ImageData has it on all
// machines that browsers run on. Nothing here knows of a screen.

export interface Raster {
  width: number;
  height: number;
  pixels: Uint32Array<ArrayBuffer>;
}

/** A part of a raster; right and bottom are no longer in it. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Point {
  x: number;
  y: number;
}

export function blank(width: number, height: number, color: number): Raster {
  return { width, height, pixels: new Uint32Array(width * height).fill(color) };
}

/** The pixel of a colour such as #e0b040. */
export function pixelOf(color: string): number {
  const rgb = Number.parseInt(color.slice(1), 16);
  return (0xff000000 | ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

/** The pixel of a grey, 0 to 255. */
export function grey(value: number): number {
  return (0xff000000 | (value * 0x010101)) >>> 0;
}

export function whole({ width, height }: Raster): Box {
  return { left: 0, top: 0, right: width, bottom: height };
}

export function joined(a: Box | null, b: Box | null): Box | null {
  if (!a || !b) return a ?? b;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** The part of a box that lies in a raster, in whole pixels, or null. */
export function clipped(raster: Raster, box: Box): Box | null {
  const left = Math.max(0, Math.floor(box.left));
  const top = Math.max(0, Math.floor(box.top));
  const right = Math.min(raster.width, Math.ceil(box.right));
  const bottom = Math.min(raster.height, Math.ceil(box.bottom));
  return left < right && top < bottom ? { left, top, right, bottom } : null;
}

/** How a disc ends: hard for classes, else soft over a part of its radius and a pixel at least. */
export interface Tip {
  radius: number;
  soft: number;
  hard: boolean;
}

/** Cover (0 to 255) where a disc passes on a line from one point to another; gives what it touched. */
export function sweep(cover: Uint8Array, raster: Raster, from: Point, to: Point, tip: Tip): Box | null {
  const reach = tip.radius + 1;
  const box = clipped(raster, {
    left: Math.min(from.x, to.x) - reach,
    top: Math.min(from.y, to.y) - reach,
    right: Math.max(from.x, to.x) + reach,
    bottom: Math.max(from.y, to.y) + reach,
  });
  if (!box) return null;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  for (let y = box.top; y < box.bottom; y++) {
    const py = y + 0.5 - from.y;
    for (let x = box.left; x < box.right; x++) {
      const px = x + 0.5 - from.x;
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      const far = Math.hypot(px - along * dx, py - along * dy);
      if (far > reach) continue;
      const at = y * raster.width + x;
      const strength = strengthAt(far, tip);
      if (strength > (cover[at] ?? 0)) cover[at] = strength;
    }
  }
  return box;
}

function strengthAt(far: number, { radius, soft, hard }: Tip): number {
  if (hard) return far <= radius ? 255 : 0;
  const width = Math.max(1, soft * radius);
  const part = Math.min(1, Math.max(0, (radius + 0.5 - far) / width));
  return Math.round(255 * (soft > 0 ? part * part * (3 - 2 * part) : part));
}

/** Put a colour over what was there before, as strongly as it covers. */
export function cast(raster: Raster, before: Uint32Array, cover: Uint8Array, color: number, box: Box): void {
  for (let y = box.top; y < box.bottom; y++) {
    for (let at = y * raster.width + box.left, end = at - box.left + box.right; at < end; at++) {
      raster.pixels[at] = mixed(before[at] ?? 0, color, cover[at] ?? 0);
    }
  }
}

function mixed(under: number, over: number, strength: number): number {
  if (strength === 0) return under;
  if (strength === 255) return over;
  let made = 0xff000000;
  for (let shift = 0; shift < 24; shift += 8) {
    const [a, b] = [(under >>> shift) & 255, (over >>> shift) & 255];
    made |= Math.round(a + ((b - a) * strength) / 255) << shift;
  }
  return made >>> 0;
}

export function fillBox(raster: Raster, box: Box, color: number): void {
  for (let y = box.top; y < box.bottom; y++) {
    raster.pixels.fill(color, y * raster.width + box.left, y * raster.width + box.right);
  }
}

/**
 * Fill the area of one colour around a point; gives what it touched, or null if nothing changed.
 *
 * With a tolerance the lowest bytes, which are the greys of a mask, may differ by so much.
 */
export function flood(raster: Raster, start: Point, color: number, tolerance = 0): Box | null {
  const { width, height, pixels } = raster;
  const [x0, y0] = [Math.floor(start.x), Math.floor(start.y)];
  if (x0 < 0 || y0 < 0 || x0 >= width || y0 >= height) return null;
  const old = pixels[y0 * width + x0] ?? 0;
  const near = (pixel: number) =>
    tolerance > 0 ? Math.abs((pixel & 255) - (old & 255)) <= tolerance : pixel === old;
  if (tolerance === 0 && old === color) return null;

  // Some pixels may have the new colour already, so where it has been is noted apart.
  const done = new Uint8Array(width * height);
  const open = (at: number) => done[at] === 0 && near(pixels[at] ?? 0);
  const box = { left: x0, top: y0, right: x0 + 1, bottom: y0 + 1 };
  let changed = false;
  const seeds = [y0 * width + x0];
  for (let seed = seeds.pop(); seed !== undefined; seed = seeds.pop()) {
    if (!open(seed)) continue;
    const row = seed - (seed % width);
    let [left, right] = [seed, seed + 1];
    while (left > row && open(left - 1)) left--;
    while (right < row + width && open(right)) right++;
    for (let at = left; at < right; at++) {
      changed ||= pixels[at] !== color;
      pixels[at] = color;
      done[at] = 1;
    }
    if (row > 0) seedRow(seeds, open, left - width, right - width);
    if (row + width < pixels.length) seedRow(seeds, open, left + width, right + width);
    const y = row / width;
    box.left = Math.min(box.left, left - row);
    box.right = Math.max(box.right, right - row);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y + 1);
  }
  return changed ? box : null;
}

/** One seed for each run of pixels that are open. */
function seedRow(seeds: number[], open: (at: number) => boolean, left: number, right: number): void {
  let inside = false;
  for (let at = left; at < right; at++) {
    const now = open(at);
    if (now && !inside) seeds.push(at);
    inside = now;
  }
}

/** White for black and black for white. */
export function invert({ pixels }: Raster): void {
  for (let at = 0; at < pixels.length; at++) pixels[at] = ((pixels[at] ?? 0) ^ 0x00ffffff) >>> 0;
}

export function copied(raster: Raster, box: Box): Uint32Array {
  const width = box.right - box.left;
  const part = new Uint32Array(width * (box.bottom - box.top));
  for (let y = box.top; y < box.bottom; y++) {
    const from = y * raster.width + box.left;
    part.set(raster.pixels.subarray(from, from + width), (y - box.top) * width);
  }
  return part;
}

export function pasted(raster: Raster, box: Box, part: Uint32Array): void {
  const width = box.right - box.left;
  for (let y = box.top; y < box.bottom; y++) {
    const from = (y - box.top) * width;
    raster.pixels.set(part.subarray(from, from + width), y * raster.width + box.left);
  }
}

/** The same picture in another size, each pixel the nearest of the old ones, so that no colour is new. */
export function resized(raster: Raster, width: number, height: number): Raster {
  if (raster.width === width && raster.height === height) return raster;
  const made = blank(width, height, 0);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * raster.height) / height) * raster.width;
    for (let x = 0; x < width; x++) {
      made.pixels[y * width + x] = raster.pixels[row + Math.floor(((x + 0.5) * raster.width) / width)] ?? 0;
    }
  }
  return made;
}
