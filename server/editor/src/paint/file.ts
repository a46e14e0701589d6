// Pictures as files: what a painting begins with, and the PNG that it becomes.

import type { Raster } from "./raster";

/** Of a painting, on its longer side. */
const LONGEST = 1024;

export interface Size {
  width: number;
  height: number;
}

/** The size of a painting for a picture. */
export function paintingSize({ width, height }: Size): Size {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The pixels of a file in a size; a map is not smoothed, as that would make colours that are no class. */
export async function decoded(blob: Blob, size: Size | null, smooth: boolean): Promise<Raster> {
  const bitmap = await opened(blob);
  const { width, height } = size ?? paintingSize(bitmap);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser lends no canvas");
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, pixels: new Uint32Array(data.buffer as ArrayBuffer) };
}

export async function opened(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob);
  } catch {
    throw new Error("a picture came that this browser cannot read");
  }
}

export async function encoded({ width, height, pixels }: Raster): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const data = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
  canvas.getContext("2d")?.putImageData(data, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}
