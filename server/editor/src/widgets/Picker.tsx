// The pictures of the library in a grid that pops up, with a search.

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { usePictures } from "./contract";
import { stemOf } from "./names";
import { usePlaced } from "./popup";
import { ranked } from "./ranking";
import { Thumb } from "./Thumb";
import { useThumbnail } from "./thumbnail";

const COLUMNS = 3;
/** Cells that are drawn at once. */
const DRAWN = 300;
const SIZE = { width: 324, height: 400 };

interface PickerProps {
  id: string;
  name: string;
  current: string | null;
  anchor: RefObject<HTMLElement | null>;
  choose(file: string): void;
}

export function Picker({ id, name, current, anchor, choose }: PickerProps) {
  const popup = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  usePlaced(anchor, popup, open, SIZE);
  return (
    <div
      ref={popup}
      id={id}
      className="widget-popup widget-picker"
      popover="auto"
      role="dialog"
      aria-label={`Pictures for ${name}`}
      onBeforeToggle={(event) => {
        if (event.newState === "open") setOpen(true); // the grid is there before it is seen
      }}
      onToggle={(event) => {
        if (event.newState === "open") popup.current?.querySelector("input")?.focus();
        else setOpen(false); // not before, as the browser gives the focus back from what is in here
      }}
      onKeyDown={(event) => event.stopPropagation()} // the page hears no keys of the grid
    >
      {open && (
        <Grid
          name={name}
          current={current}
          choose={(file) => {
            popup.current?.hidePopover();
            choose(file);
          }}
        />
      )}
    </div>
  );
}

function Grid({ name, current, choose }: Pick<PickerProps, "name" | "current" | "choose">) {
  const { files } = usePictures();
  const [query, setQuery] = useState("");
  const found = useMemo(() => ranked(files, query).map((index) => files[index] as string), [files, query]);
  const drawn = found.slice(0, DRAWN);
  const search = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const focus = (index: number) => cells(grid.current)[index]?.focus();
  return (
    <>
      <input
        ref={search}
        className="field"
        type="search"
        placeholder="Search pictures"
        aria-label="Search pictures"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") focus(Math.max(0, drawn.indexOf(current ?? "")));
          else if (event.key === "Enter" && drawn[0] !== undefined) choose(drawn[0]);
          else return;
          event.preventDefault();
        }}
      />
      <div
        ref={grid}
        className="widget-grid"
        role="listbox"
        aria-label={`Pictures for ${name}`}
        onKeyDown={(event) => walk(event, grid.current, search.current)}
      >
        {drawn.map((file, index) => (
          <Cell
            key={file}
            file={file}
            selected={file === current}
            reachable={drawn.includes(current ?? "") ? file === current : index === 0}
            choose={choose}
          />
        ))}
      </div>
      <p className="widget-rest" role="status" hidden={found.length > 0 && found.length <= DRAWN}>
        {rest(files.length, found.length)}
      </p>
    </>
  );
}

function rest(all: number, found: number): string {
  if (all === 0) return "There are no pictures yet; upload one, or drop it on the setting.";
  return found === 0 ? "No picture has such a name." : `Type to narrow: ${found - DRAWN} more.`;
}

interface CellProps {
  file: string;
  selected: boolean;
  /** By Tab; the arrow keys reach the others. */
  reachable: boolean;
  choose(file: string): void;
}

function Cell({ file, selected, reachable, choose }: CellProps) {
  const cell = useRef<HTMLDivElement>(null);
  const seen = useSeen(cell);
  const { url } = useThumbnail(seen ? file : null);
  return (
    <div
      ref={cell}
      className="widget-cell"
      role="option"
      aria-selected={selected}
      tabIndex={reachable ? 0 : -1}
      title={file}
      onClick={() => choose(file)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(file);
      }}
    >
      <Thumb url={url} />
      <span className="widget-cell-name">{breakable(stemOf(file))}</span>
    </div>
  );
}

/** Names of files have no spaces, so lines may end behind their marks. */
function breakable(name: string): ReactNode[] {
  return name.split(/(?<=[_-])/).flatMap((part, index) => [part, <wbr key={index} />]);
}

/** Whether an element is in view, or nearly so. */
function useSeen(element: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => setSeen(entries.some((entry) => entry.isIntersecting)),
      { root: element.current.parentElement, rootMargin: "120px" },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return seen;
}

function cells(grid: HTMLElement | null): HTMLElement[] {
  return [...(grid?.querySelectorAll<HTMLElement>("[role=option]") ?? [])];
}

/** Arrow keys go from cell to cell, and upwards out of the grid to the search. */
function walk(event: KeyboardEvent, grid: HTMLElement | null, search: HTMLElement | null) {
  const all = cells(grid);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const by: Record<string, number> = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: COLUMNS,
    ArrowUp: -COLUMNS,
    PageDown: 3 * COLUMNS,
    PageUp: -3 * COLUMNS,
    Home: -all.length,
    End: all.length,
  };
  const way = by[event.key];
  if (way === undefined || at < 0) return;
  event.preventDefault();
  if (event.key === "ArrowUp" && at < COLUMNS) search?.focus();
  else all[Math.min(Math.max(at + way, 0), all.length - 1)]?.focus();
}
