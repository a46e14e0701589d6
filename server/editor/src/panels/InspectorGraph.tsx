import { useState } from "react";

import { expose, unexpose } from "../actions/modes";
import { centreOn } from "../canvas/viewport";
import { shownSeconds } from "../canvas/state";
import { ago } from "../dialogs/time";
import type { RunInfo } from "../../wire";
import { settingName } from "../graph/names";
import { graphNameOf, rootIn, useEditor, useShown } from "../state/store";
import { useNow } from "../view/when";
import { socketWords } from "./inspector";
import { InspectorTool } from "./InspectorTool";

const LONGEST = 280; // characters of the first note

/** The graph itself, where no node is selected. */
export function InspectorGraph() {
  const { root, name, content, readOnly } = useShown();
  const title = useEditor(({ path, docs }) => name || innerName(path, docs[root]?.content) || root);
  const [nodes, links] = [Object.keys(content.nodes).length, content.links.length];
  const note = content.notes[0]?.text.trim() ?? "";
  if (!root) return <p className="inspector-note">No graph is open. Open one, or begin with a template.</p>;
  return (
    <>
      <header className="inspector-head">
        <h2 className="inspector-title">{title}</h2>
        <p className="inspector-kind">
          {count(nodes, "node")}, {count(links, "link")}
        </p>
      </header>
      {note && <p className="inspector-about">{note.length > LONGEST ? `${note.slice(0, LONGEST).trimEnd()}…` : note}</p>}
      {readOnly && <p className="inspector-note">{readOnly}</p>}
      <Problems />
      <LatestRun />
      <Exposed disabled={!!readOnly} />
    </>
  );
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

const innerName = (path: string[], content: Parameters<typeof graphNameOf>[0] | undefined): string =>
  path.length === 1 && content ? graphNameOf(content, path[0]!) : (path.at(-1) ?? "");

/** Select a node on the canvas, by what the run calls it; one that is not on it cannot be. */
function Place({ node }: { node: string }) {
  const { prefix, content } = useShown();
  const here = node.startsWith(prefix) ? node.slice(prefix.length).split("/")[0]! : "";
  if (!Object.hasOwn(content.nodes, here)) return <>{node}</>;
  return (
    <button type="button" className="inspector-go" title={`Go to ${here}`} onClick={() => centreOn(here)}>
      {node}
    </button>
  );
}

function Problems() {
  const problems = useEditor((state) => rootIn(state)?.problems);
  if (!problems?.length) return null;
  return (
    <section className="inspector-section" aria-label="Problems">
      <h3>What keeps it from running</h3>
      <ul className="inspector-list">
        {problems.map(({ node, socket, text }) => (
          <li key={`${node}.${socket} ${text}`}>
            {node && <Place node={node} />}
            <p className="complaint">{text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

const STATES: Partial<Record<RunInfo["state"], string>> = { refused: "could not begin" };

function LatestRun() {
  const run = useEditor((state) => rootIn(state)?.latest);
  const now = useNow();
  if (!run) return null;
  const facts = [STATES[run.state] ?? run.state, run.seconds > 0 && shownSeconds(run.seconds), run.device, ago(run.queued, now)];
  return (
    <section className="inspector-section" aria-label="Latest run">
      <h3>Run {run.run}</h3>
      <p className={`inspector-state is-${run.state}`}>
        <i aria-hidden="true" />
        {facts.filter(Boolean).join(" · ")}
      </p>
      {run.only.length > 0 && <p className="inspector-small">of what {run.only.join(" and ")} needs</p>}
      {run.failed.length > 0 && (
        <div className="inspector-small">
          failed:{" "}
          {run.failed.map((node) => (
            <Place key={node} node={node} />
          ))}
        </div>
      )}
      {run.skipped.length > 0 && <p className="inspector-small">{count(run.skipped.length, "node")} skipped</p>}
    </section>
  );
}

/** The settings that the graph has where it is a node. */
function Exposed({ disabled }: { disabled: boolean }) {
  const { content } = useShown();
  const exposed = Object.entries(content.exposed);
  return (
    <section className="inspector-section" aria-label="Exposed settings">
      <h3>Exposed settings</h3>
      {exposed.length === 0 ? (
        <p className="inspector-small">Where this graph is a node, it has the settings that its nodes expose. None does yet.</p>
      ) : (
        <ul className="inspector-list">
          {exposed.map(([name, socket]) => (
            <ExposedRow key={name} name={name} socket={socket} disabled={disabled} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ExposedRow({ name, socket, disabled }: { name: string; socket: string; disabled: boolean }) {
  const { content } = useShown();
  const [draft, setDraft] = useState(name);
  const { why } = settingName(content, draft, false, socket);
  const end = () => {
    if (draft === name) return;
    if (why || !expose(socket, draft)) setDraft(name);
  };
  return (
    <li className="exposed">
      <input
        className="field"
        aria-label={`Name of ${socket}, as it is exposed`}
        value={draft}
        disabled={disabled}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={!!why}
        onChange={({ target }) => setDraft(target.value)}
        onBlur={end}
        onKeyDown={(event) => {
          if (event.key === "Enter") end();
          else if (event.key === "Escape") setDraft(name);
          else return;
          event.stopPropagation();
        }}
      />
      <InspectorTool icon="close" label={`Expose ${name} no more`} disabled={disabled} onClick={() => unexpose(name)} />
      <p className="inspector-small">{socketWords(socket)}</p>
      {why && <p className="complaint">{why}</p>}
    </li>
  );
}
