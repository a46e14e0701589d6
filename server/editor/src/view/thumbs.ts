// Small pictures of results: each is fetched once for all who show it.

import { type RefObject, useEffect, useState } from "react";

import { THUMBNAIL } from "../../wire";
import { fetchResult } from "../state/library";

interface Thumb {
  users: number;
  url: string;
  error: string;
  unwanted: AbortController;
  heard: Set<(thumb: Thumb) => void>;
}

const LINGER = 3000; // ms that one nobody shows is kept
const thumbs = new Map<number, Thumb>();

function begun(result: number): Thumb {
  const thumb: Thumb = { users: 0, url: "", error: "", unwanted: new AbortController(), heard: new Set() };
  thumbs.set(result, thumb);
  fetchResult(result, THUMBNAIL, thumb.unwanted.signal)
    .then((blob) => {
      if (thumbs.get(result) === thumb) thumb.url = URL.createObjectURL(blob);
    })
    .catch((error: unknown) => {
      thumb.error = error instanceof Error ? error.message : String(error);
      if (thumbs.get(result) === thumb) thumbs.delete(result); // who shows it next asks again
    })
    .finally(() => {
      for (const heard of thumb.heard) heard(thumb);
    });
  return thumb;
}

function use(result: number, heard: (thumb: Thumb) => void): () => void {
  const thumb = thumbs.get(result) ?? begun(result);
  thumb.users += 1;
  thumb.heard.add(heard);
  heard(thumb);
  return () => {
    thumb.users -= 1;
    thumb.heard.delete(heard);
    if (thumb.url) setTimeout(() => drop(result, thumb), LINGER);
    else drop(result, thumb);
  };
}

function drop(result: number, thumb: Thumb): void {
  if (thumb.users || thumbs.get(result) !== thumb) return;
  thumbs.delete(result);
  thumb.unwanted.abort();
  if (thumb.url) URL.revokeObjectURL(thumb.url);
}

/** The address of a small picture of a result, while `wanted`; "" as long as it is not there. */
export function useResultThumb(result: number, wanted: boolean): { url: string; error: string } {
  const [shown, setShown] = useState({ url: "", error: "" });
  useEffect(() => {
    if (!wanted) return;
    return use(result, ({ url, error }) =>
      setShown((before) => (before.url === url && before.error === error ? before : { url, error })),
    );
  }, [result, wanted]);
  return shown;
}

/** Whether an element is in view, or nearly so. */
export function useSeen(element: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(([entry]) => setSeen(entry!.isIntersecting), { rootMargin: "160px" });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return seen;
}
