import { endsOf } from "../graph/kinds";
import { rootIn, useEditor, useKinds, useShallow, useShown } from "../state/store";

interface Props {
  node: string;
  /** An input or a setting; without one, what is about the node itself or a socket that it does not have. */
  socket?: string;
}

/** What the last check found at a node. */
export function InspectorProblems({ node, socket }: Props) {
  const { prefix, content } = useShown();
  const kinds = useKinds();
  const problems = useEditor(
    useShallow((state) => (rootIn(state)?.problems ?? []).filter((each) => each.node === prefix + node)),
  );
  if (!problems.length) return null;
  const known = socket === undefined ? new Set(endsOf(kinds, content, node).map(({ name }) => name)) : null;
  return problems
    .filter((each) => (known ? !known.has(each.socket) : each.socket === socket))
    .map(({ text }) => (
      <p key={text} className="complaint inspector-problem">
        {text}
      </p>
    ));
}
