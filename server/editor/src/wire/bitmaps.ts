// From JPEG to bitmaps.

const JPEG = "image/jpeg";
// A blob goes through the browser's own process and back, which makes pictures late on a busy machine.
const direct = "ImageDecoder" in globalThis; // only where the page comes from this machine, or by https

/** A picture as so many bitmaps, as each canvas takes one over. */
export async function bitmaps(data: Uint8Array<ArrayBuffer>, count: number): Promise<ImageBitmap[]> {
  if (!direct) return copies(new Blob([data], { type: JPEG }), count);
  const decoder = new ImageDecoder({ data, type: JPEG });
  try {
    const { image } = await decoder.decode();
    try {
      return await copies(image, count);
    } finally {
      image.close();
    }
  } finally {
    decoder.close();
  }
}

const copies = (of: ImageBitmapSource, count: number): Promise<ImageBitmap[]> =>
  Promise.all(Array.from({ length: count }, () => createImageBitmap(of)));
