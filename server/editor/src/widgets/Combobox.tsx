// A long list with a search, after the ARIA pattern for an editable combobox with a list.

import { type KeyboardEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Complaint, described } from "./Complaint";
import type { WidgetProps } from "./contract";
import { usePlaced, useShown } from "./popup";
import { ranked } from "./ranking";
import { label, problem } from "./values";

/** Rows that are drawn at once; the keyboard reaches all. */
const DRAWN = 100;
const PAGE = 10;
const SIZE = { width: 220, height: 300 };

interface ComboboxProps extends WidgetProps {
  options: readonly unknown[];
}

export function Combobox(props: ComboboxProps) {
  const { id, name, schema, value, disabled, options, onChange } = props;
  const names = useMemo(() => options.map(label), [options]);
  const field = useRef<HTMLInputElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const list = useSearch(names, options.indexOf(value));
  usePlaced(field, popup, list.open, SIZE);
  useShown(popup, list.open);

  const complaint = `${id}-complaint`;
  const wrong = problem(schema, value);
  function choose(index: number | undefined) {
    if (index !== undefined && index !== list.current) onChange(options[index], true);
    list.close();
  }
  return (
    <div className="widget">
      <span className="widget-opens">
        <input
          ref={field}
          id={id}
          className="field"
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          aria-expanded={list.open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={list.open && list.active >= 0 ? `${id}-${list.found[list.active]}` : undefined}
          aria-invalid={wrong !== null}
          aria-describedby={described(props.describedBy, complaint, wrong)}
          placeholder={value === undefined ? "choose one" : undefined}
          value={list.query ?? (value === undefined ? "" : label(value))}
          disabled={disabled}
          onFocus={(event) => event.target.select()}
          onClick={list.show}
          onChange={(event) => list.search(event.target.value)}
          onBlur={list.close}
          onKeyDown={(event) => onKey(event, list, () => choose(list.found[list.active]))}
        />
      </span>
      <div ref={popup} className="widget-popup widget-list" popover="manual" onPointerDown={(event) => event.preventDefault()}>
        <Rows id={id} label={name} names={names} list={list} choose={choose} />
      </div>
      <Complaint id={complaint} text={wrong} />
    </div>
  );
}

type Search = ReturnType<typeof useSearch>;

/** What is typed, what fits it, and which row is active. */
function useSearch(names: string[], current: number) {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const found = useMemo(() => ranked(names, query ?? ""), [names, query]);
  return {
    open,
    query,
    current,
    found,
    active: Math.min(active, found.length - 1),
    setActive,
    show() {
      if (open) return;
      setOpen(true);
      setActive(query === null ? current : 0);
    },
    search(text: string) {
      setQuery(text);
      setOpen(true);
      setActive(0);
    },
    close() {
      setOpen(false);
      setQuery(null);
    },
  };
}

function onKey(event: KeyboardEvent, list: Search, choose: () => void) {
  const last = list.found.length - 1;
  const go = (to: number) => {
    event.preventDefault();
    if (!list.open) list.show();
    else list.setActive(Math.min(Math.max(to, 0), last));
  };
  switch (event.key) {
    case "ArrowDown":
      return go(list.active === last ? 0 : list.active + 1);
    case "ArrowUp":
      if (event.altKey) return list.close();
      return go(list.active <= 0 ? last : list.active - 1);
    case "PageDown":
      return go(list.active + PAGE);
    case "PageUp":
      return go(list.active - PAGE);
    case "Home":
      return list.open ? go(0) : undefined;
    case "End":
      return list.open ? go(last) : undefined;
    case "Enter":
      if (!list.open) return;
      event.preventDefault();
      return choose();
    case "Escape":
      if (!list.open) return;
      event.preventDefault();
      event.stopPropagation(); // the page shall not close what the field stands in
      return list.close();
  }
}

interface RowsProps {
  id: string;
  label: string;
  names: string[];
  list: Search;
  choose(index: number): void;
}

function Rows({ id, label, names, list, choose }: RowsProps) {
  const { found, active, current } = list;
  const box = useRef<HTMLDivElement>(null);
  const start = useWindow(found, active);
  const drawn = list.open ? found.slice(start, start + DRAWN) : [];
  useLayoutEffect(() => {
    box.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [active, start, list.open]);
  return (
    <>
      <div ref={box} id={`${id}-list`} className="widget-rows" role="listbox" aria-label={label}>
        {drawn.map((index, row) => (
          <div
            key={index}
            id={`${id}-${index}`}
            className="widget-option"
            role="option"
            aria-selected={index === current}
            aria-setsize={found.length}
            aria-posinset={start + row + 1}
            data-active={start + row === active || undefined}
            onPointerMove={() => list.setActive(start + row)}
            onClick={() => choose(index)}
          >
            {names[index]}
          </div>
        ))}
      </div>
      {list.open && <Rest count={found.length} drawn={drawn.length} />}
    </>
  );
}

/** Where the drawn rows begin. They move only when the active row leaves them. */
function useWindow(found: number[], active: number): number {
  const [place, setPlace] = useState({ found, start: 0 });
  const { start } = place;
  const inside = place.found === found && (active < 0 || (start <= active && active < start + DRAWN));
  if (inside) return start;
  const next = Math.max(0, Math.min(active - DRAWN / 2, found.length - DRAWN));
  setPlace({ found, start: next });
  return next;
}

function Rest({ count, drawn }: { count: number; drawn: number }) {
  const text = count === 0 ? "Nothing fits; type less." : `Type to narrow: ${(count - drawn).toLocaleString("en")} more.`;
  return (
    <p className="widget-rest" role="status" hidden={count > 0 && count === drawn}>
      {text}
    </p>
  );
}
