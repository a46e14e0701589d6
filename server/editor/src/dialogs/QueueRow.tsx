// One run that is on or waits, and what can be done about it.

import { useEffect, useRef } from "react";

import type { NodeReport, RunInfo } from "../../wire";
import { Icon, type IconName } from "../icons";
import { goTo } from "../state/library";
import { say } from "../state/notices";
import { move, pause, restart, stop } from "../state/runs";
import { type Doc, useEditor } from "../state/store";
import { secondsOf } from "./runclock";
import { counted, lasting } from "./time";

interface QueueRowProps {
  info: RunInfo;
  /** Among those that wait, from 0; -1 if it is on. */
  place: number;
  /** How many wait. */
  waiting: number;
}

export function QueueRow({ info, place, waiting }: QueueRowProps) {
  const { run, graph, state } = info;
  const on = state !== "queued";
  return (
    <li className="queue-row" data-state={state}>
      <p className="queue-head">
        <span className="queue-number">{run}</span>
        <button type="button" className="queue-graph" title={`Open ${graph}`} onClick={() => void goTo(graph)}>
          {graph}
        </button>
        <span className="queue-state">{stateOf(info, place)}</span>
        {on && <span className="queue-time">{lasting(secondsOf(info))}</span>}
      </p>
      {on && <Far info={info} />}
      {info.only.length > 0 && <p className="queue-only">only what {info.only.join(", ")} needs</p>}
      <div className="queue-actions" role="group" aria-label={`Run ${run}`}>
        {on && (
          <Act icon={state === "paused" ? "play" : "pause"} text={state === "paused" ? "Go on" : "Pause"} act={() => pause(info)} />
        )}
        <Act icon="stop" text={on ? "Stop" : "Take out"} act={() => stop(run)} />
        <Act icon="reset" text="Restart" title="Stop it, and run the graph as it is now" act={() => restart(run)} />
        {!on && waiting > 1 && <Places run={run} place={place} waiting={waiting} />}
      </div>
    </li>
  );
}

function stateOf({ state, device }: RunInfo, place: number): string {
  if (state === "queued") return place === 0 ? "is next" : `waits, ${place} before it`;
  if (state === "paused") return "paused";
  return device ? `runs on ${device}` : "runs";
}

interface ActProps {
  icon: IconName;
  text: string;
  title?: string;
  act(): void;
}

const Act = ({ icon, text, title, act }: ActProps) => (
  <button type="button" className="button plain" title={title} onClick={act}>
    <Icon name={icon} />
    {text}
  </button>
);

/** Up and down among those that wait. The focus goes with the run. */
function Places({ run, place, waiting }: { run: number; place: number; waiting: number }) {
  const [up, down] = [useRef<HTMLButtonElement>(null), useRef<HTMLButtonElement>(null)];
  const moved = useRef<"up" | "down" | "">("");
  useEffect(() => {
    if (!moved.current) return;
    const [wanted, other] = moved.current === "up" ? [up, down] : [down, up];
    moved.current = "";
    (wanted.current?.disabled ? other : wanted).current?.focus();
    say(`run ${run} is number ${place + 1} of ${waiting} that wait`);
  }, [run, place, waiting, up, down]);
  function go(way: "up" | "down") {
    moved.current = way;
    move(run, way === "up" ? -1 : 1);
  }
  return (
    <span className="queue-places">
      <button ref={up} type="button" className="button plain icon" aria-label="Earlier" title="Earlier" disabled={place === 0} onClick={() => go("up")}>
        <Icon name="up" />
      </button>
      <button ref={down} type="button" className="button plain icon" aria-label="Later" title="Later" disabled={place === waiting - 1} onClick={() => go("down")}>
        <Icon name="down" />
      </button>
    </span>
  );
}

/** How far a run has come, if its graph is open here. */
function Far({ info: { run, graph } }: { info: RunInfo }) {
  const doc = useEditor(({ docs }) => docs[graph]);
  if (!doc || doc.run !== run) return null;
  const nodes = Object.values(doc.reports).filter(({ node }) => !node.includes("/"));
  if (!nodes.length) return null;
  const done = nodes.filter(({ state }) => ENDS.has(state)).length;
  return (
    <div className="queue-far">
      <progress aria-label={`Progress of run ${run}`} max={nodes.length} value={done + partOf(doc, nodes)} />
      <span>
        {done} of {counted(nodes.length, "node")}
        {nodes.filter(({ state }) => state === "running").slice(0, 1).map(({ node }) => stepOf(doc, node))}
      </span>
    </div>
  );
}

const ENDS = new Set(["done", "failed", "skipped"]);

/** What the nodes that run have done of their own, in nodes. */
function partOf({ progress }: Doc, nodes: NodeReport[]): number {
  return nodes
    .filter(({ state }) => state === "running" || state === "paused")
    .map(({ node }) => progress[node])
    .reduce((sum, far) => sum + (far?.total ? Math.min(1, far.step / far.total) : 0), 0);
}

function stepOf({ progress }: Doc, node: string): string {
  const far = progress[node];
  return far?.total ? ` · ${node} ${far.step}/${far.total}` : ` · ${node}`;
}
