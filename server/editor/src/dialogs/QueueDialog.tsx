// The runs: what is on, what waits, and how the last ones ended. The page goes on beside it.

import { type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

import type { RunInfo } from "../../wire";
import { Icon } from "../icons";
import { stopAll } from "../state/runs";
import { server } from "../state/server";
import { useEditor } from "../state/store";
import { EndedRun } from "./EndedRun";
import { closeDialog } from "./Modal";
import { QueueRow } from "./QueueRow";
import { useTick } from "./runclock";

const ENDED = 10;

export function QueueDialog() {
  const queue = useEditor((state) => state.queue);
  const ended = useEnded(queue);
  const heading = useId();
  const panel = useRef<HTMLElement>(null);
  useFocus(panel);
  useKeptFocus(panel, queue);
  useTick(queue.some(({ state }) => state !== "queued"));
  const waiting = queue.filter(({ state }) => state === "queued").map(({ run }) => run);
  return (
    <section ref={panel} className="queue" role="dialog" aria-labelledby={heading} tabIndex={-1} onKeyDown={onKey}>
      <div className="modal-head">
        <h2 id={heading}>Queue</h2>
        {queue.length > 0 && (
          <button type="button" className="button" onClick={stopAll}>
            <Icon name="stop" />
            Stop all
          </button>
        )}
        <button type="button" className="button plain icon" aria-label="Close" title="Close (Esc)" onClick={closeDialog}>
          <Icon name="close" />
        </button>
      </div>
      <div className="queue-body">
        {queue.length ? (
          <ol className="queue-list" aria-label="Runs that are on or wait">
            {queue.map((info) => (
              <QueueRow key={info.run} info={info} place={waiting.indexOf(info.run)} waiting={waiting.length} />
            ))}
          </ol>
        ) : (
          <p className="modal-empty">nothing runs and nothing waits</p>
        )}
        {ended.length > 0 && (
          <section aria-label="Ended">
            <h3 className="open-group">Ended</h3>
            <ul className="queue-ended">
              {ended.map((info) => (
                <EndedRun key={info.run} info={info} />
              ))}
            </ul>
          </section>
        )}
      </div>
    </section>
  );
}

/** The last runs that are over, anew whenever one leaves the queue. */
function useEnded(queue: RunInfo[]): RunInfo[] {
  const [ended, setEnded] = useState<RunInfo[]>([]);
  const on = queue.map(({ run }) => run).join(" ");
  useEffect(() => {
    let wanted = true;
    const asked = server().ask({ type: "get_history", limit: ENDED + 5 }, "history");
    asked.then(
      ({ runs }) => wanted && setEnded(runs.filter(isOver).slice(0, ENDED)),
      () => undefined, // without a connection what is known stays
    );
    return () => {
      wanted = false;
    };
  }, [on]);
  return ended;
}

const isOver = ({ state }: RunInfo): boolean => !["queued", "running", "paused"].includes(state);

/** When a button goes with its run, the focus stays in the panel. */
function useKeptFocus(panel: RefObject<HTMLElement | null>, queue: RunInfo[]): void {
  const had = useRef(true);
  useEffect(() => {
    const note = ({ target }: Event) => (had.current = !!panel.current?.contains(target as Element));
    document.addEventListener("focusin", note);
    document.addEventListener("pointerdown", note);
    return () => {
      document.removeEventListener("focusin", note);
      document.removeEventListener("pointerdown", note);
    };
  }, [panel]);
  useEffect(() => {
    if (had.current && document.activeElement === document.body) panel.current?.focus();
  }, [panel, queue]);
}

/** It has the focus when it opens, and gives it back if it still has it. */
function useFocus(panel: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    const shown = panel.current!;
    shown.focus();
    return () => {
      const inside = shown.contains(document.activeElement) || document.activeElement === document.body;
      if (inside && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [panel]);
}

function onKey(event: KeyboardEvent): void {
  if (event.key === "Escape") {
    event.preventDefault();
    closeDialog();
  }
  if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); // Delete is for no node here
}
