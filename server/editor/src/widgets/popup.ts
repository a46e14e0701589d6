// Where things that pop up stand: in the browser's top layer, so no scrolling panel clips them.

import { type RefObject, useLayoutEffect } from "react";

const GAP = 4;
const MARGIN = 8;

export interface Size {
  width: number;
  height: number;
}
type Element = RefObject<HTMLElement | null>;

/** Keep a popover beneath its anchor, or above it where there is more room, for as long as it is open. */
export function usePlaced(anchor: Element, popup: Element, open: boolean, { width, height }: Size) {
  useLayoutEffect(() => {
    const [over, shown] = [anchor.current, popup.current];
    if (!open || !over || !shown) return;
    const move = () => place(over, shown, { width, height });
    move();
    window.addEventListener("resize", move);
    window.addEventListener("scroll", move, { capture: true, passive: true });
    return () => {
      window.removeEventListener("resize", move);
      window.removeEventListener("scroll", move, { capture: true });
    };
  }, [anchor, popup, open, width, height]);
}

/** Show a popover for as long as it is open. Popovers that the browser opens are only placed. */
export function useShown(popup: Element, open: boolean) {
  useLayoutEffect(() => {
    const shown = popup.current;
    if (!open || !shown) return;
    shown.showPopover();
    return () => shown.hidePopover();
  }, [popup, open]);
}

function place(anchor: HTMLElement, popup: HTMLElement, size: Size) {
  const at = anchor.getBoundingClientRect();
  const below = innerHeight - at.bottom - GAP - MARGIN;
  const above = at.top - GAP - MARGIN;
  const under = below >= Math.min(size.height, above);
  const width = Math.min(Math.max(at.width, size.width), innerWidth - 2 * MARGIN);
  const { style } = popup;
  style.width = `${width}px`;
  style.maxHeight = `${Math.min(size.height, under ? below : above)}px`;
  style.left = `${Math.max(MARGIN, Math.min(at.left, innerWidth - MARGIN - width))}px`;
  style.top = under ? `${at.bottom + GAP}px` : "auto";
  style.bottom = under ? "auto" : `${innerHeight - at.top + GAP}px`;
}
