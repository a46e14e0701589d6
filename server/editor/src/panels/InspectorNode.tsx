import { infoOf } from "../graph/kinds";
import { Icon } from "../icons";
import { enter } from "../state/inner";
import { graphNameOf, useKinds, useShown } from "../state/store";
import { Inputs, Outputs } from "./Inputs";
import { InspectorHead } from "./InspectorHead";
import { InspectorItems } from "./InspectorItems";
import { InspectorPreview } from "./InspectorPreview";
import { Settings } from "./Settings";

/** One node: how it is, what it shows, its settings, and what it is linked to. */
export function InspectorNode({ node }: { node: string }) {
  const { content, readOnly } = useShown();
  const kinds = useKinds();
  const placed = content.nodes[node];
  if (!placed) return null;
  const inner = graphNameOf(content, node);
  const unknown = kinds.nodes.size > 0 && !infoOf(kinds, content, node);
  return (
    <>
      <InspectorHead node={node} />
      <InspectorPreview node={node} />
      <InspectorItems node={node} />
      {inner && (
        <button type="button" className="button inspector-wide" onClick={() => void enter(node)}>
          <Icon name="graph" />
          Open {inner} inside
        </button>
      )}
      {readOnly && <p className="inspector-note">{readOnly}</p>}
      {unknown && <p className="complaint">{inner ? `there is no graph ${inner}, or it cannot be a node` : `no plugin contributes ${placed.kind}; is it installed?`}</p>}
      <Settings node={node} />
      <Inputs node={node} />
      <Outputs node={node} />
    </>
  );
}
