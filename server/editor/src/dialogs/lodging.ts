// Where notices are shown: a dialog that covers the page makes all else inert, so they go into it.

import { useSyncExternalStore } from "react";

let covers: HTMLElement[] = [];
const listeners = new Set<() => void>();

/** Show notices in this element until the function that is given back is called. */
export function lodge(element: HTMLElement): () => void {
  change([...covers, element]);
  return () => change(covers.filter((each) => each !== element));
}

function change(to: HTMLElement[]): void {
  covers = to;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The topmost element that covers the page, or null. */
export const useLodging = (): HTMLElement | null => useSyncExternalStore(subscribe, () => covers.at(-1) ?? null);
