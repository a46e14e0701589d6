// From JPEG to bitmaps.

const JPEG = "image/jpeg";

/**
 * A picture as so many bitmaps, as each canvas takes one over. By way of a blob: those of an
 * ImageDecoder's frames are made with the help of the page's own thread, and wait while that is busy.
 */
export function bitmaps(data: Uint8Array<ArrayBuffer>, count: number): Promise<ImageBitmap[]> {
  const picture = new Blob([data], { type: JPEG });
  return Promise.all(Array.from({ length: count }, () => createImageBitmap(picture)));
}
