// How long runs have been on. The server tells it when their state changes; between, time goes on.

import { useEffect, useState } from "react";

import type { RunInfo } from "../../wire";
import { useEditor } from "../state/store";

interface Told {
  seconds: number;
  at: number;
}

const told = new Map<number, Told>();

useEditor.subscribe(({ queue }, before) => {
  if (queue === before.queue) return;
  const on = new Map(queue.filter(({ state }) => state !== "queued").map((info) => [info.run, info]));
  for (const run of told.keys()) if (!on.has(run)) told.delete(run);
  for (const { run, seconds } of on.values()) {
    const known = told.get(run);
    // Of a run that goes on the same number is told again and again.
    if (!known || seconds > secondsSince(known)) told.set(run, { seconds, at: Date.now() });
  }
});

const secondsSince = ({ seconds, at }: Told): number => seconds + (Date.now() - at) / 1000;

export function secondsOf({ run, seconds }: RunInfo): number {
  const known = told.get(run);
  return known ? secondsSince(known) : seconds;
}

/** Draw again every second, while something runs. */
export function useTick(on: boolean): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [on]);
}
