// Sentences for the person: seen for a while, and read out.

import { get, type Notice, set } from "./store";

const SEEN = 7000; // ms
let last = 0;

/** Tell something. Trouble stays until it is dismissed. */
export function tell(text: string, kind: Notice["kind"] = "note"): void {
  if (get().notices.some((notice) => notice.text === text)) return;
  const id = ++last;
  set(({ notices }) => ({ notices: [...notices.slice(-4), { id, text, kind }] }));
  if (kind === "note") setTimeout(() => dismiss(id), SEEN);
}

export const trouble = (error: unknown): void =>
  tell(error instanceof Error ? error.message : String(error), "trouble");

export function dismiss(id: number): void {
  set(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

/** Say something to screen readers alone, such as where a node went. */
export const say = (said: string): void => set({ said });
