import { align, distribute } from "../actions/arranging";
import { bypass, mute } from "../actions/modes";
import type { Edge } from "../graph/boxes";
import { titleOf } from "../graph/kinds";
import { useShown } from "../state/store";

const EDGES: [Edge, string][] = [
  ["left", "Left"],
  ["centre", "Centre"],
  ["right", "Right"],
  ["top", "Top"],
  ["middle", "Middle"],
  ["bottom", "Bottom"],
];
const LISTED = 12;

/** Several nodes at once. */
export function InspectorMany({ nodes }: { nodes: string[] }) {
  const { content, readOnly } = useShown();
  const disabled = !!readOnly;
  const modes = nodes.map((node) => content.nodes[node]?.mode ?? "on");
  const [muted, bypassed] = [modes.every((mode) => mode === "mute"), modes.every((mode) => mode === "bypass")];
  return (
    <>
      <header className="inspector-head">
        <h2 className="inspector-title">{nodes.length} nodes</h2>
        <ul className="many-list" aria-label="Selected nodes">
          {nodes.slice(0, LISTED).map((node) => (
            <li key={node}>
              {node} · {titleOf(content.nodes[node]?.kind ?? "")}
            </li>
          ))}
          {nodes.length > LISTED && <li>and {nodes.length - LISTED} more</li>}
        </ul>
      </header>
      <section className="inspector-section" aria-label="Mode">
        <div className="many-grid is-two">
          <button type="button" className="button" aria-pressed={muted} disabled={disabled} onClick={mute}>
            Mute
          </button>
          <button type="button" className="button" aria-pressed={bypassed} disabled={disabled} onClick={bypass}>
            Bypass
          </button>
        </div>
      </section>
      <section className="inspector-section" aria-label="Align">
        <h3>Align</h3>
        <div className="many-grid">
          {EDGES.map(([edge, name]) => (
            <button key={edge} type="button" className="button" disabled={disabled} onClick={() => align(edge)}>
              {name}
            </button>
          ))}
        </div>
      </section>
      <section className="inspector-section" aria-label="Distribute">
        <h3>Distribute</h3>
        <div className="many-grid is-two">
          <button type="button" className="button" disabled={disabled || nodes.length < 3} onClick={() => distribute("across")}>
            Across
          </button>
          <button type="button" className="button" disabled={disabled || nodes.length < 3} onClick={() => distribute("down")}>
            Down
          </button>
        </div>
      </section>
    </>
  );
}
