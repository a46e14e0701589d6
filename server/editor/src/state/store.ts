// All that the page knows, in one place. Previews are not among it: see state/previews.ts.

import { create } from "zustand";
import { useShallow } from "zustand/react/shallow";

import type {
  GraphInfo,
  NodeInfo,
  NodeProgress,
  NodeReport,
  Op,
  Problem,
  ResultInfo,
  RunInfo,
  WorkerInfo,
} from "../../wire";
import { type Content, contentOf } from "../graph/content";
import { GRAPH, type Kinds, NOTHING } from "../graph/kinds";

/** One step that can be undone. */
export interface Step {
  label: string;
  undo: Op[];
  redo: Op[];
  /** Steps of one group that follow each other quickly are one. */
  group: string;
  at: number;
}

/** Operations that the server has not confirmed. */
export interface Batch {
  ops: Op[];
  sent: boolean;
  group: string;
}

/** An open graph. */
export interface Doc {
  name: string;
  /** Which start of the server told of it. */
  server: string;
  /** The newest revision that the server has told. */
  revision: number;
  /** As the server has it at that revision. */
  base: Content;
  pending: Batch[];
  /** What was confirmed lately: a server that is killed may not have it on the disk yet. */
  recent: { ops: Op[]; at: number; before: Content }[];
  /** The base with what is pending. */
  content: Content;
  saved: boolean;
  /** Seconds since 1970; when it was last changed without being saved. */
  changed: number;
  readOnly: string;
  undo: Step[];
  redo: Step[];
  /** The run whose nodes the reports are of. */
  run: number;
  latest: RunInfo | null;
  reports: Record<string, NodeReport>;
  progress: Record<string, NodeProgress>;
  problems: Problem[];
}

export type Theme = "dark" | "light";
export type Tab = "settings" | "docs" | "history";

/** What covers the page, if anything does. */
export type Dialog =
  | { kind: "open" }
  | { kind: "templates" }
  | { kind: "save_as" }
  | { kind: "help" }
  | { kind: "commands" }
  | { kind: "queue" }
  | { kind: "rename"; node: string }
  | { kind: "view"; left: Picture; right: Picture | null }
  | { kind: "allow"; run: RunInfo }
  | { kind: "group"; nodes: string[] };

/** A picture that can be viewed large: what a node shows, or a result that is kept. */
export type Picture =
  | { of: "node"; graph: string; node: string; item?: number[] }
  | { of: "result"; result: number };

/** The search for a node to add: where it will stand, and what it has to fit. */
export interface Search {
  /** On the screen. */
  x: number;
  y: number;
  /** On the canvas. */
  position: [number, number];
  /** A link that was dropped: its socket, and whether that gives or takes. */
  from: { socket: string; gives: boolean } | null;
}

export interface Notice {
  id: number;
  text: string;
  kind: "note" | "trouble";
}

export interface Editor {
  connection: "connecting" | "open" | "lost" | "refused";
  /** Why the connection was refused. */
  reason: string;
  /** Which start of the server this is. */
  server: string;
  /** Of the page that this one was made as. */
  page: string;
  /** The server hands out a newer page than this one. */
  stale: boolean;
  version: string;
  workers: WorkerInfo[];
  ready: boolean;
  kinds: Kinds;
  failures: Record<string, string>;
  graphs: GraphInfo[];
  pictures: string[];
  queue: RunInfo[];
  results: ResultInfo[];
  moreResults: boolean;
  /** By name: the graph that is shown, and those that were gone through to it. */
  docs: Record<string, Doc>;
  /** The graph that was opened. */
  root: string;
  /** Names of nodes, each a graph inside the one before. */
  path: string[];
  /** What graphs are as nodes, by the graph that they are placed in and their name. */
  described: Record<string, Record<string, NodeInfo>>;
  selection: string[];
  /** Frames and notes that are selected: /frame/0, /note/2. */
  marked: string[];
  /** Links that are selected: start/end. */
  links: string[];
  /** Settings that are shown as sockets though nothing is linked: node.setting, by graph. */
  sockets: Record<string, string[]>;
  theme: Theme;
  tab: Tab;
  sides: { left: boolean; right: boolean };
  dialog: Dialog | null;
  search: Search | null;
  notices: Notice[];
  /** Read out by screen readers. */
  said: string;
  /** Previews that arrived in the last second. */
  rate: number;
}

const saved = (localStorage.getItem("capriccio.theme") ?? "") as Theme;
const dark = !matchMedia("(prefers-color-scheme: light)").matches;
const wide = matchMedia("(min-width: 900px)");

/** The panels at the sides: a narrow window has no room for them until they are asked for. */
const sides = ({ matches }: { matches: boolean }): Editor["sides"] => ({ left: matches, right: matches });

export const useEditor = create<Editor>()(() => ({
  connection: "connecting",
  reason: "",
  server: "",
  page: "",
  stale: false,
  version: "",
  workers: [],
  ready: false,
  kinds: NOTHING,
  failures: {},
  graphs: [],
  pictures: [],
  queue: [],
  results: [],
  moreResults: false,
  docs: {},
  root: "",
  path: [],
  described: {},
  selection: [],
  marked: [],
  links: [],
  sockets: {},
  theme: saved === "dark" || saved === "light" ? saved : dark ? "dark" : "light",
  tab: "settings",
  sides: sides(wide),
  dialog: null,
  search: null,
  notices: [],
  said: "",
  rate: 0,
}));

export const get = useEditor.getState;
export const set = useEditor.setState;
wide.addEventListener("change", (width) => set({ sides: sides(width) }));
export { useShallow };

/** What is on the canvas: a graph that can be edited, or one that another brings along. */
export interface Shown {
  /** Of the graph whose run is shown. */
  root: string;
  /** What names of nodes in that run begin with: "" or "outer/inner/". */
  prefix: string;
  /** The document that edits go to; "" where it cannot be edited. */
  name: string;
  content: Content;
  /** Why it cannot be edited. */
  readOnly: string;
}

const NO_GRAPH: Shown = { root: "", prefix: "", name: "", content: contentOf({}), readOnly: "no graph is open" };
let last: { docs: Editor["docs"]; root: string; path: string[]; shown: Shown } | null = null;

/** What is on the canvas. The same object, as long as nothing of it changes. */
export function shownIn({ docs, root, path }: Editor): Shown {
  if (last && last.docs === docs && last.root === root && last.path === path) return last.shown;
  const made = found(docs, root, path);
  const before = last?.shown;
  const unchanged =
    before && (Object.keys(made) as (keyof Shown)[]).every((key) => made[key] === before[key]);
  last = { docs, root, path, shown: unchanged ? before : made };
  return last.shown;
}

function found(docs: Editor["docs"], root: string, path: string[]): Shown {
  const top = docs[root];
  if (!top) return NO_GRAPH;
  const prefix = path.map((name) => `${name}/`).join("");
  let here: Shown = { root, prefix, name: root, content: top.content, readOnly: top.readOnly };
  for (const node of path) {
    const name = graphNameOf(here.content, node);
    const brought = top.content.graphs[name];
    const doc = docs[name];
    if (brought)
      here = { ...here, name: "", content: broughtBy(brought), readOnly: `${name} came with ${root}; export it to change it` };
    else if (doc) here = { ...here, name, content: doc.content, readOnly: doc.readOnly };
    else return { ...here, name: "", content: NO_GRAPH.content, readOnly: `${name} is being opened` };
  }
  return here;
}

const brought = new WeakMap<object, Content>();

function broughtBy(file: Partial<Content>): Content {
  const known = brought.get(file) ?? contentOf(file);
  brought.set(file, known);
  return known;
}

/** The name of the graph that a node is; "" for one that is none. */
export function graphNameOf(content: Content, node: string): string {
  const kind = content.nodes[node]?.kind ?? "";
  return kind.startsWith(GRAPH) ? kind.slice(GRAPH.length) : "";
}

/** All kinds, and among them the graphs that are placed in what is shown. */
export function kindsIn(state: Editor): Kinds {
  const described = state.described[shownIn(state).name || state.root];
  if (!described) return state.kinds;
  if (merged?.kinds === state.kinds && merged.described === described) return merged.all;
  const graphs = Object.entries(described).map(([name, info]) => [GRAPH + name, info] as const);
  const all = { ports: state.kinds.ports, nodes: new Map([...state.kinds.nodes, ...graphs]) };
  merged = { kinds: state.kinds, described, all };
  return all;
}

let merged: { kinds: Kinds; described: Record<string, NodeInfo>; all: Kinds } | null = null;

export const useShown = (): Shown => useEditor(shownIn);
export const useKinds = (): Kinds => useEditor(kindsIn);
/** The document that is edited, if there is one. */
export const docIn = (state: Editor): Doc | undefined => state.docs[shownIn(state).name];
/** The document whose run is shown. */
export const rootIn = (state: Editor): Doc | undefined => state.docs[state.root];
/** What is known of a node, by its name on the canvas. */
export const reportIn = (state: Editor, node: string): NodeReport | undefined =>
  state.docs[state.root]?.reports[shownIn(state).prefix + node];
export const progressIn = (state: Editor, node: string): NodeProgress | undefined =>
  state.docs[state.root]?.progress[shownIn(state).prefix + node];
