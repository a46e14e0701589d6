// The field for a number, with its unit behind it. Arrow keys step; a wrong number is not taken.

import { type KeyboardEvent, useRef } from "react";
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
  const keys = useStepKeys(draft, onStep);
  return (
    <span className="widget-exact">
      <input
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

/** As on the slider: a key that is held is one change. */
function useStepKeys(draft: ExactProps["draft"], onStep: ExactProps["onStep"]) {
  const held = useRef(false);
  const release = () => {
    if (held.current) onStep(0, true);
    held.current = false;
  };
  return {
    onKeyDown(event: KeyboardEvent) {
      const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (way === undefined || event.altKey || event.ctrlKey || event.metaKey) {
        return draft.events.onKeyDown(event);
      }
      event.preventDefault();
      held.current = true;
      draft.drop();
      onStep(way * (event.shiftKey ? 10 : 1), false);
    },
    onKeyUp: release,
    onBlur(event: React.FocusEvent) {
      release();
      draft.events.onBlur(event);
    },
  };
}
