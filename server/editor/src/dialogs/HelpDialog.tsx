// What the keys and the mouse do, and what this program is.

import { commands, shownKeys } from "../commandlist";
import type { Command } from "../commands";
import { useEditor } from "../state/store";
import { Keys } from "./Keys";
import { Modal } from "./Modal";

const GROUPS: { group: Command["group"]; title: string }[] = [
  { group: "Run", title: "Running" },
  { group: "Graph", title: "Graphs" },
  { group: "Edit", title: "Editing" },
  { group: "Node", title: "Nodes" },
  { group: "View", title: "Looking" },
  { group: "Help", title: "Help" },
];

const GESTURES: { what: string; how: string }[] = [
  { what: "Add a node", how: "double-click the ground, or drag a kind out of the palette" },
  { what: "Link two nodes", how: "drag from a socket to another; those that fit light up" },
  { what: "Add what fits a link", how: "drop the link on the ground" },
  { what: "Lead a link through a node", how: "drop the node on the link" },
  { what: "Copy", how: "hold Alt while you drag" },
  { what: "Select several", how: "hold Shift and draw a rectangle, or Ctrl and click" },
  { what: "Move the view", how: "drag the ground" },
  { what: "Closer and farther", how: "turn the wheel" },
  { what: "View a picture large", how: "click it on its node" },
  { what: "Open a file", how: "drop a graph, or a PNG that was made here, on the canvas" },
  { what: "Use a picture", how: "drop it on the canvas, or paste it" },
];

export function HelpDialog() {
  const version = useEditor((state) => state.version);
  return (
    <Modal title="Help" size="large">
      <div className="help" role="region" aria-label="Help" tabIndex={0} data-first>
        <p className="modal-lead">
          Capriccio composes pictures out of nodes: each does one thing, and links carry what it makes to the next.
          Run the graph, and every node shows its work while it is at it; settings that are marked live change a run
          that is on. All of it stays on the machine that the server runs on.
        </p>
        <div className="help-columns">
          <section className="help-part">
            <h3>With the mouse</h3>
            <dl>
              {GESTURES.map(({ what, how }) => (
                <div key={what} className="help-gesture">
                  <dt>{what}</dt>
                  <dd>{how}</dd>
                </div>
              ))}
            </dl>
          </section>
          {GROUPS.map(({ group, title }) => (
            <Shortcuts key={group} group={group} title={title} />
          ))}
        </div>
        <p className="help-more">
          <Keys keys={shownKeys(commands.find(({ id }) => id === "commands")!)} /> finds everything by its name, also
          what has no key. Each node explains itself under Docs, beside the canvas. The files in docs tell more:
          composition.md of lists, sweeps and graphs as nodes, protocol.md of writing clients of your own.
          {version && ` This is Capriccio ${version}.`}
        </p>
      </div>
    </Modal>
  );
}

function Shortcuts({ group, title }: { group: Command["group"]; title: string }) {
  const rows = folded(commands.filter((command) => command.group === group && command.keys?.length));
  if (!rows.length) return null;
  return (
    <section className="help-part">
      <h3>{title}</h3>
      <dl>
        {rows.map(({ name, keys }) => (
          <div key={name} className="help-row">
            <dt>{name}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The four ways of an arrow key are one row: Move, with all four arrows. */
function folded(all: Command[]): { name: string; keys: string }[] {
  const rows = new Map<string, string>();
  for (const command of all) {
    const keys = shownKeys(command);
    const way = / (left|right|up|down)$/.exec(command.name);
    const arrow = /[←→↑↓]$/.test(keys);
    if (way && arrow) rows.set(command.name.slice(0, way.index), keys.replace(/.$/, "← → ↑ ↓"));
    else rows.set(command.name.replace("…", ""), keys);
  }
  return [...rows].map(([name, keys]) => ({ name, keys }));
}
