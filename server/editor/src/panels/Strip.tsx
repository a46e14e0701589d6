import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { ResultInfo } from "../../wire";
import { PreviewCanvas } from "../canvas/PreviewCanvas";
import { shownSeconds } from "../canvas/state";
import { ago } from "../dialogs/time";
import { shows } from "../graph/kinds";
import { moreResults } from "../state/library";
import { type Editor, useEditor, useShallow } from "../state/store";
import { AskDelete } from "../view/AskDelete";
import { resultTitle, view } from "../view/picture";
import { ResultThumb } from "../view/ResultThumb";
import "./strip.css";

/** Finished results of all graphs, the newest on the left; what runs comes first, live. */
export function Strip() {
  const results = useEditor(({ results }) => results);
  const more = useEditor(({ moreResults }) => moreResults);
  const live = useEditor(useShallow(liveNodes));
  const root = useEditor(({ root }) => root);
  const list = useRef<HTMLUListElement>(null);
  const [active, setActive] = useState(0);
  const [doomed, setDoomed] = useState<ResultInfo | null>(null);
  useSideways(list);
  useKeptFocus(list, results);
  const count = live.length + results.length + (more ? 1 : 0);
  const reachable = Math.min(active, count - 1);
  const cell = (at: number) => ({ tabIndex: at === reachable ? 0 : -1, onFocus: () => setActive(at) });
  return (
    <section className="strip" aria-label="Results">
      {count === 0 && <p className="strip-empty">Finished pictures gather here. Run a graph to make the first.</p>}
      <ul ref={list} role="list" className="strip-list" aria-label="Results, the newest first" hidden={count === 0} onKeyDown={(event) => walk(event, list.current!)}>
        {live.map((node, at) => (
          <li key={`live ${node}`}>
            <button type="button" className="strip-cell is-live" aria-label={`${node}, running: view large`} title={`${node}, running`} {...cell(at)} onClick={() => view({ of: "node", graph: root, node })}>
              <PreviewCanvas graph={root} node={node} />
            </button>
          </li>
        ))}
        {results.map((info, index) => (
          <li key={info.result}>
            <Result info={info} {...cell(live.length + index)} remove={() => setDoomed(info)} />
          </li>
        ))}
        {more && (
          <li>
            <button type="button" className="strip-cell strip-more" {...cell(count - 1)} onClick={() => void moreResults()}>
              Older…
            </button>
          </li>
        )}
      </ul>
      {doomed && <AskDelete info={doomed} close={() => setDoomed(null)} />}
    </section>
  );
}

interface ResultProps {
  info: ResultInfo;
  tabIndex: number;
  onFocus(): void;
  remove(): void;
}

function Result({ info, tabIndex, onFocus, remove }: ResultProps) {
  const facts = `${resultTitle(info)} · ${shownSeconds(info.seconds)} · ${ago(info.made)}`;
  return (
    <button
      type="button"
      className="strip-cell"
      data-result={info.result}
      aria-label={`${info.graph} · ${info.node}, run ${info.run}: view large`}
      title={`${info.graph} · ${facts}\nDelete removes it`}
      tabIndex={tabIndex}
      onFocus={onFocus}
      onClick={() => view({ of: "result", result: info.result })}
      onKeyDown={(event) => {
        if (event.key !== "Delete" && event.key !== "Backspace") return;
        event.preventDefault();
        event.stopPropagation(); // the canvas keeps its nodes
        remove();
      }}
    >
      <ResultThumb info={info} />
    </button>
  );
}

const LIVE = 3;

/** The nodes of the shown graph that run and take their time. */
function liveNodes(state: Editor): string[] {
  const { root, docs, queue } = state;
  const doc = docs[root];
  if (!doc || !queue.some(({ graph, state }) => graph === root && (state === "running" || state === "paused"))) return [];
  const { nodes } = doc.content;
  const running = Object.values(doc.reports).filter(({ node, state }) => Object.hasOwn(nodes, node) && (state === "running" || state === "paused"));
  return running
    .map(({ node }) => node)
    .filter((node) => state.kinds.nodes.get(nodes[node]!.kind)?.streams && shows(state.kinds, doc.content, node))
    .slice(0, LIVE);
}

const buttons = (list: HTMLElement): HTMLButtonElement[] => [...list.querySelectorAll("button")];

function walk(event: KeyboardEvent, list: HTMLElement): void {
  const all = buttons(list);
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined || at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const next = all[Math.max(0, Math.min(to, all.length - 1))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** The wheel goes along the strip. */
function useSideways(list: { current: HTMLElement | null }): void {
  useEffect(() => {
    const strip = list.current!;
    const turned = (event: WheelEvent) => {
      if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      strip.scrollLeft += event.deltaY;
    };
    strip.addEventListener("wheel", turned, { passive: false });
    return () => strip.removeEventListener("wheel", turned);
  }, [list]);
}

/** When the result that has the focus is deleted, the one that comes after it gets the focus. */
function useKeptFocus(list: { current: HTMLElement | null }, results: ResultInfo[]): void {
  const before = useRef<{ results: ResultInfo[]; focused: number }>({ results, focused: 0 });
  useEffect(() => {
    const note = () => {
      const focused = document.activeElement?.closest<HTMLElement>("[data-result]");
      const inside = focused && list.current?.contains(focused);
      if (inside) before.current.focused = Number(focused.dataset["result"]);
      else if (document.activeElement !== document.body) before.current.focused = 0;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, [list]);
  useLayoutEffect(() => {
    const { results: old, focused } = before.current;
    before.current.results = results;
    if (!focused || results.some(({ result }) => result === focused) || document.activeElement !== document.body) return;
    const at = old.findIndex(({ result }) => result === focused);
    const next = results[Math.min(at, results.length - 1)];
    if (next) list.current?.querySelector<HTMLElement>(`[data-result="${next.result}"]`)?.focus();
  }, [results, list]);
}
