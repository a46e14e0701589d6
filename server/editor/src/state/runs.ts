// Running, stopping, pausing.

import type { RunInfo } from "../../wire";
import { tell, trouble } from "./notices";
import { server } from "./server";
import { get, rootIn, set, shownIn } from "./store";

const attempt = (asked: Promise<unknown>): void => void asked.catch(trouble);

/** The run of the graph that is shown, if it is on or waits. */
export const currentRun = (): RunInfo | undefined => get().queue.find(({ graph }) => graph === get().root);

/** Run what is on the canvas: all of it, or what these nodes need. */
export function run(nodes: string[] = []): void {
  const state = get();
  const { root, prefix, name } = shownIn(state);
  if (!root) return tell("open a graph first", "trouble");
  if (prefix && name && !state.docs[name]?.saved)
    tell(`${root} uses ${name} as it is saved; save it for your changes to count`);
  const only = nodes.map((node) => prefix + node);
  attempt(server().ask({ type: "run", graph: root, only }, "queued"));
}

export function stop(run?: number): void {
  const number = run ?? currentRun()?.run;
  if (number === undefined) return tell("nothing runs");
  attempt(server().ask({ type: "cancel", run: number }, "done"));
}

export const stopAll = (): void => attempt(server().ask({ type: "cancel" }, "done"));

/** Hold a run at its next preview, or let it go on. */
export function pause(run = currentRun()): void {
  if (!run) return tell("nothing runs");
  const type = run.state === "paused" ? "resume" : "pause";
  attempt(server().ask({ type, run: run.run }, "done"));
}

export const restart = (run: number): void => attempt(server().ask({ type: "restart", run }, "queued"));

/** Let a waiting run come before all others, or after the next. */
export function move(run: number, by: -1 | 1): void {
  const waiting = get().queue.filter(({ state }) => state === "queued").map((info) => info.run);
  const at = waiting.indexOf(run);
  if (at < 0) return;
  waiting.splice(at, 1);
  waiting.splice(Math.max(0, at + by), 0, run);
  attempt(server().ask({ type: "reorder", runs: waiting }, "done"));
}

/** The person lets nodes of a graph reach files or networks; then it runs. */
export async function allow({ graph, needs, only }: RunInfo): Promise<void> {
  set({ dialog: null });
  try {
    await server().ask({ type: "allow", graph, kinds: needs }, "done");
    await server().ask({ type: "run", graph, only }, "queued");
  } catch (error) {
    trouble(error);
  }
}

/** Find what keeps the graph from running, without running it. */
export async function check(): Promise<void> {
  const doc = rootIn(get());
  if (!doc) return;
  try {
    const { problems } = await server().ask({ type: "check", graph: doc.name }, "checked");
    if (!problems.length) tell("nothing keeps this graph from running");
    for (const { text } of problems.slice(0, 5)) tell(text, "trouble");
  } catch (error) {
    trouble(error);
  }
}
