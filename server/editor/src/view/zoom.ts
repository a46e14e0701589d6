// Where a picture lies in its box: fitted, or zoomed and moved. All in CSS pixels.

export interface Size {
  width: number;
  height: number;
}

/** The middle of the picture lies `x`, `y` away from the middle of the box. */
export interface Zoom {
  /** Screen pixels for each of the picture; 0 fits it into the box. */
  scale: number;
  x: number;
  y: number;
}

export interface Rect extends Size {
  left: number;
  top: number;
}

export const FITTED: Zoom = { scale: 0, x: 0, y: 0 };
const LEAST = 0.02;
const MOST = 40;
const ROOM = 16; // around a fitted picture
const ENLARGED = 4; // a small picture is not fitted larger

function fitScale(box: Size, picture: Size): number {
  const across = (box.width - 2 * ROOM) / picture.width;
  const down = (box.height - 2 * ROOM) / picture.height;
  return Math.max(LEAST, Math.min(across, down, ENLARGED));
}

export const scaleOf = (zoom: Zoom, box: Size, picture: Size): number => zoom.scale || fitScale(box, picture);

export function rectOf(zoom: Zoom, box: Size, picture: Size): Rect {
  const scale = scaleOf(zoom, box, picture);
  const [width, height] = [picture.width * scale, picture.height * scale];
  const { x, y } = kept(zoom, box, { width, height });
  return { left: (box.width - width) / 2 + x, top: (box.height - height) / 2 + y, width, height };
}

/** Some of the picture stays in the box; one that fits whole stays in the middle. */
function kept({ x, y }: Zoom, box: Size, shown: Size): { x: number; y: number } {
  const far = (room: number, length: number) => (length <= room ? 0 : (length - room) / 2 + room / 3);
  const within = (value: number, most: number) => Math.max(-most, Math.min(most, value));
  return { x: within(x, far(box.width, shown.width)), y: within(y, far(box.height, shown.height)) };
}

/** Zoom so that what is at `point`, measured from the middle of the box, stays there. */
export function zoomed(zoom: Zoom, factor: number, point: { x: number; y: number }, box: Size, picture: Size): Zoom {
  const before = scaleOf(zoom, box, picture);
  const scale = Math.max(LEAST, Math.min(MOST, before * factor));
  const by = scale / before;
  const at = kept(zoom, box, { width: picture.width * before, height: picture.height * before });
  return settled({ scale, x: point.x - (point.x - at.x) * by, y: point.y - (point.y - at.y) * by }, box, picture);
}

export const scaledTo = (zoom: Zoom, scale: number, box: Size, picture: Size): Zoom =>
  zoomed(zoom, scale / scaleOf(zoom, box, picture), { x: 0, y: 0 }, box, picture);

export function panned(zoom: Zoom, x: number, y: number, box: Size, picture: Size): Zoom {
  const scale = scaleOf(zoom, box, picture);
  return settled({ ...zoom, x: zoom.x + x, y: zoom.y + y }, box, picture, scale);
}

function settled(zoom: Zoom, box: Size, picture: Size, scale = zoom.scale): Zoom {
  return { ...zoom, ...kept(zoom, box, { width: picture.width * scale, height: picture.height * scale }) };
}
