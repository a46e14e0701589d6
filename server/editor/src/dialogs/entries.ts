// All that the command palette finds: commands, nodes of the graph, graphs, and kinds to add.

import { place, placeable } from "../actions/placing";
import { centreOn, viewCentre } from "../canvas/viewport";
import { commands, shownKeys } from "../commandlist";
import type { Command } from "../commands";
import { titleOf } from "../graph/kinds";
import type { IconName } from "../icons";
import { goTo } from "../state/library";
import { get, shownIn } from "../state/store";
import { best } from "./matching";

export interface Entry {
  key: string;
  icon: IconName;
  name: string;
  /** What more is said of it, and found by. */
  about: string;
  keys: string;
  /** Why it cannot be done now; "" if it can. */
  why: string;
  run(): unknown;
}

/** As things are now: ask anew when the palette is opened. */
export function allEntries(): Entry[] {
  return [...commands.filter(({ id }) => id !== "commands").map(commandEntry), ...nodeEntries(), ...graphEntries(), ...kindEntries()];
}

const ICONS: Record<Command["group"], IconName> = {
  Graph: "open",
  Edit: "undo",
  Node: "socket",
  Run: "play",
  View: "eye",
  Help: "help",
};

const commandEntry = (command: Command): Entry => ({
  key: `command ${command.id}`,
  icon: ICONS[command.group],
  name: command.name,
  about: command.group,
  keys: shownKeys(command),
  why: command.unable?.() ?? "",
  run: () => command.run(),
});

function nodeEntries(): Entry[] {
  return Object.entries(shownIn(get()).content.nodes).map(([node, { kind }]) => ({
    key: `node ${node}`,
    icon: "socket",
    name: `Go to ${node}`,
    about: titleOf(kind),
    keys: "",
    why: "",
    run: () => centreOn(node),
  }));
}

function graphEntries(): Entry[] {
  const { graphs, root } = get();
  return graphs.map(({ name, source }) => ({
    key: `graph ${name}`,
    icon: "open",
    name: `Open ${name}`,
    about: { gallery: "Gallery", library: "Yours", unsaved: "Not saved yet" }[source],
    keys: "",
    why: name === root ? "it is open" : "",
    run: () => goTo(name),
  }));
}

function kindEntries(): Entry[] {
  const why = shownIn(get()).readOnly;
  return placeable().map(({ kind, title, category }) => ({
    key: `kind ${kind}`,
    icon: "plus",
    name: `Add ${title}`,
    about: category,
    keys: "",
    why,
    run: () => place(kind, viewCentre()),
  }));
}

/** Those that fit what was typed, the best first; of nothing typed, the commands. */
export function found(entries: Entry[], query: string): Entry[] {
  if (!query.trim()) return entries.filter(({ key }) => key.startsWith("command "));
  return best(entries, query, ({ name, about }) => [name, bare(name), about]);
}

/** Without the verb: "gram" and "gl" find Add Gram loss as well as "add gram" does. */
const bare = (name: string): string => name.replace(/^(Add|Go to|Open) |…$/g, "");
