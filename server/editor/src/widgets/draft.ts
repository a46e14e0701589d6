// A text while it is typed: it may be wrong for a time, and then the value stays as it was.

import { type FocusEvent, type KeyboardEvent, useState } from "react";
import type { Read } from "./values";

interface Options {
  /** What the field shows while nothing is typed. */
  text: string;
  /** What is wrong with the value as it is. */
  wrong: string | null;
  read(text: string): Read;
  /** With `done` false after each letter, if `eager`. */
  change(value: unknown, done: boolean): void;
  /** Tell of each letter that makes a good value, not only of the end. */
  eager?: boolean;
  /** Enter makes a new line. */
  lines?: boolean;
}

// Shortcuts of the page such as Save shall see what was typed; those of the field itself keep it.
const OWN_SHORTCUTS = "acvxyz";

/** Properties for the input, and the complaint to show. */
export function useDraft({ text, wrong, read, change, eager = false, lines = false }: Options) {
  const [draft, setDraft] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [before, setBefore] = useState(text);
  const [told, setTold] = useState<readonly string[]>([]);

  if (before !== text) {
    // A value that this draft told of itself, perhaps late, is no reason to take the text away.
    setBefore(text);
    setRefusal(null);
    if (!told.includes(text)) setDraft(null);
  }

  function drop() {
    setDraft(null);
    setRefusal(null);
    setTold([]);
  }

  function type(typed: string) {
    setDraft(typed);
    setRefusal(null);
    if (!eager) return;
    const got = read(typed);
    if (!("value" in got)) return;
    setTold([...told.slice(-20), typed]);
    change(got.value, false);
  }

  function commit() {
    if (draft === null) return;
    if (draft === text && told.length === 0) return drop();
    const got = read(draft);
    if ("problem" in got) return setRefusal(got.problem);
    drop();
    change(got.value, true);
  }

  function onKeyDown(event: KeyboardEvent) {
    const modified = event.ctrlKey || event.metaKey;
    if (event.key === "Escape" && draft !== null) {
      event.stopPropagation();
      event.preventDefault(); // the page shall not close what the field stands in
      if (told.length > 0) commit();
      else drop();
    } else if (event.key === "Enter" ? !lines || modified : modified && !OWN_SHORTCUTS.includes(event.key)) {
      commit();
    }
  }

  return {
    shown: draft ?? text,
    complaint: refusal ?? (draft === null ? wrong : null),
    /** Forget what was typed, as the value was set in another way. */
    drop,
    events: {
      onChange: (event: { target: { value: string } }) => type(event.target.value),
      onBlur: (_: FocusEvent) => commit(),
      onKeyDown,
    },
  };
}
