// Sentences for the person, in the corner; and what only screen readers say.

import { useEffect } from "react";
import { createPortal } from "react-dom";

import { Icon } from "../icons";
import { dismiss } from "../state/notices";
import { get, type Notice, useEditor } from "../state/store";
import { useLodging } from "./lodging";
import "./dialogs.css";

export function Notices() {
  const lodging = useLodging();
  useEscape();
  return createPortal(<Corner />, lodging ?? document.body, lodging ? "covered" : "free");
}

function Corner() {
  const notices = useEditor((state) => state.notices);
  const said = useEditor((state) => state.said);
  const of = (kind: Notice["kind"]) => notices.filter((notice) => notice.kind === kind);
  return (
    <section className="notices" aria-label="Notices">
      <div className="notice-stack" role="status" aria-atomic="false">
        {of("note").map((notice) => (
          <Told key={notice.id} notice={notice} />
        ))}
      </div>
      <div className="notice-stack" role="alert" aria-atomic="false">
        {of("trouble").map((notice) => (
          <Told key={notice.id} notice={notice} />
        ))}
      </div>
      <p className="heard" role="status">
        {said}
      </p>
    </section>
  );
}

function Told({ notice: { id, kind, text } }: { notice: Notice }) {
  return (
    <div className={`notice ${kind}`}>
      {kind === "trouble" && <Icon name="warn" />}
      <p>{text}</p>
      <button type="button" className="button plain icon" aria-label="Dismiss" title="Dismiss (Esc)" onClick={() => dismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Escape takes the newest away, where nothing else wants it. */
function useEscape(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { notices, dialog, search } = get();
      const newest = notices.at(-1);
      if (event.key !== "Escape" || event.defaultPrevented || dialog || search || !newest) return;
      dismiss(newest.id);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
