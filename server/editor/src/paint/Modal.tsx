// A dialog apart from the page: neither its keys nor its drags reach what is behind.

import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";

interface ModalProps {
  title: string;
  leave(): void;
  onKeyDown?(event: KeyboardEvent): void;
  children: ReactNode;
}

export function Modal({ title, leave, onKeyDown, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before effects, so that the stage can take the focus in one.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  const stop = (event: { stopPropagation(): void }) => event.stopPropagation();
  return createPortal(
    <dialog
      ref={dialog}
      className="painter"
      aria-labelledby="painter-title"
      tabIndex={-1} // a click beside all controls keeps the keys in here
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape" && !event.defaultPrevented) {
          event.preventDefault(); // the browser closes a dialog on the second Escape, whatever is said
          leave();
        } else onKeyDown?.(event);
      }}
      onKeyUp={stop}
      onPaste={stop}
      onCopy={stop}
      onPointerDown={stop}
      onDrop={stop}
      onDragOver={stop}
    >
      <h2 id="painter-title" className="painter-title">
        {title}
      </h2>
      {children}
    </dialog>,
    document.body,
  );
}
