// The command palette: everything has a name, and is done by it.

import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";

import { Icon } from "../icons";
import { tell, trouble } from "../state/notices";
import { allEntries, type Entry, found } from "./entries";
import { Keys } from "./Keys";
import { closeDialog, Modal } from "./Modal";

const DRAWN = 60; // rows; typing a little more leaves fewer
const PAGE = 8;

export function CommandsDialog() {
  const id = useId();
  const [entries] = useState(allEntries);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const all = useMemo(() => found(entries, query), [entries, query]);
  const rows = all.slice(0, query ? DRAWN : all.length);
  const row = rows[active];
  function onKey(event: KeyboardEvent) {
    const last = rows.length - 1;
    const to = {
      ArrowDown: active < last ? active + 1 : 0,
      ArrowUp: active > 0 ? active - 1 : last,
      PageDown: Math.min(active + PAGE, last),
      PageUp: Math.max(active - PAGE, 0),
    }[event.key];
    if (to !== undefined) setActive(Math.max(0, to));
    else if (event.key === "Enter") row && act(row);
    else if (event.key === "Escape" && query) setQuery("");
    else return;
    event.preventDefault();
  }
  return (
    <Modal title="All commands" size="medium" bare className="commands">
      <label className="seek commands-search">
        <Icon name="search" />
        <input
          className="field"
          type="text"
          role="combobox"
          data-first
          aria-label="Command, node, graph or kind"
          aria-expanded={rows.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={row && `${id}-${active}`}
          placeholder="What do you want to do?"
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKey}
        />
      </label>
      <Rows id={id} rows={rows} active={active} onActive={setActive} />
      <p className="commands-rest" role="status">
        {rest(query, all.length, rows.length)}
      </p>
    </Modal>
  );
}

function rest(query: string, all: number, shown: number): string {
  if (!query) return "Type to find nodes of this graph, graphs to open and kinds to add, too.";
  if (!all) return "Nothing goes by this name; type less.";
  return all > shown ? `${(all - shown).toLocaleString("en")} more; type on to narrow.` : "";
}

/** Do it, or say why it cannot be done. */
function act(entry: Entry): void {
  if (entry.why) return tell(`${entry.name}: ${entry.why}`);
  flushSync(closeDialog); // the focus is back where it was before the command may move it
  try {
    void entry.run();
  } catch (error) {
    trouble(error);
  }
}

interface RowsProps {
  id: string;
  rows: Entry[];
  active: number;
  onActive(row: number): void;
}

function Rows({ id, rows, active, onActive }: RowsProps) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active, rows]);
  return (
    <div ref={list} id={`${id}-list`} className="commands-list" role="listbox" aria-label="Commands">
      {rows.map((entry, index) => (
        <div
          key={entry.key}
          id={`${id}-${index}`}
          className="commands-row"
          role="option"
          aria-selected={index === active}
          aria-disabled={entry.why !== ""}
          onPointerMove={() => index === active || onActive(index)}
          onPointerDown={(event) => event.preventDefault()} // the focus stays in the field
          onClick={() => act(entry)}
        >
          <Icon name={entry.icon} />
          <span className="commands-name">{entry.name}</span>
          <span className="commands-about">{entry.why || entry.about}</span>
          <Keys keys={entry.keys} />
        </div>
      ))}
    </div>
  );
}
