import "./palette.css";

import { useMemo, useState } from "react";

import { place, placeable, ranked } from "../actions/placing";
import { KIND } from "../canvas/drops";
import { viewCentre } from "../canvas/viewport";
import { useEditor, useKinds } from "../state/store";

/** All nodes there are, by category. A click places one; it can be dragged too. */
export function Palette() {
  const [query, setQuery] = useState("");
  const kinds = useKinds();
  const graphs = useEditor((state) => state.graphs);
  const root = useEditor((state) => state.root);
  const ready = useEditor((state) => state.ready);
  const groups = useMemo(() => grouped(query), [query, kinds, graphs, root]);
  return (
    <nav className="palette" aria-label="Nodes">
      <div className="palette-search">
        <input
          className="field"
          type="search"
          aria-label="Search nodes"
          placeholder="Search nodes"
          value={query}
          onChange={({ target }) => setQuery(target.value)}
          onKeyDown={(event) => {
            const first = groups[0]?.nodes[0];
            if (event.key === "Enter" && query && first) place(first.kind, viewCentre());
            else if (event.key === "Escape") setQuery("");
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div className="palette-list">
        {!ready && !kinds.nodes.size && <p className="palette-none">The plugins are being loaded…</p>}
        {groups.map(({ category, nodes }) => (
          <details key={category} open={!!query || category !== "Graphs" || undefined} className="palette-group">
            <summary>{category || "Others"}</summary>
            <ul>
              {nodes.map(({ kind, title, doc, color }) => (
                <li key={kind}>
                  <button
                    type="button"
                    className="palette-node"
                    title={doc.split("\n")[0]}
                    draggable
                    onDragStart={(event) => event.dataTransfer.setData(KIND, kind)}
                    onClick={() => place(kind, viewCentre())}
                  >
                    <i className="dot" style={{ background: color }} />
                    {title}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        ))}
        {ready && !groups.length && <p className="palette-none">nothing is called “{query}”</p>}
      </div>
    </nav>
  );
}

type Entry = ReturnType<typeof placeable>[number];

function grouped(query: string): { category: string; nodes: Entry[] }[] {
  const all = placeable();
  const words = query.trim().toLowerCase();
  const order = words ? new Map(ranked(query, allKinds()).map(({ id }, at) => [id, at])) : null;
  const found = order
    ? all.filter(({ kind, title }) => order.has(kind) || title.toLowerCase().includes(words))
    : all;
  if (order) found.sort((a, b) => (order.get(a.kind) ?? 9999) - (order.get(b.kind) ?? 9999));
  const groups = new Map<string, Entry[]>();
  for (const entry of found) groups.set(entry.category, [...(groups.get(entry.category) ?? []), entry]);
  return [...groups].map(([category, nodes]) => ({ category, nodes }));
}

const allKinds = () => [...useEditor.getState().kinds.nodes.values()];
