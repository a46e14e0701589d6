// Small pictures of results: few are fetched at a time, and each once for all who show it.

import { type RefObject, useEffect, useState } from "react";

import { THUMBNAIL } from "../../wire";
import { fetchResult } from "../state/library";

interface Thumb {
  users: number;
  url: string;
  error: string;
  begun: boolean;
  heard: Set<(thumb: Thumb) => void>;
}

const AT_ONCE = 4;
const LINGER = 3000; // ms that one nobody shows is kept
const thumbs = new Map<number, Thumb>();
let running = 0;

/** Fetch what is waited for, the latest asked first. */
function next(): void {
  if (running >= AT_ONCE) return;
  const found = [...thumbs].reverse().find(([, thumb]) => !thumb.begun && thumb.users > 0);
  if (!found) return;
  const [result, thumb] = found;
  thumb.begun = true;
  running += 1;
  fetchResult(result, THUMBNAIL)
    .then((blob) => {
      if (thumbs.get(result) === thumb) thumb.url = URL.createObjectURL(blob);
    })
    .catch((error: unknown) => {
      thumb.error = error instanceof Error ? error.message : String(error);
      thumbs.delete(result); // who shows it next asks again
    })
    .finally(() => {
      running -= 1;
      for (const heard of thumb.heard) heard(thumb);
      next();
    });
  next();
}

function use(result: number, heard: (thumb: Thumb) => void): () => void {
  const thumb = thumbs.get(result) ?? { users: 0, url: "", error: "", begun: false, heard: new Set() };
  thumbs.set(result, thumb);
  thumb.users += 1;
  thumb.heard.add(heard);
  heard(thumb);
  next();
  return () => {
    thumb.users -= 1;
    thumb.heard.delete(heard);
    setTimeout(() => drop(result, thumb), LINGER);
  };
}

function drop(result: number, thumb: Thumb): void {
  if (thumb.users || thumbs.get(result) !== thumb) return;
  thumbs.delete(result);
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
