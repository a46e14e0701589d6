// The field for a number, with its unit behind it. Arrow keys and, once it is clicked, the wheel step; a wrong number is not taken.

import { type KeyboardEvent, useEffect, useRef } from "react";
import type { SettingSchema } from "./contract";
import type { useDraft } from "./draft";
import { bounds } from "./values";

interface ExactProps {
  id?: string;
  label?: string;
  schema: SettingSchema;
  number: number | undefined;
  disabled: boolean;
  describedBy?: string;
  draft: ReturnType<typeof useDraft>;
  onStep(steps: number, done: boolean): void;
}

export function Exact({ id, label, schema, number, disabled, describedBy, draft, onStep }: ExactProps) {
  const { low, high } = bounds(schema);
  const { turn, ...keys } = useSteps(draft, onStep);
  const field = useWheel(turn);
  return (
    <span className="widget-exact">
      <input
        ref={field}
        id={id}
        className="field"
        type="text"
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        role="spinbutton"
        aria-label={label}
        aria-valuenow={number}
        aria-valuetext={draft.shown || "empty"}
        aria-valuemin={low ?? undefined}
        aria-valuemax={high ?? undefined}
        aria-invalid={draft.complaint !== null}
        aria-describedby={describedBy}
        value={draft.shown}
        disabled={disabled}
        onFocus={(event) => event.target.select()}
        {...draft.events}
        {...keys}
      />
      {schema["x-unit"] && <span className="widget-unit">{schema["x-unit"]}</span>}
    </span>
  );
}

/** Call `turn` for the wheel on a field that has the focus; elsewhere the wheel scrolls. */
function useWheel(turn: (way: number) => void) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const heard = (event: WheelEvent) => {
      if (document.activeElement !== field.current || !event.deltaY) return;
      event.preventDefault(); // which React's own listener cannot
      turn(event.deltaY < 0 ? 1 : -1);
    };
    const input = field.current;
    input?.addEventListener("wheel", heard, { passive: false });
    return () => input?.removeEventListener("wheel", heard);
  });
  return field;
}

/** As on the slider: a key that is held is one change, and so is a turn of the wheel until the field is left. */
function useSteps(draft: ExactProps["draft"], onStep: ExactProps["onStep"]) {
  const held = useRef(false);
  const release = () => {
    if (held.current) onStep(0, true);
    held.current = false;
  };
  const step = (steps: number) => {
    held.current = true;
    draft.drop();
    onStep(steps, false);
  };
  return {
    turn: step,
    onKeyDown(event: KeyboardEvent) {
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (way === undefined || event.altKey || event.ctrlKey || event.metaKey) {
        return draft.events.onKeyDown(event);
      }
      event.preventDefault();
      step(way * (event.shiftKey ? 10 : 1));
    },
    onKeyUp: release,
    onBlur(event: React.FocusEvent) {
      release();
      draft.events.onBlur(event);
    },
  };
}
