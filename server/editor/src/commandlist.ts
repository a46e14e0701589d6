// The commands of the page. What they do is elsewhere.

import { align, distribute, layOut, nudge } from "./actions/arranging";
import { copy, cut, duplicate, paste } from "./actions/clipboard";
import { removeSelected } from "./actions/deleting";
import { addFrame, addNote, resize } from "./actions/frames";
import { dissolve } from "./actions/grouping";
import { bypass, collapse, mute } from "./actions/modes";
import { invert, next, selectAll, selectDownstream, selectNone, selectToo, selectUpstream } from "./actions/selecting";
import { measured } from "./actions/sizes";
import { savePicture } from "./canvas/picture";
import { focused } from "./canvas/focused";
import { openSearchHere } from "./canvas/searching";
import { fitAll, fitSelection, panBy, viewCentre, zoomBy, zoomTo } from "./canvas/viewport";
import type { Command } from "./commands";
import { travel } from "./state/documents";
import { enter, leave } from "./state/inner";
import { revert, save, share, startNew } from "./state/library";
import { tell } from "./state/notices";
import { check, currentRun, pause, restart, run, stop, stopAll } from "./state/runs";
import { type Dialog, docIn, get, graphNameOf, set, shownIn } from "./state/store";

const show = (dialog: Dialog) => () => set({ dialog });
const chosen = (): string[] => get().selection;
const noGraph = (): string => (get().root ? "" : "no graph is open");
const noNode = (): string => (chosen().length ? "" : "no node is selected");
const nothing = (): string => (chosen().length + get().marked.length + get().links.length ? "" : "nothing is selected");
const fixed = (): string => shownIn(get()).readOnly;
const noRun = (): string => (currentRun() ? "" : "nothing runs");
const oneNode = (): string => (chosen().length === 1 ? "" : "select one node");
const some = (): string => fixed() || noNode();
const movable = (): string => fixed() || (chosen().length + get().marked.length ? "" : "nothing is selected that could be moved");
const sizable = (): string => fixed() || (get().marked.length ? "" : "no frame or note is selected");
const noFocus = (): string => (focused() ? "" : "no part of the canvas has the focus; go there with Tab");
const several = (): string => fixed() || (chosen().length > 1 ? "" : "select several nodes");
const notInner = (): string => (oneNode() ? oneNode() : graphNameOf(shownIn(get()).content, chosen()[0]!) ? "" : "the node is no graph");

function step(way: "undo" | "redo"): void {
  const doc = docIn(get());
  if (doc) travel(doc.name, way);
}

const graph: Command[] = [
  { id: "new", name: "New graph", group: "Graph", run: () => startNew() },
  { id: "open", name: "Open…", group: "Graph", keys: ["Mod+O"], run: show({ kind: "open" }) },
  { id: "templates", name: "Templates…", group: "Graph", run: show({ kind: "templates" }) },
  { id: "save", name: "Save", group: "Graph", keys: ["Mod+S"], unable: noGraph, run: save },
  { id: "save_as", name: "Save as…", group: "Graph", keys: ["Mod+Shift+S"], unable: noGraph, run: show({ kind: "save_as" }) },
  { id: "revert", name: "Give up what is not saved", group: "Graph", unable: () => noGraph() || (docIn(get())?.saved ? "all is saved" : ""), run: () => revert(docIn(get())!.name) },
  { id: "share", name: "Share as one file", group: "Graph", keys: ["Mod+Shift+E"], unable: noGraph, run: share },
  { id: "picture", name: "Save a picture of the canvas", group: "Graph", unable: noGraph, run: savePicture },
  { id: "check", name: "Find what is wrong", group: "Graph", unable: noGraph, run: check },
];

const editing: Command[] = [
  { id: "undo", name: "Undo", group: "Edit", keys: ["Mod+Z"], run: () => step("undo") },
  { id: "redo", name: "Redo", group: "Edit", keys: ["Mod+Shift+Z", "Mod+Y"], run: () => step("redo") },
  { id: "cut", name: "Cut", group: "Edit", keys: ["Mod+X"], unable: some, run: cut },
  { id: "copy", name: "Copy", group: "Edit", keys: ["Mod+C"], unable: noNode, run: copy },
  { id: "paste", name: "Paste", group: "Edit", keys: ["Mod+V"], unable: fixed, run: () => paste() },
  { id: "duplicate", name: "Duplicate", group: "Edit", keys: ["Mod+D"], unable: some, run: () => duplicate() },
  { id: "delete", name: "Delete", group: "Edit", keys: ["Delete", "Backspace"], unable: () => fixed() || nothing(), run: removeSelected },
  { id: "select_all", name: "Select all", group: "Edit", keys: ["Mod+A"], run: selectAll },
  { id: "select", name: "Select what has the focus", group: "Edit", keys: ["Enter"], unable: noFocus, run: () => selectToo(focused(), []) },
  { id: "select_too", name: "Add what has the focus to the selection", group: "Edit", keys: ["Alt+Enter"], unable: noFocus, run: () => selectToo(focused()) },
  { id: "select_none", name: "Select nothing", group: "Edit", keys: ["Escape"], run: selectNone },
  { id: "select_others", name: "Select all others", group: "Edit", run: invert },
  { id: "select_upstream", name: "Select what it needs", group: "Edit", unable: noNode, run: selectUpstream },
  { id: "select_downstream", name: "Select what needs it", group: "Edit", unable: noNode, run: selectDownstream },
];

const node: Command[] = [
  { id: "add", name: "Add a node…", group: "Node", keys: ["Space", "/"], unable: fixed, run: openSearchHere },
  { id: "add_note", name: "Add a note", group: "Node", keys: ["N"], unable: fixed, run: () => addNote(viewCentre()) },
  { id: "add_frame", name: "Frame the selection", group: "Node", keys: ["F"], unable: fixed, run: addFrame },
  { id: "rename", name: "Rename…", group: "Node", keys: ["F2"], unable: () => fixed() || oneNode(), run: () => set({ dialog: { kind: "rename", node: chosen()[0]! } }) },
  { id: "mute", name: "Mute", group: "Node", keys: ["M"], unable: some, run: mute },
  { id: "bypass", name: "Bypass", group: "Node", keys: ["B"], unable: some, run: bypass },
  { id: "collapse", name: "Collapse", group: "Node", keys: ["C"], unable: some, run: collapse },
  { id: "enter", name: "Open inside", group: "Node", keys: ["I"], unable: notInner, run: () => enter(chosen()[0]!) },
  { id: "leave", name: "Back to the outer graph", group: "Node", keys: ["O"], unable: () => (get().path.length ? "" : "this is the outermost graph"), run: () => leave(get().path.length - 1) },
  { id: "group", name: "Make a node of the selection…", group: "Node", keys: ["Mod+G"], unable: some, run: () => set({ dialog: { kind: "group", nodes: chosen() } }) },
  { id: "dissolve", name: "Put a graph's nodes in its place", group: "Node", keys: ["Mod+Shift+G"], unable: () => fixed() || notInner(), run: () => dissolve(chosen()[0]!) },
  { id: "view", name: "View large", group: "Node", keys: ["V"], unable: oneNode, run: view },
  { id: "layout", name: "Lay out", group: "Node", keys: ["L"], unable: () => fixed() || noGraph(), run: layOutAndShow },
  ...(["left", "right", "top", "bottom", "centre", "middle"] as const).map((edge): Command => ({ id: `align_${edge}`, name: `Align ${edge}`, group: "Node", unable: several, run: () => align(edge) })),
  { id: "distribute_across", name: "Distribute across", group: "Node", unable: several, run: () => distribute("across") },
  { id: "distribute_down", name: "Distribute down", group: "Node", unable: several, run: () => distribute("down") },
  ...arrows("Move", "", ([x, y]) => nudge(10 * x, 10 * y), movable),
  ...arrows("Move far", "Shift+", ([x, y]) => nudge(60 * x, 60 * y), movable),
  ...arrows("Resize", "Shift+Alt+", ([x, y]) => resize([20 * x, 20 * y]), sizable),
];

const running: Command[] = [
  { id: "run", name: "Run", group: "Run", keys: ["Mod+Enter"], unable: noGraph, run: () => run() },
  { id: "run_to", name: "Run to this node", group: "Run", keys: ["Shift+Enter"], unable: noNode, run: () => run(chosen()) },
  { id: "stop", name: "Stop", group: "Run", keys: ["Mod+."], unable: noRun, run: () => stop() },
  { id: "stop_all", name: "Stop all runs", group: "Run", run: stopAll },
  { id: "pause", name: "Pause or go on", group: "Run", keys: ["P"], unable: noRun, run: () => pause() },
  { id: "restart", name: "Run anew with the graph as it is now", group: "Run", unable: noRun, run: () => restart(currentRun()!.run) },
  { id: "queue", name: "Show the queue", group: "Run", keys: ["Q"], run: show({ kind: "queue" }) },
];

const viewing: Command[] = [
  { id: "fit", name: "See all", group: "View", keys: ["1"], run: () => fitAll() },
  { id: "fit_selection", name: "See the selection", group: "View", keys: ["2"], run: fitSelection },
  { id: "zoom_in", name: "Closer", group: "View", keys: ["+", "="], run: () => zoomBy(1.25) },
  { id: "zoom_out", name: "Farther", group: "View", keys: ["-"], run: () => zoomBy(0.8) },
  { id: "zoom_one", name: "Full size", group: "View", keys: ["0"], run: () => zoomTo(1) },
  ...arrows("Look", "Alt+", ([x, y]) => panBy(-80 * x, -80 * y)),
  ...arrows("Go to the node", "Mod+", ([x, y]) => next(x < 0 ? "left" : x > 0 ? "right" : y < 0 ? "up" : "down")),
  { id: "left", name: "Show or hide the palette", group: "View", keys: ["["], run: () => set(({ sides }) => ({ sides: { ...sides, left: !sides.left } })) },
  { id: "right", name: "Show or hide the inspector", group: "View", keys: ["]"], run: () => set(({ sides }) => ({ sides: { ...sides, right: !sides.right } })) },
  { id: "theme", name: "Light or dark", group: "View", run: () => set(({ theme }) => ({ theme: theme === "dark" ? "light" : "dark" })) },
  { id: "settings", name: "Show settings", group: "View", keys: ["S"], run: () => panel("settings") },
  { id: "docs", name: "Show docs", group: "View", keys: ["D"], run: () => panel("docs") },
  { id: "history", name: "Show history", group: "View", keys: ["H"], run: () => panel("history") },
];

const helping: Command[] = [
  { id: "commands", name: "All commands…", group: "Help", keys: ["Mod+K"], run: show({ kind: "commands" }) },
  { id: "help", name: "Keyboard help", group: "Help", keys: ["?", "F1"], run: show({ kind: "help" }) },
];

export const commands: Command[] = [...graph, ...editing, ...node, ...running, ...viewing, ...helping];

function arrows(name: string, keys: string, run: (by: [number, number]) => void, unable?: () => string): Command[] {
  const ways = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;
  return Object.entries(ways).map(([way, [x, y]]) => ({
    id: `${name.toLowerCase().replaceAll(" ", "_")}_${way}`,
    name: `${name} ${way}`,
    group: unable ? "Node" : "View",
    keys: [`${keys}Arrow${way[0]!.toUpperCase()}${way.slice(1)}`],
    ...(unable ? { unable } : {}),
    run: () => run([x, y]),
  }));
}

async function layOutAndShow(): Promise<void> {
  const all = chosen().length < 2;
  if ((await layOut(Object.fromEntries(measured))) && all) requestAnimationFrame(() => fitAll()); // once the nodes stand there
}

function view(): void {
  const { root, prefix } = shownIn(get());
  set({ dialog: { kind: "view", left: { of: "node", graph: root, node: prefix + chosen()[0]! }, right: null } });
}

function panel(tab: "settings" | "docs" | "history"): void {
  set(({ sides }) => ({ tab, sides: { ...sides, right: true } }));
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.page-right [role="tab"][aria-selected="true"]')?.focus());
}

const known = new Map(commands.map((command) => [command.id, command]));

export const byId = (id: string): Command => known.get(id)!;

/** Do it, or say why it cannot be done. */
export function doIt(command: Command): void {
  const why = command.unable?.() ?? "";
  if (why) tell(why);
  else void command.run();
}

const apple = /Mac|iP(hone|ad)/.test(navigator.userAgent);
const WORDS: Record<string, string> = {
  Mod: apple ? "⌘" : "Ctrl",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};

/** The keys of a command as a person reads them: Ctrl Shift Z. */
export function shownKeys({ keys }: Command): string {
  const first = keys?.[0];
  if (!first) return "";
  return parts(first).map((key) => WORDS[key] ?? key).join(" ");
}

export const hinted = (id: string): { name: string; hint: string } => ({ name: byId(id).name, hint: shownKeys(byId(id)) });

/** Mod++ is Mod and +. */
export function parts(keys: string): string[] {
  return keys === "+" ? ["+"] : keys.endsWith("++") ? [...keys.slice(0, -2).split("+"), "+"] : keys.split("+");
}
