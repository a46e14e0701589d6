import { rootIn, set, useEditor } from "../state/store";
import { shownSeconds } from "../canvas/state";

const WORDS = { connecting: "connecting", open: "connected", lost: "no connection", refused: "not let in" };

/** The bar at the bottom: connection, device, run, previews a second. */
export function StatusBar() {
  const connection = useEditor((state) => state.connection);
  const worker = useEditor((state) => state.workers[0]);
  const rate = useEditor((state) => state.rate);
  const nodes = useEditor((state) => Object.keys(rootIn(state)?.content.nodes ?? {}).length);
  const failures = useEditor((state) => Object.keys(state.failures).length);
  return (
    <footer className="status">
      <span className={`status-connection is-${connection}`}>{WORDS[connection]}</span>
      {worker && <span title={worker.text}>{worker.device} {worker.state}</span>}
      <RunWords />
      <span className="top-gap" />
      {failures > 0 && (
        <button type="button" className="button plain status-button" onClick={() => set({ tab: "docs", selection: [] })}>
          {failures} {failures === 1 ? "plugin" : "plugins"} failed to load
        </button>
      )}
      <span>{nodes} nodes</span>
      <span className="status-rate">{rate} previews/s</span>
    </footer>
  );
}

function RunWords() {
  const words = useEditor((state) => {
    const run = rootIn(state)?.latest;
    if (!run) return "no run yet";
    const reports = Object.values(rootIn(state)!.reports).filter(({ node }) => !node.includes("/"));
    const done = reports.filter(({ state }) => state === "done").length;
    if (run.state === "running" || run.state === "paused") return `run ${run.run} ${run.state}, ${done} of ${reports.length} nodes`;
    return `run ${run.run} ${run.state}${run.seconds ? ` in ${shownSeconds(run.seconds)}` : ""}`;
  });
  return <span className="status-run" role="status">{words}</span>;
}
