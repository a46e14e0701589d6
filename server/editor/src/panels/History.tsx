import { useEffect, useState } from "react";

import type { ResultInfo } from "../../wire";
import { shownSeconds } from "../canvas/state";
import { ago } from "../dialogs/time";
import { type Change, changesBetween } from "../graph/difference";
import { Icon } from "../icons";
import { makingOf, moreResults, restore } from "../state/library";
import { rootIn, useEditor } from "../state/store";
import { AskDelete } from "../view/AskDelete";
import { view } from "../view/picture";
import { ResultThumb } from "../view/ResultThumb";
import { exactly, useNow } from "../view/when";
import { humanised } from "./inspector";
import { InspectorTool } from "./InspectorTool";

/** What runs of this graph have made, the newest first. */
export function History() {
  const root = useEditor(({ root }) => root);
  const results = useEditor(({ results }) => results);
  const more = useEditor(({ moreResults }) => moreResults);
  const now = useNow();
  const made = results.filter(({ graph }) => graph === root);
  return (
    <section className="history" aria-label="History">
      {made.length === 0 && (
        <p className="inspector-note">
          {root ? `What runs of ${root} make is kept here, with the graph that made it.` : "Open a graph to see what its runs have made."}
        </p>
      )}
      <ol className="history-list" aria-label="Results, the newest first">
        {made.map((info) => (
          <Entry key={info.result} info={info} now={now} />
        ))}
      </ol>
      {more && root && (
        <button type="button" className="button inspector-wide" onClick={() => void moreResults(root)}>
          Older…
        </button>
      )}
    </section>
  );
}

function Entry({ info, now }: { info: ResultInfo; now: number }) {
  const [open, setOpen] = useState(false);
  const [asks, setAsks] = useState(false);
  const latest = useEditor(({ results }) => results.find((each) => each.graph === info.graph && each.result !== info.result)?.result);
  const name = `run ${info.run}, ${info.node}`;
  return (
    <li className="history-entry">
      <button type="button" className="history-picture" aria-label={`View ${name}`} title="View large" onClick={() => view({ of: "result", result: info.result })}>
        <ResultThumb info={info} />
      </button>
      <div className="history-text">
        <p className="history-name">
          Run {info.run} <span>{info.node}</span>
        </p>
        <p className="inspector-small">
          <time dateTime={new Date(info.made * 1000).toISOString()} title={exactly(info.made)}>
            {ago(info.made, now)}
          </time>
          {` · ${shownSeconds(info.seconds)}`}
        </p>
        <div className="history-tools">
          <InspectorTool icon="eye" label={`View ${name}`} onClick={() => view({ of: "result", result: info.result })} />
          <InspectorTool
            icon="compare"
            label={`Compare ${name}${latest ? "" : ": there is no other result yet"}`}
            disabled={!latest}
            onClick={() => latest && view({ of: "result", result: info.result }, { of: "result", result: latest })}
          />
          <InspectorTool icon="reset" label={`Restore the graph of ${name}`} onClick={() => void restore(info)} />
          <InspectorTool icon="trash" label={`Delete ${name}`} onClick={() => setAsks(true)} />
          <button type="button" className="inspector-tool" aria-label={`What has changed since ${name}`} title="What has changed since" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name={open ? "up" : "down"} />
          </button>
        </div>
      </div>
      {open && <Changes info={info} />}
      {asks && <AskDelete info={info} close={() => setAsks(false)} />}
    </li>
  );
}

/** How the graph was then, and how it is now, where that differs. */
function Changes({ info }: { info: ResultInfo }) {
  const content = useEditor((state) => rootIn(state)?.content);
  const [making, setMaking] = useState<Awaited<ReturnType<typeof makingOf>> | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    let wanted = true;
    makingOf(info.result)
      .then((made) => wanted && setMaking(made))
      .catch((error: unknown) => wanted && setError(error instanceof Error ? error.message : String(error)));
    return () => {
      wanted = false;
    };
  }, [info.result]);
  if (error) return <p className="complaint history-changes">{error}</p>;
  if (!making || !content) return <p className="inspector-small history-changes">being compared…</p>;
  const changes = changesBetween(making, content);
  if (!changes.length) return <p className="inspector-small history-changes">the graph means the same now</p>;
  return (
    <ul className="history-changes" aria-label={`What has changed since run ${info.run}`}>
      {changes.map((change) => (
        <li key={`${change.node}.${change.what}`}>
          <Difference {...change} />
        </li>
      ))}
    </ul>
  );
}

function Difference({ node, what, was, is }: Change) {
  if (what === "node")
    return (
      <>
        <b>{node}</b> {was && is ? "is of another kind now" : is ? "is new" : "is gone"}
      </>
    );
  return (
    <>
      <b>{`${node}.${humanised(what)}`}</b> {was || "nothing"} <span aria-label="now">→</span> {is || "nothing"}
    </>
  );
}
