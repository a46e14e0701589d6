// How far the dots of the ground stand apart.

const GAP = 20; // on the canvas, at full size
const LEAST = 16; // on the screen

/** Pixels of the screen between dots: from 16 to 32, as from afar there are fewer and from near more of them. */
export function grid(zoom: number): number {
  const gap = GAP * zoom;
  return gap / 2 ** Math.floor(Math.log2(gap / LEAST));
}
