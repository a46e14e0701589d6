// Small pictures from the server, few at a time, so that a large library does not hold up the page.

import { useEffect, useState } from "react";
import { type Pictures, usePictures } from "./contract";

const AT_ONCE = 3;
/** Of thumbnails, in pixels. */
export const WIDTH = 256;

type Task = () => Promise<void>;
const waiting = new Set<Task>();
let running = 0;

/** Run a task when there is room; gives a function that drops it if it has not begun. */
function queued(task: Task): () => void {
  waiting.add(task);
  void next();
  return () => waiting.delete(task);
}

async function next(): Promise<void> {
  const [task] = waiting;
  if (!task || running >= AT_ONCE) return;
  waiting.delete(task);
  running += 1;
  await task().catch(() => undefined); // tasks tell of their own errors
  running -= 1;
  void next();
}

export interface Thumbnail {
  url: string | null;
  error: string | null;
}

const NONE: Thumbnail = { url: null, error: null };

/** A picture by name as the address of an image; null is none. */
export function useThumbnail(file: string | null): Thumbnail {
  const { fetch } = usePictures();
  const [shown, setShown] = useState(NONE);
  useEffect(() => {
    setShown(NONE);
    return file === null ? undefined : load(fetch, file, setShown);
  }, [fetch, file]);
  return shown;
}

function load(fetch: Pictures["fetch"], file: string, show: (thumbnail: Thumbnail) => void): () => void {
  let wanted = true;
  let url: string | null = null;
  const drop = queued(async () => {
    try {
      const blob = await fetch(file, WIDTH);
      if (!wanted) return;
      url = URL.createObjectURL(blob);
      show({ url, error: null });
    } catch (error) {
      if (wanted) show({ url: null, error: sentence(error) });
    }
  });
  return () => {
    wanted = false;
    drop();
    if (url !== null) URL.revokeObjectURL(url);
  };
}

/** An error in words for a person. */
export function sentence(error: unknown): string {
  return error instanceof Error && error.message ? error.message : String(error);
}
