// Rasters as drawings of letters, for the tests.

import { blank, pixelOf, type Raster } from "./raster";

export const EMPTY = pixelOf("#000000");
export const RED = pixelOf("#ff0000");
export const BLUE = pixelOf("#0000ff");

/** A raster out of a drawing: # is red, the rest is empty. */
export function drawn(...rows: string[]): Raster {
  const made = blank(rows[0]!.length, rows.length, EMPTY);
  rows.forEach((row, y) => [...row].forEach((each, x) => each === "#" && (made.pixels[y * made.width + x] = RED)));
  return made;
}

/** Such a drawing; o is blue. */
export function drawing({ width, height, pixels }: Raster): string[] {
  const signs = new Map([[EMPTY, "."], [RED, "#"], [BLUE, "o"]]);
  return Array.from({ length: height }, (_, y) =>
    Array.from(pixels.subarray(y * width, (y + 1) * width), (pixel) => signs.get(pixel) ?? "?").join(""),
  );
}

export const count = ({ pixels }: Raster, color: number) => pixels.filter((pixel) => pixel === color).length;
