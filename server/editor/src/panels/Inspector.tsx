import { type KeyboardEvent, useRef } from "react";

import { set, type Tab, useEditor, useShallow, useShown } from "../state/store";
import { Docs } from "./Docs";
import { History } from "./History";
import { InspectorGraph } from "./InspectorGraph";
import { InspectorMany } from "./InspectorMany";
import { InspectorNode } from "./InspectorNode";
import "./inspector.css";

const TABS: [Tab, string][] = [
  ["settings", "Settings"],
  ["docs", "Docs"],
  ["history", "History"],
];

/** What is selected: its settings, what it is, and what the graph has made. */
export function Inspector() {
  const tab = useEditor(({ tab }) => tab);
  const nodes = useSelected();
  const { root, prefix } = useShown();
  const [node] = nodes;
  return (
    <aside className="inspector" aria-label="Inspector">
      <Tabs tab={tab} />
      <div
        key={tab}
        className="inspector-panel"
        role="tabpanel"
        id={`inspector-${tab}`}
        aria-labelledby={`inspector-tab-${tab}`}
        tabIndex={0}
      >
        {tab === "history" ? (
          <History />
        ) : tab === "docs" ? (
          <Docs nodes={nodes} />
        ) : nodes.length > 1 ? (
          <InspectorMany nodes={nodes} />
        ) : node !== undefined ? (
          <InspectorNode key={`${root}/${prefix}${node}`} node={node} />
        ) : (
          <InspectorGraph />
        )}
      </div>
    </aside>
  );
}

/** The selected nodes that are there. */
const useSelected = (): string[] => {
  const { content } = useShown();
  return useEditor(useShallow(({ selection }) => selection.filter((node) => Object.hasOwn(content.nodes, node))));
};

function Tabs({ tab }: { tab: Tab }) {
  const list = useRef<HTMLDivElement>(null);
  const turn = (event: KeyboardEvent) => {
    const at = TABS.findIndex(([each]) => each === tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + TABS.length) % TABS.length;
    set({ tab: TABS[next]![0] });
    list.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div ref={list} className="inspector-tabs" role="tablist" aria-label="What to show" onKeyDown={turn}>
      {TABS.map(([each, name]) => (
        <button
          key={each}
          type="button"
          role="tab"
          id={`inspector-tab-${each}`}
          className="inspector-tab"
          aria-selected={each === tab}
          aria-controls={each === tab ? `inspector-${each}` : undefined}
          tabIndex={each === tab ? 0 : -1}
          onClick={() => set({ tab: each })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
