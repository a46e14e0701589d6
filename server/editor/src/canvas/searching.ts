// The search for a node to add: where it opens.

import { get, type Search, set, shownIn } from "../state/store";
import { trouble } from "../state/notices";
import { area, toFlow } from "./viewport";

/** Search at a point of the screen; what is chosen will stand there. */
export function openSearch(x: number, y: number, from: Search["from"] = null): void {
  const { readOnly } = shownIn(get());
  if (readOnly) return trouble(readOnly);
  set({ search: { x, y, position: toFlow(x, y), from } });
}

/** Search in the middle of the canvas. */
export function openSearchHere(): void {
  const { left, top, width, height } = area();
  openSearch(left + width / 2 - 130, top + height / 4);
}
