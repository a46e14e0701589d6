// Copying and pasting nodes, also between tabs, as text.

import { type Clip, copied as written, movedBy, movedTo, type Moved, pasting, readClip } from "../graph/clip";
import { own, type Position } from "../graph/content";
import { markOf } from "../graph/frames";
import { say, tell, trouble } from "../state/notices";
import { get, set } from "../state/store";
import { removeThese } from "./deleting";
import { change, here, shownGraph } from "./here";

const BESIDE: Position = [32, 32]; // where a copy stands from what was copied

/** What was copied last: the browser may refuse its clipboard. */
let kept = "";
let refused = false;
/** How often the same was pasted without a place: each comes to stand beside the last. */
let pasted = { text: "", times: 0 };

/** Nodes of the graph on the canvas, and the links at their inputs, as text. */
export const copied = (names: readonly string[]): string => written(shownGraph(), names);

export async function copy(): Promise<boolean> {
  const { selection, marked } = get();
  if (!selection.length && !marked.length) {
    tell("nothing is selected; select nodes to copy");
    return false;
  }
  kept = written(shownGraph(), selection, marked);
  pasted = { text: "", times: 0 };
  say(selection.length === 1 ? `copied ${selection[0]}` : `copied ${selection.length} nodes`);
  try {
    await navigator.clipboard.writeText(kept);
    refused = false;
  } catch {
    refused = true; // within this page it can still be pasted
  }
  return true;
}

export async function cut(): Promise<void> {
  const { selection, marked } = get();
  if (await copy()) removeThese(selection, marked);
}

/** Paste what the clipboard holds, at a place of the canvas or beside where it was. */
export async function paste(at?: Position): Promise<void> {
  pasteText(await clipboardText(), at);
}

async function clipboardText(): Promise<string> {
  if (refused) return kept;
  try {
    return (await navigator.clipboard.readText()) || kept;
  } catch {
    return kept;
  }
}

/** Paste text that may be nodes, or a graph file; says so if it is neither. */
export function pasteText(text: string, at?: Position): boolean {
  const clip = readClip(text);
  if (typeof clip === "string") {
    trouble(text ? clip : "nothing has been copied; select nodes and copy them first");
    return false;
  }
  pasted = { text, times: pasted.text === text ? pasted.times + 1 : 1 };
  const further: Position = [BESIDE[0] * (pasted.times - (at ? 1 : 0)), BESIDE[1] * (pasted.times - (at ? 1 : 0))];
  const moved = at ? movedTo(clip, [at[0] + further[0], at[1] + further[1]]) : movedBy(further);
  return insert(clip, moved, "paste") !== null;
}

/** A copy of the selection, linked to the same sources. */
export function duplicate(offset: Position = BESIDE): boolean {
  const { selection, marked } = get();
  const clip = readClip(written(shownGraph(), selection, marked));
  if (typeof clip !== "string") return insert(clip, movedBy(offset), "duplicate") !== null;
  tell("nothing is selected; select nodes to duplicate");
  return false;
}

/** Copies of nodes at these places, in the same order; gives their names. */
export function duplicateFor(names: readonly string[], positions: readonly Position[]): string[] {
  const clip = readClip(copied(names));
  if (typeof clip === "string") return [];
  const places = Object.fromEntries(names.map((name, index) => [name, positions[index]!]));
  const made = insert(clip, (position, node) => own(places, node ?? "") ?? position, "duplicate");
  return Object.values(made ?? {});
}

function insert(clip: Clip, moved: Moved, label: string): Record<string, string> | null {
  const { kinds, content } = here();
  const { ops, names } = pasting(kinds, content, clip, moved);
  const made = Object.values(names);
  if (!change(ops, made.length === 1 ? `${label} ${made[0]}` : `${label} ${made.length} nodes`)) return null;
  const marked = [
    ...clip.frames.map((_, index) => markOf("frame", content.frames.length + index)),
    ...clip.notes.map((_, index) => markOf("note", content.notes.length + index)),
  ];
  set({ selection: made, marked, links: [] });
  say(made.length === 1 ? `${made[0]} is placed` : `${made.length} nodes are placed`);
  return names;
}
