// The viewer covers the page for as long as it is drawn.

import { type RefObject, useLayoutEffect, useRef } from "react";

import { lodge } from "../dialogs/lodging";

/** For a <dialog>: it is modal while it is there, and the focus goes back to where it was. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const [dialog, before] = [ref.current!, document.activeElement];
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[data-first]")?.focus();
    const leave = lodge(dialog);
    return () => {
      leave();
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return ref;
}
