import { useEffect, useState } from "react";

import { footId } from "./elements";
import { shownProgress, shownSeconds, useNodeState } from "./state";

/** The thin progress line, the state in words, and the error's sentence. */
export function NodeFoot({ node }: { node: string }) {
  const state = useNodeState(node);
  const { word, report, progress, problem } = state;
  const running = word === "running" || word === "paused";
  const total = progress?.total ?? report?.total ?? 0;
  const done = running ? (total ? (progress?.step ?? 0) / total : 0) : word === "done" || word === "cached" ? 1 : 0;
  const text = shownProgress(state);
  const error = problem || report?.error || "";
  const value = report?.value ?? null;
  if (word === "idle") return null;
  return (
    <footer className="card-foot" id={footId(node)}>
      <div
        className={`card-line ${running && !total ? "is-endless" : ""}`}
        {...(running ? { role: "progressbar", "aria-label": `${node}: ${text}`, "aria-valuemin": 0, "aria-valuemax": Math.max(total, 1), "aria-valuenow": progress?.step ?? 0 } : {})}
      >
        <i style={{ transform: `scaleX(${done})` }} />
      </div>
      <span className="card-state">
        {word === "done" && <span className="heard">done, </span>}
        {text}
        {running && <Clock key={word} />}
      </span>
      {value !== null && word !== "failed" && <p className="card-value">{String(value)}</p>}
      {error && <p className="card-error" title={error}>{error}</p>}
    </footer>
  );
}

/** Seconds since the node began, as far as this page has seen. */
function Clock() {
  const [seconds, count] = useState(0);
  useEffect(() => {
    const begun = performance.now();
    const timer = setInterval(() => count((performance.now() - begun) / 1000), 500);
    return () => clearInterval(timer);
  }, []);
  return <span className="card-clock">{seconds >= 1 ? ` · ${shownSeconds(Math.floor(seconds))}` : ""}</span>;
}
