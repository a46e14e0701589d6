// One run that is over, and in a sentence how it ended.

import type { RunInfo } from "../../wire";
import { titleOf } from "../graph/kinds";
import { goTo } from "../state/library";
import { at, counted, lasting } from "./time";

export function EndedRun({ info }: { info: RunInfo }) {
  const { run, graph, state, queued, seconds } = info;
  const sentences = saidOf(info);
  return (
    <li className="queue-row ended" data-state={state}>
      <p className="queue-head">
        <span className="queue-number">{run}</span>
        <button type="button" className="queue-graph" title={`Open ${graph}`} onClick={() => void goTo(graph)}>
          {graph}
        </button>
        <span className="queue-state">{WORDS[state] ?? state}</span>
        <span className="queue-time" title={`asked for at ${at(queued)}`}>
          {seconds >= 1 && `${lasting(seconds)} · `}
          {at(queued)}
        </span>
      </p>
      {sentences.map((sentence) => (
        <p key={sentence} className="queue-said">
          {sentence}
        </p>
      ))}
    </li>
  );
}

const WORDS: Partial<Record<RunInfo["state"], string>> = {
  done: "done",
  failed: "failed",
  cancelled: "stopped",
  refused: "did not begin",
};

const SHOWN = 2;

function saidOf({ problems, needs, failed, skipped }: RunInfo): string[] {
  const texts = problems.map(({ text }) => text);
  if (texts.length > SHOWN) texts.splice(SHOWN, Infinity, `and ${counted(texts.length - SHOWN, "more problem")}`);
  if (needs.length) texts.push(`it has to be allowed first: ${needs.map(titleOf).join(", ")}`);
  if (failed.length && !problems.length) texts.push(`${failed.slice(0, 3).join(", ")} failed`);
  if (skipped.length && failed.length) texts.push(`${counted(skipped.length, "node")} did not run because of that`);
  return texts;
}
