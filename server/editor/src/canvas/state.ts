// How a node is doing, in a word and in numbers.

import type { NodeProgress, NodeReport } from "../../wire";
import { progressIn, reportIn, rootIn, shownIn, useEditor } from "../state/store";

export type Word =
  "idle" | "queued" | "running" | "paused" | "done" | "cached" | "failed" | "skipped" | "muted" | "bypassed" | "wrong";

export interface NodeState {
  word: Word;
  report: NodeReport | undefined;
  progress: NodeProgress | undefined;
  /** What keeps it from running, of the last run that was refused. */
  problem: string;
}

export function useNodeState(node: string): NodeState {
  const report = useEditor((state) => reportIn(state, node));
  const progress = useEditor((state) => progressIn(state, node));
  const mode = useEditor((state) => shownIn(state).content.nodes[node]?.mode ?? "on");
  const problem = useEditor((state) => {
    const name = shownIn(state).prefix + node;
    return rootIn(state)?.problems.find((each) => each.node === name)?.text ?? "";
  });
  return { word: wordOf(mode, report, problem), report, progress, problem };
}

function wordOf(mode: string, report: NodeReport | undefined, problem: string): Word {
  if (problem) return "wrong";
  if (mode === "mute") return "muted";
  if (mode === "bypass") return "bypassed";
  if (!report) return "idle";
  return report.state === "done" && report.cached ? "cached" : report.state;
}

/** A number of seconds, as short as it can be. */
export function shownSeconds(seconds: number): string {
  if (seconds < 0.0995) return "<0.1 s";
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  return whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${(whole / 3600).toFixed(1)} h`;
}

/** How far a node has come, in words. */
export function shownProgress({ word, report, progress }: NodeState): string {
  const items = (word === "running" ? progress?.items : undefined) ?? report?.items;
  const [step, total] = progress ? [progress.step, progress.total] : [report?.step ?? 0, report?.total ?? 0];
  const parts: string[] = [];
  if (word === "running" || word === "paused") {
    parts.push(total > 0 ? `${step} of ${total}${items ? " items" : ""}` : word);
    if (word === "paused") parts.push("paused");
  } else if (word !== "idle" && word !== "done") parts.push(word === "wrong" ? "cannot run" : word);
  if (items && word !== "running") parts.push(`${items.done} of ${items.total} items`);
  if (items?.failed) parts.push(`${items.failed} failed`);
  if (report && (word === "done" || word === "failed")) parts.push(shownSeconds(report.seconds));
  return parts.join(" · ");
}
