import { useEffect, useId, useMemo, useRef, useState } from "react";

import { candidates, place, placeable, ranked } from "../actions/placing";
import { type Search as Asked, set, useEditor, useKinds } from "../state/store";
import { colorOf } from "./sockets";
import { startAt, endAt, titleOf } from "../graph/kinds";
import { get, kindsIn, shownIn } from "../state/store";

const SHOWN = 60;

/** The search for a node to add, where the canvas was double-clicked or a link was dropped. */
export function Search() {
  const asked = useEditor((state) => state.search);
  return asked ? <Popup key={`${asked.x},${asked.y},${asked.from?.socket}`} asked={asked} /> : null;
}

interface Found {
  kind: string;
  title: string;
  category: string;
  color: string;
}

function useFound(asked: Asked, query: string): Found[] {
  const kinds = useKinds();
  const graphs = useEditor((state) => state.graphs);
  return useMemo(() => {
    const fitting = asked.from ? candidates(asked.from) : [...kinds.nodes.values()];
    const known = query ? ranked(query, fitting) : fitting;
    const nodes = known.map((info) => ({
      kind: info.id,
      title: titleOf(info.id),
      category: info.category,
      color: colorOf(kinds, info.outputs[0]?.type ?? info.inputs[0]?.type ?? ""),
    }));
    if (asked.from) return nodes;
    const listed = new Set(nodes.map(({ kind }) => kind));
    const words = query.toLowerCase();
    const saved = placeable().filter(
      ({ kind, title, category }) => category === "Graphs" && !kinds.nodes.has(kind) && !listed.has(kind) && title.toLowerCase().includes(words),
    );
    return [...nodes, ...saved];
  }, [asked, query, kinds, graphs]);
}

function Popup({ asked }: { asked: Asked }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const found = useFound(asked, query).slice(0, SHOWN);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const before = useRef<Element | null>(document.activeElement);
  const close = () => {
    set({ search: null });
    (before.current as HTMLElement | null)?.focus?.({ preventScroll: true });
  };
  const choose = (found: Found | undefined) => {
    if (!found) return;
    set({ search: null });
    place(found.kind, asked.position, asked.from);
  };
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const keys: Record<string, () => void> = {
    ArrowDown: () => setAt(Math.min(at + 1, found.length - 1)),
    ArrowUp: () => setAt(Math.max(at - 1, 0)),
    Home: () => setAt(0),
    End: () => setAt(found.length - 1),
    Enter: () => choose(found[at]),
    Escape: close,
  };
  return (
    <div
      className="search"
      role="search"
      aria-label="Nodes to add"
      style={{ left: Math.max(8, Math.min(asked.x, innerWidth - 272)), top: Math.max(8, Math.min(asked.y, innerHeight - 348)) }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) set({ search: null });
      }}
      onKeyDown={(event) => {
        const key = keys[event.key];
        if (!key) return;
        event.preventDefault();
        event.stopPropagation();
        key();
      }}
    >
      <input
        className="field"
        type="search"
        role="combobox"
        aria-label={asked.from ? `Add a node that fits ${asked.from.socket}` : "Add a node"}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        placeholder={hint(asked)}
        value={query}
        autoFocus
        onChange={({ target }) => {
          setQuery(target.value);
          setAt(0);
        }}
      />
      <ul className="search-list" id={id} role="listbox" aria-label="Nodes" ref={list}>
        {found.map((each, index) => (
          <li
            key={each.kind}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className="search-row"
            onPointerDown={(event) => event.preventDefault()}
            onPointerMove={() => setAt(index)}
            onClick={() => choose(each)}
          >
            <i className="dot" style={{ background: each.color }} />
            <span>{each.title}</span>
            <small>{each.category}</small>
          </li>
        ))}
      </ul>
      {!found.length && <p className="search-none">nothing {query ? `called “${query}”` : ""} fits{asked.from ? ` ${asked.from.socket}` : ""}</p>}
    </div>
  );
}

function hint({ from }: Asked): string {
  if (!from) return "Add a node…";
  const state = get();
  const [kinds, { content }] = [kindsIn(state), shownIn(state)];
  const type = (from.gives ? startAt : endAt)(kinds, content, from.socket)?.type || "anything";
  return from.gives ? `Takes ${type}…` : `Gives ${type}…`;
}
