// All graphs there are: to be opened, and sorted.

import { type DragEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

import type { GraphInfo } from "../../wire";
import { Icon } from "../icons";
import { goTo, startNew, takeGraphFile } from "../state/library";
import { server } from "../state/server";
import { set, useEditor } from "../state/store";
import { GraphRow } from "./GraphRow";
import { best } from "./matching";
import { Modal, ModalFoot } from "./Modal";

const DRAWN = 200; // rows
const GROUPS: { source: GraphInfo["source"]; title: string }[] = [
  { source: "unsaved", title: "Not saved yet" },
  { source: "library", title: "Yours" },
  { source: "gallery", title: "Gallery" },
];

export function OpenDialog() {
  const graphs = useEditor((state) => state.graphs);
  const [query, setQuery] = useState("");
  const { groups, rest } = useMemo(() => grouped(graphs, query), [graphs, query]);
  const names = groups.flatMap(({ infos }) => infos.map(({ name }) => name));
  const [current, setCurrent] = useState("");
  const reachable = names.includes(current) ? current : (names[0] ?? "");
  const list = useRef<HTMLDivElement>(null);
  useEffect(refresh, []);
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    const renamed = choices(list.current).find(({ dataset }) => dataset["graph"] === current);
    (renamed ?? searchOf(list.current))?.focus(); // the row that had it is gone
  }, [graphs, current]);
  return (
    <Modal title="Open" size="medium" className="open">
      <div className="open-top">
        <Search
          query={query}
          onChange={(text) => {
            setQuery(text);
            setCurrent("");
          }}
          onDown={() => choices(list.current)[0]?.focus()}
          onEnter={() => reachable && void goTo(reachable)}
        />
      </div>
      <div
        ref={list}
        className="open-list"
        onKeyDown={(event) => walk(event, list.current)}
        {...taking}
      >
        {groups.map(({ title, infos }) => (
          <section key={title} aria-label={title}>
            <h3 className="open-group">{title}</h3>
            <ul>
              {infos.map((info) => (
                <GraphRow
                  key={`${info.source} ${info.name}`}
                  info={info}
                  reachable={info.name === reachable}
                  onReach={() => setCurrent(info.name)}
                  onRename={setCurrent}
                />
              ))}
            </ul>
          </section>
        ))}
        {rest > 0 && <p className="modal-empty">{rest.toLocaleString("en")} more; type to narrow</p>}
        {!names.length && (
          <p className="modal-empty">{query ? `no graph fits "${query}"; type less` : "there are no graphs yet"}</p>
        )}
      </div>
      <ModalFoot>
        <button type="button" className="button" onClick={() => void startNew()}>
          <Icon name="plus" />
          New graph
        </button>
        <FromFile />
        <button type="button" className="button plain modal-end" onClick={() => set({ dialog: { kind: "templates" } })}>
          <Icon name="templates" />
          Templates
        </button>
      </ModalFoot>
    </Modal>
  );
}

/** Edits are not told to all; how many nodes graphs have now is. */
const refresh = (): void => void server().ask({ type: "list_graphs" }, "graphs").catch(() => undefined);

function grouped(graphs: GraphInfo[], query: string) {
  const fit = best(graphs, query, ({ name, text }) => [name, text]);
  let room = DRAWN;
  const groups = GROUPS.map(({ source, title }) => {
    const infos = fit.filter((info) => info.source === source);
    if (!query && source !== "gallery") infos.sort((a, b) => b.modified - a.modified);
    const drawn = infos.slice(0, room);
    room -= drawn.length;
    return { title, infos: drawn };
  });
  return { groups: groups.filter(({ infos }) => infos.length), rest: Math.max(0, fit.length - DRAWN) };
}

interface SearchProps {
  query: string;
  onChange(text: string): void;
  onDown(): void;
  onEnter(): void;
}

function Search({ query, onChange, onDown, onEnter }: SearchProps) {
  function onKey(event: KeyboardEvent) {
    if (event.key === "ArrowDown") onDown();
    else if (event.key === "Enter") onEnter();
    else if (event.key === "Escape" && query) onChange("");
    else return;
    event.preventDefault();
  }
  return (
    <label className="seek">
      <Icon name="search" />
      <input
        className="field"
        type="search"
        data-first
        aria-label="Search graphs"
        placeholder="Search graphs"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKey}
      />
    </label>
  );
}

function FromFile() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="button"
        title="A graph's JSON, or a PNG that Capriccio made; or drop it here"
        onClick={() => input.current?.click()}
      >
        <Icon name="open" />
        From a file…
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="A graph's file"
        accept=".json,.png,application/json,image/png"
        onChange={({ target }) => {
          if (target.files?.[0]) void takeGraphFile(target.files[0]);
          target.value = "";
        }}
      />
    </>
  );
}

/** A file that is dropped on the list is opened. */
const taking = {
  onDragOver(event: DragEvent) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = "copy";
    event.currentTarget.toggleAttribute("data-taking", true);
  },
  onDragLeave(event: DragEvent) {
    if (!event.currentTarget.contains(event.relatedTarget as Node | null))
      event.currentTarget.toggleAttribute("data-taking", false);
  },
  onDrop(event: DragEvent) {
    event.currentTarget.toggleAttribute("data-taking", false);
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    void takeGraphFile(file);
  },
};

const searchOf = (list: HTMLElement | null): HTMLElement | null | undefined =>
  list?.closest("dialog")?.querySelector<HTMLElement>("input[type=search]");

const choices = (list: HTMLElement | null): HTMLElement[] => [
  ...(list?.querySelectorAll<HTMLElement>(".open-choice") ?? []),
];

/** Arrow keys go from row to row, and from the first up to the search. */
function walk(event: KeyboardEvent, list: HTMLElement | null): void {
  const all = choices(list);
  const at = all.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 6, PageUp: Math.max(0, at - 6), Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  if (to < 0) searchOf(list)?.focus();
  else all[Math.min(to, all.length - 1)]?.focus();
}
