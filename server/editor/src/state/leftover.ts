// Edits that a server may not have: in this page, and in its tab's storage if it is loaded anew.

import type { Op } from "../../wire";
import { type Content, contentOf } from "../graph/content";
import { type Doc, get } from "./store";

/** Edits whose fate is not known, and the graph that they were made to. */
export interface Leftover {
  base: Content;
  ops: Op[];
}

const PREFIX = "capriccio.left.";

/** Note what of a graph is not confirmed, or nothing. */
export function left(doc: Doc | undefined): void {
  if (!doc) return;
  const key = PREFIX + doc.name;
  if (!doc.pending.length) return sessionStorage.removeItem(key);
  const ops = doc.pending.flatMap((batch) => batch.ops);
  try {
    sessionStorage.setItem(key, JSON.stringify({ base: doc.base, ops } satisfies Leftover));
  } catch {
    // The storage is full: the page itself still has them.
  }
}

/**
 * The edits of a graph that the server may not have, now that it is opened again.
 *
 * After a restart these are also those it confirmed lately: a server that was killed may not have
 * written them.
 */
export function kept(name: string, doc: Doc | undefined): Leftover | null {
  if (!doc) return stored(name);
  const recent = doc.server !== get().server ? doc.recent : [];
  const unsent = doc.pending.filter(({ sent }) => !sent);
  const ops = [...recent, ...unsent].flatMap((each) => each.ops);
  return ops.length ? { base: recent[0]?.before ?? doc.base, ops } : null;
}

/** Nothing of a graph is to be made again. */
export const forget = (name: string): void => sessionStorage.removeItem(PREFIX + name);

function stored(name: string): Leftover | null {
  const key = PREFIX + name;
  const text = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  if (!text) return null;
  const { base, ops } = JSON.parse(text) as Leftover;
  return { base: contentOf(base), ops };
}
