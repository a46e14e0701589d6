// What is on the canvas, for actions to read and to change.

import type { Op } from "../../wire";
import type { Content } from "../graph/content";
import type { Kinds } from "../graph/kinds";
import { edit } from "../state/documents";
import { trouble } from "../state/notices";
import { get, kindsIn, type Shown, shownIn } from "../state/store";

export interface Here extends Shown {
  kinds: Kinds;
}

export function here(): Here {
  const state = get();
  return { ...shownIn(state), kinds: kindsIn(state) };
}

/** The graph on the canvas. */
export const shownGraph = (): Content => shownIn(get()).content;

/** Change what is on the canvas, in one step; says why not, and gives false, if it cannot be. */
export function change(ops: Op[], label: string, group = ""): boolean {
  const { name, readOnly } = shownIn(get());
  if (readOnly || !name) {
    trouble(readOnly || "this graph cannot be changed here");
    return false;
  }
  return edit(name, ops, { label, group });
}
