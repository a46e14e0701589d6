// Several names, separated by commas: typed, or ticked off a list.

import { type KeyboardEvent, useRef, useState } from "react";
import type { WidgetProps } from "./contract";
import { TickIcon } from "./icons";
import { namesIn, toggled } from "./listing";
import { usePlaced } from "./popup";
import { TextField } from "./TextField";

const SIZE = { width: 180, height: 320 };

export function NameList(props: WidgetProps) {
  const { id, name, value, disabled, onChange } = props;
  const offered = props.schema["x-names"] ?? [];
  const text = typeof value === "string" ? value : "";
  const frame = useRef<HTMLDivElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  usePlaced(frame, popup, open, SIZE);
  return (
    <div ref={frame} className="widget-names">
      <TextField {...props} />
      <button type="button" className="button icon" popoverTarget={`${id}-names`} disabled={disabled} aria-label={`Tick ${name}`} title="Tick them off a list">
        <TickIcon />
      </button>
      <div
        ref={popup}
        id={`${id}-names`}
        className="widget-popup"
        popover="auto"
        role="group"
        aria-label={`Names for ${name}`}
        onBeforeToggle={(event) => event.newState === "open" && setOpen(true)}
        onToggle={(event) => {
          if (event.newState === "open") ticks(popup.current)[0]?.focus();
          else setOpen(false); // not before, as the browser gives the focus back from what is in here
        }}
        onKeyDown={(event) => {
          event.stopPropagation(); // the page hears no keys of the list
          walk(event, popup.current);
        }}
      >
        {open && <Ticks offered={offered} text={text} toggle={(each) => onChange(toggled(text, each, offered), true)} />}
      </div>
    </div>
  );
}

function Ticks({ offered, text, toggle }: { offered: readonly string[]; text: string; toggle(name: string): void }) {
  const chosen = namesIn(text);
  return (
    <div className="widget-rows">
      {offered.map((each) => (
        <label key={each} className="widget-tick">
          <input type="checkbox" checked={chosen.includes(each)} onChange={() => toggle(each)} />
          {each}
        </label>
      ))}
    </div>
  );
}

const ticks = (popup: HTMLElement | null): HTMLElement[] => [...(popup?.querySelectorAll<HTMLElement>("input") ?? [])];

/** Arrow keys go up and down the list. */
function walk(event: KeyboardEvent, popup: HTMLElement | null) {
  const all = ticks(popup);
  const by = { ArrowDown: 1, ArrowUp: -1, Home: -all.length, End: all.length }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const at = all.indexOf(document.activeElement as HTMLElement);
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}
