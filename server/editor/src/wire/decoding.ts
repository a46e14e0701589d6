// Pictures are decoded by other threads, or here if there are none.

import { bitmaps } from "./bitmaps";

export interface Job {
  id: number;
  data: Uint8Array<ArrayBuffer>;
  /** How many bitmaps are wanted. */
  count: number;
}

export interface Decoded {
  id: number;
  /** null for what is no picture. */
  bitmaps: ImageBitmap[] | null;
}

const THREADS = 2; // on a slow machine one is not enough for ten pictures that change ten times a second
const threads: Worker[] = [];
let works = true;
let jobs = 0;
const waiting = new Map<number, (made: ImageBitmap[] | null) => void>();

function started(): Worker {
  const worker = new Worker(new URL("./decoder.ts", import.meta.url), { type: "module", name: "decoder" });
  worker.onmessage = ({ data: { id, bitmaps } }: MessageEvent<Decoded>) => {
    waiting.get(id)?.(bitmaps);
    waiting.delete(id);
  };
  worker.onerror = () => {
    works = false;
    for (const resolve of waiting.values()) resolve(null);
    waiting.clear();
  };
  return worker;
}

/** A JPEG as so many bitmaps; null if it is none. */
export function decoded(data: Uint8Array<ArrayBuffer>, count: number): Promise<ImageBitmap[] | null> {
  if (!works) return bitmaps(data, count).catch(() => null);
  const id = ++jobs;
  (threads[id % THREADS] ??= started()).postMessage({ id, data, count } satisfies Job);
  return new Promise((resolve) => waiting.set(id, resolve));
}
