import { useState } from "react";

import { rename } from "../actions/modes";
import { shownSeconds, useNodeState, type NodeState } from "../canvas/state";
import { infoOf, titleOf } from "../graph/kinds";
import { useKinds, useShown } from "../state/store";
import { InspectorProblems } from "./InspectorProblems";

/** The node's name, which kind it is, and how far it has come. */
export function InspectorHead({ node }: { node: string }) {
  const { content, readOnly } = useShown();
  const kinds = useKinds();
  const kind = content.nodes[node]?.kind ?? "";
  const category = infoOf(kinds, content, node)?.category ?? "";
  return (
    <header className="inspector-head">
      <Name node={node} disabled={!!readOnly} />
      <p className="inspector-kind" title={kind}>
        {titleOf(kind)}
        {category && category !== titleOf(kind) && ` · ${category}`}
      </p>
      <State node={node} />
    </header>
  );
}

function Name({ node, disabled }: { node: string; disabled: boolean }) {
  const [draft, setDraft] = useState(node);
  const end = (): boolean => {
    const name = draft.trim();
    const renamed = !!name && name !== node && rename(node, name);
    if (!renamed) setDraft(node);
    return renamed;
  };
  return (
    <h2 className="inspector-title">
      <input
        className="inspector-name"
        aria-label="Name of the node"
        value={draft}
        disabled={disabled}
        spellCheck={false}
        autoComplete="off"
        maxLength={100}
        title={node}
        onChange={({ target }) => setDraft(target.value)}
        onBlur={end}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            if (end()) requestAnimationFrame(() => document.querySelector<HTMLElement>(".inspector-name")?.focus()); // it is another node's field now
          } else if (event.key === "Escape") setDraft(node);
          else return;
          event.stopPropagation();
        }}
      />
    </h2>
  );
}

/** The state in words, with a dot in its colour, and the losses as small numbers. */
function State({ node }: { node: string }) {
  const state = useNodeState(node);
  const { word, report, progress } = state;
  const error = word === "failed" ? (report?.error ?? "") : "";
  const measures = Object.entries((word === "running" || word === "paused" ? progress?.measures : null) ?? report?.measures ?? {});
  const made = word === "done" || word === "cached" ? (report?.value ?? null) : null;
  return (
    <>
      <p className={`inspector-state is-${word}`}>
        <i aria-hidden="true" />
        {stateText(state)}
      </p>
      {made !== null && <p className="inspector-made">{String(made)}</p>}
      <InspectorProblems node={node} />
      {error && <p className="complaint inspector-error">{error}</p>}
      {measures.length > 0 && (
        <dl className="inspector-measures" aria-label="Measures" data-long={measures.some(([name]) => name.length > LONG) || undefined}>
          {measures.map(([name, value]) => (
            <div key={name}>
              <dt title={name}>{name}</dt>
              <dd>{value === null ? "—" : shortened(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

const LONG = 8; // letters of a name beside which another measure has no room

const WORDS: Partial<Record<NodeState["word"], string>> = {
  idle: "not run yet",
  skipped: "skipped: what it needs did not run, or the run ended",
  muted: "muted: it does not run, nor does what needs it",
  bypassed: "bypassed: what comes in passes by",
  wrong: "cannot run",
};

function stateText({ word, report, progress }: NodeState): string {
  const [step, total] = [progress?.step ?? report?.step ?? 0, progress?.total ?? report?.total ?? 0];
  const steps = total > 1 && (word === "running" || word === "paused") ? ` ${step} of ${total}` : "";
  const seconds = report?.seconds && (word === "done" || word === "failed" || word === "running") ? `, ${shownSeconds(report.seconds)}` : "";
  return `${WORDS[word] ?? word}${steps}${seconds}`;
}

/** Four digits that count. */
function shortened(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e4 || size < 1e-4) ? value.toExponential(2) : value.toPrecision(4);
}
