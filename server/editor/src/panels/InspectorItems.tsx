import type { ItemReport, ItemsReport } from "../../wire";
import { useNodeState } from "../canvas/state";
import { shows } from "../graph/kinds";
import { useEditor, useKinds, useShown } from "../state/store";
import { liveNode, placeOf, view } from "../view/picture";
import { type Sheet, useSheet } from "../view/sheet";

/** The items of a node that runs once for each of a list, or gives a list: how they are, and each in the viewer. */
export function InspectorItems({ node }: { node: string }) {
  const { root, prefix, content } = useShown();
  const kinds = useKinds();
  const { word, report, progress } = useNodeState(node);
  const pictured = shows(kinds, content, node);
  const live = useEditor((state) => liveNode(state, { of: "node", graph: root, node: prefix + node }));
  const sheet = useSheet(root, live, pictured);
  const items = (word === "running" ? progress?.items : null) ?? report?.items ?? null;
  if (!items && !sheet) return null;
  const see = (item: number[]) => view({ of: "node", graph: root, node: prefix + node, item });
  return (
    <section className="inspector-section" aria-label="Items">
      <h3>Items</h3>
      {items && <p className="inspector-small">{counts(items)}</p>}
      {items?.on.map((item) => <Running key={item.index.join()} item={item} />)}
      {items?.wrong.map((item) => (
        <p key={item.index.join()} className="complaint inspector-small">
          {named(item)}: {item.error}
        </p>
      ))}
      {items && items.failed > items.wrong.length && <p className="inspector-small">and {items.failed - items.wrong.length} more that failed</p>}
      {sheet && <Cells sheet={sheet} see={see} named={names(items)} />}
    </section>
  );
}

const named = ({ index, label }: ItemReport): string => (label ? `${placeOf(index)}, ${label}` : `item ${placeOf(index)}`);

/** What tells items from each other, of those that the server has told of. */
const names = (items: ItemsReport | null): Map<string, string> =>
  new Map([...(items?.on ?? []), ...(items?.wrong ?? [])].map((item) => [item.index.join(), item.label]));

function counts({ total, done, cached, failed, skipped }: ItemsReport): string {
  const parts = [`${done} of ${total} done`];
  if (cached) parts.push(`${cached} known from before`);
  if (failed) parts.push(`${failed} failed`);
  if (skipped) parts.push(`${skipped} skipped`);
  return parts.join(", ");
}

function Running({ item }: { item: ItemReport }) {
  return (
    <p className="inspector-small inspector-item">
      <span title={named(item)}>{named(item)}</span>
      {item.total > 1 && (
        <span>
          {item.step} of {item.total}
        </span>
      )}
    </p>
  );
}

function Cells({ sheet, see, named }: { sheet: Sheet; see(item: number[]): void; named: Map<string, string> }) {
  return (
    <ul className="inspector-cells" aria-label="View an item">
      {sheet.cells.map((item) => (
        <li key={item.join()}>
          <button type="button" aria-label={`View item ${placeOf(item)}`} title={named.get(item.join()) || `View item ${placeOf(item)}`} onClick={() => see(item)}>
            {placeOf(item)}
          </button>
        </li>
      ))}
    </ul>
  );
}
