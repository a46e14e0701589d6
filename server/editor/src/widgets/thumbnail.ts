// Small pictures of the library.

import { useEffect, useState } from "react";
import { type Pictures, usePictures } from "./contract";

/** Of thumbnails, in pixels. */
const WIDTH = 256;

interface Thumbnail {
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
  const unwanted = new AbortController();
  let url: string | null = null;
  const shown = (blob: Blob) => {
    if (unwanted.signal.aborted) return;
    url = URL.createObjectURL(blob);
    show({ url, error: null });
  };
  const failed = (error: unknown) => unwanted.signal.aborted || show({ url: null, error: sentence(error) });
  fetch(file, WIDTH, unwanted.signal).then(shown, failed);
  return () => {
    unwanted.abort();
    if (url !== null) URL.revokeObjectURL(url);
  };
}

/** An error in words for a person. */
export function sentence(error: unknown): string {
  return error instanceof Error && error.message ? error.message : String(error);
}
