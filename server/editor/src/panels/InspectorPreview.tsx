import { useState } from "react";

import type { Preview } from "../../wire";
import { PreviewCanvas } from "../canvas/PreviewCanvas";
import { shows } from "../graph/kinds";
import { useEditor, useKinds, useShown } from "../state/store";
import { liveNode, view } from "../view/picture";

/** What the node shows, large; nothing as long as there is nothing. */
export function InspectorPreview({ node }: { node: string }) {
  const { root, prefix, content } = useShown();
  const kinds = useKinds();
  const live = useEditor((state) => liveNode(state, { of: "node", graph: root, node: prefix + node }));
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  if (!shows(kinds, content, node)) return null;
  const heard = ({ width, height }: Preview) =>
    setSize((before) => (before?.width === width && before.height === height ? before : { width, height }));
  return (
    <button
      type="button"
      className="inspector-preview"
      data-empty={!size || undefined}
      aria-hidden={!size || undefined}
      tabIndex={size ? 0 : -1}
      aria-label={`View ${node} large`}
      title="View large"
      style={size ? { aspectRatio: `${size.width} / ${size.height}` } : undefined}
      onClick={() => view({ of: "node", graph: root, node: prefix + node })}
    >
      <PreviewCanvas key={live} graph={root} node={live} onFrame={heard} />
    </button>
  );
}
