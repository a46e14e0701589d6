// The shell of everything that covers the page and waits for an answer.

import { type PointerEvent, type ReactNode, useId, useLayoutEffect, useRef } from "react";

import { Icon } from "../icons";
import { set } from "../state/store";
import { lodge } from "./lodging";

export const closeDialog = (): void => set({ dialog: null });

interface ModalProps {
  title: string;
  size?: "small" | "medium" | "large";
  /** The heading is for screen readers only, and there is no close button in sight. */
  bare?: boolean;
  className?: string;
  onClose?(): void;
  children: ReactNode;
}

/** Covers the page. What is marked with `data-first` inside has the focus first. */
export function Modal({ title, size = "medium", bare = false, className = "", onClose = closeDialog, children }: ModalProps) {
  const dialog = useModal();
  const heading = useId();
  const pressed = useRef(false);
  const outside = ({ target }: { target: EventTarget }) => target === dialog.current;
  return (
    <dialog
      ref={dialog}
      className={`modal ${size} ${className}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        if (event.target !== dialog.current) return; // a file was not chosen
        event.preventDefault();
        onClose();
      }}
      onClose={() => dialog.current && !dialog.current.open && onClose()} // the browser has closed it
      onKeyDown={(event) => event.stopPropagation()} // the canvas hears none of these keys
      onPointerDown={(event: PointerEvent) => (pressed.current = outside(event))}
      onClick={(event) => pressed.current && outside(event) && onClose()}
    >
      <div className="modal-sheet">
        <div className={bare ? "heard" : "modal-head"}>
          <h2 id={heading}>{title}</h2>
          {!bare && (
            <button type="button" className="button plain icon" aria-label="Close" title="Close (Esc)" onClick={onClose}>
              <Icon name="close" />
            </button>
          )}
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** Open the element as long as it is there; afterwards the focus goes back to what had it. */
function useModal() {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current!;
    const before = document.activeElement;
    shown.showModal();
    const first = shown.querySelector<HTMLElement>("[data-first]");
    first?.focus();
    if (first instanceof HTMLInputElement) first.select();
    const leave = lodge(shown);
    addEventListener("keydown", kept, { capture: true });
    function kept(event: KeyboardEvent) {
      // What had the focus is gone: the keys are still none of the page's.
      if (event.target === document.body) event.stopPropagation();
    }
    return () => {
      leave();
      removeEventListener("keydown", kept, { capture: true });
      shown.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return dialog;
}

/** The last line of a dialog, with its buttons. */
export const ModalFoot = ({ children }: { children: ReactNode }) => <div className="modal-foot">{children}</div>;
