// A number between two ends: a slider, and a field beside it for the exact number.

import { type KeyboardEvent, useRef } from "react";
import { useCommitted } from "./committed";
import { Complaint, described } from "./Complaint";
import type { SettingSchema, WidgetProps } from "./contract";
import { Exact } from "./Exact";
import { useDraft } from "./draft";
import { moved, position, stepped, valueAt } from "./scale";
import { problem, readNumber, written } from "./values";

/** Places of the browser's slider; a picture is seldom wider. */
const PLACES = 10_000;

export function Slider(props: WidgetProps) {
  const { id, schema, value, disabled, onChange } = props;
  const number = typeof value === "number" ? value : Number(schema.minimum ?? 0);
  const complaint = `${id}-complaint`;
  const draft = useDraft({
    text: written(value),
    wrong: problem(schema, value),
    read: (text) => readNumber(schema, text),
    change: onChange,
  });
  return (
    <div className="widget">
      <div className="widget-slider">
        <Track {...props} number={number} onMove={draft.drop} describedBy={described(props.describedBy, complaint, draft.complaint)} />
        <Exact
          label={`${props.name}, exact`}
          schema={schema}
          number={number}
          disabled={disabled}
          describedBy={described(undefined, complaint, draft.complaint)}
          draft={draft}
          onStep={(steps, done) => onChange(stepped(schema, number, steps), done)}
        />
      </div>
      <Complaint id={complaint} text={draft.complaint} />
    </div>
  );
}

interface TrackProps extends WidgetProps {
  number: number;
  onMove(): void;
}

function Track({ id, schema, number, disabled, describedBy, onChange, onMove }: TrackProps) {
  const range = useRef<HTMLInputElement>(null);
  const place = position(schema, number);
  const stopAt = (text: string) => valueAt(schema, Number(text) / PLACES);
  useCommitted(range, (text) => {
    // The browser also tells of a place that only its rounding made.
    if (Number(text) !== Math.round(place * PLACES)) onChange(stopAt(text), true);
    else onChange(number, true);
  });
  const keys = useSliderKeys(schema, number, (next, done) => {
    onMove();
    onChange(next, done);
  });
  return (
    <input
      ref={range}
      id={id}
      className="widget-range"
      type="range"
      min={0}
      max={PLACES}
      step={1}
      value={Math.round(place * PLACES)}
      disabled={disabled}
      aria-valuetext={spoken(schema, number)}
      aria-describedby={describedBy}
      style={{ "--filled": place } as React.CSSProperties}
      onChange={(event) => {
        onMove();
        onChange(stopAt(event.target.value), false);
      }}
      {...keys}
    />
  );
}

/** Arrows go one step, with Shift ten; a key that is held is one change, which ends when it is let go. */
function useSliderKeys(schema: SettingSchema, number: number, set: (value: number, done: boolean) => void) {
  const held = useRef(false);
  const release = () => {
    if (held.current) set(number, true);
    held.current = false;
  };
  return {
    onKeyDown(event: KeyboardEvent) {
      const next = pressed(schema, number, event);
      if (next === null) return;
      event.preventDefault();
      held.current = true;
      set(next, false);
    },
    onKeyUp: release,
    onBlur: release,
  };
}

function pressed(schema: SettingSchema, number: number, event: KeyboardEvent): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const times = event.shiftKey ? 10 : 1;
  switch (event.key) {
    case "ArrowRight":
    case "ArrowUp":
      return moved(schema, number, times);
    case "ArrowLeft":
    case "ArrowDown":
      return moved(schema, number, -times);
    case "PageUp":
      return moved(schema, number, 10);
    case "PageDown":
      return moved(schema, number, -10);
    case "Home":
      return schema.minimum ?? number;
    case "End":
      return schema.maximum ?? number;
    default:
      return null;
  }
}

function spoken(schema: SettingSchema, number: number): string {
  return [written(number), schema["x-unit"]].filter(Boolean).join(" ");
}
