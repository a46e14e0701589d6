// Every message between the server and its clients. Made from server/wire.py by: make schema

/** One node: what it is, and the settings that differ from its defaults. */
export interface FileNode {
  /** The node's id. */
  kind: string;
  /** The version of the node it was made with. */
  version?: number;
  /** Muted, its results are not wanted; bypassed, it passes on its input. */
  mode?: "bypass" | "mute" | "on";
  params?: Record<string, unknown>;
}

/** A text on the canvas. */
export interface FileNote {
  text: string;
  position?: [number, number];
  size?: [number, number] | null;
}

/** A rectangle with a title, behind the nodes on the canvas. */
export interface FileFrame {
  title: string;
  position: [number, number];
  /** Width and height. */
  size: [number, number];
}

/** A graph that another brings along, for those of its nodes that are graphs. */
export interface FileGraph {
  nodes: Record<string, FileNode>;
  /** From node.output to node.input; the order counts where an input takes many. */
  links: [string, string][];
  /** Settings, node.setting, that the graph has where it is a node. */
  exposed: Record<string, string>;
  /** Where nodes stand. */
  layout: Record<string, [number, number]>;
  notes: FileNote[];
  frames: FileFrame[];
  /** The names of nodes that are drawn small. */
  collapsed: string[];
}

/** A graph, as it is written to disk. */
export interface GraphFile {
  format: "capriccio-graph";
  version: 1;
  nodes: Record<string, FileNode>;
  /** From node.output to node.input; the order counts where an input takes many. */
  links: [string, string][];
  /** Settings, node.setting, that the graph has where it is a node. */
  exposed: Record<string, string>;
  /** Where nodes stand. */
  layout: Record<string, [number, number]>;
  notes: FileNote[];
  frames: FileFrame[];
  /** The names of nodes that are drawn small. */
  collapsed: string[];
  /** Graphs that it brings along; a node is one whose kind is graph:NAME. */
  graphs: Record<string, FileGraph>;
}

export const PROTOCOL = 1;

export const CHUNK = 262144;

export const TEXT = 65536;

export const UPLOAD = 67108864;

export const WIDTH = 512;

export const THUMBNAIL = 256;

export const COVER = 320;

export type Format = "png" | "jpeg" | "webp" | "npy";

export type RunState =
  "queued" | "running" | "paused" | "done" | "failed" | "cancelled" | "refused";

export type NodeState =
  "queued" | "running" | "paused" | "done" | "failed" | "skipped";

export type WorkerState = "starting" | "ready" | "lost";

/** Place a node; its name must be new. */
export interface AddNode {
  op: "add";
  /** A node in its graph. */
  node: string;
  /** A node's id, capriccio.Optimize, or graph:NAME for a graph that is used as a node. */
  kind: string;
  position?: [number, number];
  params?: Record<string, unknown>;
  version?: number;
}

/** Take a node away, with all its links. */
export interface RemoveNode {
  op: "remove";
  /** A node in its graph. */
  node: string;
}

/** Put a node elsewhere on the canvas. */
export interface MoveNode {
  op: "move";
  /** A node in its graph. */
  node: string;
  position: [number, number];
}

/** Draw a link; it becomes the last of its input. */
export interface AddLink {
  op: "link";
  /** node.output or node.input. */
  start: string;
  /** node.output or node.input. */
  end: string;
}

/** Take a link away. */
export interface RemoveLink {
  op: "unlink";
  /** node.output or node.input. */
  start: string;
  /** node.output or node.input. */
  end: string;
}

/**
 * Change settings of a node; those named in `reset` get their defaults back.
 *
 * Settings that are declared live are handed to a run of this graph that is on.
 */
export interface SetParams {
  op: "set";
  /** A node in its graph. */
  node: string;
  params?: Record<string, unknown>;
  reset?: string[];
}

/** Do not run a node, nor what needs it; or, with `on` false, run it again. */
export interface MuteNode {
  op: "mute";
  /** A node in its graph. */
  node: string;
  on?: boolean;
}

/** Let what comes into a node pass by it; or, with `on` false, through it again. */
export interface BypassNode {
  op: "bypass";
  /** A node in its graph. */
  node: string;
  on?: boolean;
}

/** Give a node another name; links follow. */
export interface RenameNode {
  op: "rename";
  /** A node in its graph. */
  node: string;
  /** A node in its graph. */
  to: string;
}

/** Give the graph, where it is a node, a setting of one of its nodes; or take that back, with null. */
export interface ExposeSetting {
  op: "expose";
  /** What an exposed setting is called: 1 to 100 letters, digits and _, no digit first. */
  name: string;
  /** node.setting */
  socket?: string | null;
}

/** Draw a node small; or, with `on` false, in full again. */
export interface CollapseNode {
  op: "collapse";
  /** A node in its graph. */
  node: string;
  on?: boolean;
}

/** Replace the texts on the canvas. */
export interface SetNotes {
  op: "notes";
  notes: FileNote[];
}

/** Replace the frames, rectangles with a title, behind the nodes on the canvas. */
export interface SetFrames {
  op: "frames";
  frames: FileFrame[];
}

export type Op =
  | AddNode
  | RemoveNode
  | MoveNode
  | AddLink
  | RemoveLink
  | SetParams
  | MuteNode
  | BypassNode
  | RenameNode
  | ExposeSetting
  | CollapseNode
  | SetNotes
  | SetFrames;

/** Must come first. Answered by welcome. */
export interface Hello {
  type: "hello";
  token: string;
  protocol?: number;
  /** Revision of the page, if it is one of ours. */
  page?: string;
  id?: number;
}

/** Which nodes there are. Answered by catalogue, which also comes when it changes. */
export interface GetCatalogue {
  type: "get_catalogue";
  id?: number;
}

/** Which graphs there are. Answered by graphs. */
export interface ListGraphs {
  type: "list_graphs";
  id?: number;
}

/** Which pictures there are for nodes to load. Answered by pictures. */
export interface ListPictures {
  type: "list_pictures";
  id?: number;
}

/**
 * Look at a picture that list_pictures tells. Answered by chunks in binary frames and then fetched.
 *
 * With a width it comes as a JPEG no larger than that, rounded as previews are; without, as the
 * file that it is.
 */
export interface GetPicture {
  type: "get_picture";
  /** What it is called in settings. */
  file: string;
  width?: number | null;
  id?: number;
}

/**
 * The picture that stands for a graph, as a small JPEG: one of its own, or its newest result.
 *
 * Answered by chunks in binary frames and then fetched.
 */
export interface GetCover {
  type: "get_cover";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  id?: number;
}

/** Begin an empty graph and open it. Answered by opened. */
export interface NewGraph {
  type: "new_graph";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  id?: number;
}

/**
 * Open a graph of the library, or one of the gallery, and hear what happens to it from now on.
 *
 * Nothing in it is run. Answered by opened.
 */
export interface OpenGraph {
  type: "open_graph";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  id?: number;
}

/** Hear no more of a graph. Answered by done. */
export interface CloseGraph {
  type: "close_graph";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  id?: number;
}

/** Write an open graph into the library, under another name if one is given. Answered by saved. */
export interface SaveGraph {
  type: "save_graph";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  to?: string | null;
  overwrite?: boolean;
  id?: number;
}

/**
 * Give up the changes of an open graph that are not saved, for all who have it open, for good.
 *
 * Answered by opened, which goes to all of them; a run that is on goes on.
 */
export interface RevertGraph {
  type: "revert_graph";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  id?: number;
}

/** Give a graph of the library another name. Answered by done. */
export interface RenameGraph {
  type: "rename_graph";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  to: string;
  id?: number;
}

/** Copy a graph of the library or the gallery under another name. Answered by done. */
export interface DuplicateGraph {
  type: "duplicate_graph";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  to: string;
  id?: number;
}

/** Delete a graph of the library. Answered by done. */
export interface DeleteGraph {
  type: "delete_graph";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  id?: number;
}

/** Get an open graph, as it is now, as one file with all the graphs in it. Answered by exported. */
export interface ExportGraph {
  type: "export";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  id?: number;
}

/**
 * Change an open graph, all or nothing, knowing it as of `revision`.
 *
 * Changes that others made since are merged with these unless both touch the same things; then
 * the answer is refused, with the newer revision. Answered by edited, which goes to all who
 * have the graph open.
 */
export interface Edit {
  type: "edit";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  revision: number;
  ops: Op[];
  id?: number;
}

/** What a graph is as a node of an open graph, whose own graphs count first. Answered by described. */
export interface DescribeGraph {
  type: "describe";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  /** Of the graph that is to be a node. */
  name: string;
  id?: number;
}

/** Find all that keeps an open graph from running. Answered by checked. */
export interface CheckGraph {
  type: "check";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  id?: number;
}

/** Run an open graph as it is now: all of it, or what these nodes need. Answered by queued. */
export interface RunGraph {
  type: "run";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  only?: string[];
  /** Before all others that wait. */
  first?: boolean;
  id?: number;
}

/** Stop a run, or all. Answered by done at once; run tells when it has ended. */
export interface CancelRun {
  type: "cancel";
  run?: number | null;
  id?: number;
}

/** Let waiting runs run in this order; those not named come after. Answered by done. */
export interface ReorderRuns {
  type: "reorder";
  runs: number[];
  id?: number;
}

/** Hold a run, or one node of it, at its next preview. Answered by done. */
export interface PauseRun {
  type: "pause";
  run: number;
  node?: string | null;
  id?: number;
}

/** Let a run, or one node of it, go on. Answered by done. */
export interface ResumeRun {
  type: "resume";
  run: number;
  node?: string | null;
  id?: number;
}

/**
 * Stop a run and run its graph as it is now: from where it differs, as what is done is known.
 *
 * Answered by queued, with the number of the new run.
 */
export interface RestartRun {
  type: "restart";
  run: number;
  id?: number;
}

/** Let nodes of these kinds reach files and networks in this graph. Answered by done. */
export interface AllowKinds {
  type: "allow";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  kinds: string[];
  id?: number;
}

/** Get previews of a node, so wide at most; the last one comes at once. Answered by done. */
export interface Watch {
  type: "watch";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  /** A node in a run; outer/inner for one in a graph that is a node. */
  node: string;
  /** Pixels of the longer side. */
  width?: number;
  id?: number;
}

/** Get no more previews of a node. Answered by done. */
export interface Unwatch {
  type: "unwatch";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  /** A node in a run; outer/inner for one in a graph that is a node. */
  node: string;
  id?: number;
}

/**
 * These previews were drawn, and all before them are done with. Not answered, not counted.
 *
 * After two unacknowledged previews of a node the server waits.
 */
export interface Ack {
  type: "ack";
  frames: [string, string, number][];
  id?: number;
}

/**
 * Announce a picture (PNG, JPEG or WebP), or a graph (JSON, or a PNG that carries one).
 *
 * Answered by upload_ready; then come chunks as binary frames, then end_upload.
 */
export interface BeginUpload {
  type: "begin_upload";
  kind: "graph" | "picture";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  name: string;
  size: number;
  /** sha256 in hexadecimal. */
  sha256: string;
  id?: number;
}

/** All chunks are sent. Answered by uploaded. */
export interface EndUpload {
  type: "end_upload";
  upload: number;
  id?: number;
}

/**
 * Get what a node made, full size, as chunks in binary frames and then fetched.
 *
 * `output` is one of the node's outputs, by default the first, and `item` the place of one of
 * its items, if the node runs once for each item of a list or gives a list; without it all items
 * come as one contact sheet. png carries the graph; npy holds float32 as it is.
 */
export interface FetchResult {
  type: "fetch";
  /** 1 to 64 letters, digits, spaces, - and _; the name of a graph or a picture. */
  graph: string;
  /** A node in a run; outer/inner for one in a graph that is a node. */
  node: string;
  output?: string;
  /** A place in a list, from 0; in a list of lists, first that of its list. */
  item?: number[];
  format?: Format;
  id?: number;
}

/** Which runs there were, the latest first. Answered by history. */
export interface GetHistory {
  type: "get_history";
  graph?: string | null;
  limit?: number;
  id?: number;
}

/** The pictures that runs have made and the server has kept, the newest first. Answered by results. */
export interface ListResults {
  type: "list_results";
  graph?: string | null;
  /** Only those with a smaller number. */
  before?: number | null;
  limit?: number;
  id?: number;
}

/**
 * Get a result that is kept. Answered by chunks in binary frames and then fetched.
 *
 * With a width up to THUMBNAIL it comes as a JPEG of that size; else as the PNG, which carries the graph.
 */
export interface GetResult {
  type: "get_result";
  result: number;
  width?: number | null;
  id?: number;
}

/** The graph that made a result, as it was then. Answered by making. */
export interface GetMaking {
  type: "get_making";
  result: number;
  id?: number;
}

/** Delete a result for good. Answered by done; everyone hears result_deleted. */
export interface DeleteResult {
  type: "delete_result";
  result: number;
  id?: number;
}

/** How the server and this connection are. Answered by status. */
export interface GetStatus {
  type: "get_status";
  id?: number;
}

/** Answered by pong. */
export interface Ping {
  type: "ping";
  id?: number;
}

export type AnyRequest =
  | Hello
  | GetCatalogue
  | ListGraphs
  | ListPictures
  | GetPicture
  | GetCover
  | NewGraph
  | OpenGraph
  | CloseGraph
  | SaveGraph
  | RevertGraph
  | RenameGraph
  | DuplicateGraph
  | DeleteGraph
  | ExportGraph
  | Edit
  | DescribeGraph
  | CheckGraph
  | RunGraph
  | CancelRun
  | ReorderRuns
  | PauseRun
  | ResumeRun
  | RestartRun
  | AllowKinds
  | Watch
  | Unwatch
  | Ack
  | BeginUpload
  | EndUpload
  | FetchResult
  | GetHistory
  | ListResults
  | GetResult
  | GetMaking
  | DeleteResult
  | GetStatus
  | Ping;

/** One thing that keeps a graph from running, and where. */
export interface Problem {
  /** A whole sentence, which names the place. */
  text: string;
  node: string;
  /** The input, output or setting. */
  socket: string;
}

/** A type that travels along links. */
export interface PortInfo {
  name: string;
  color: string;
  doc: string;
  /** Nodes that give this type can be watched. */
  previews: boolean;
}

/** Where a link may end. One with a depth takes any number of links, in order. */
export interface InputInfo {
  name: string;
  type: string;
  /** How deep a list it is: 1 for a list, 2 for a list of lists, 0 for one value. */
  depth: number;
  /** It takes or gives any type, the same at all sockets of the node that name this one. */
  generic: boolean;
  optional: boolean;
  live: boolean;
}

/** Where a link may begin. */
export interface OutputInfo {
  name: string;
  type: string;
  /** How deep a list it is: 1 for a list, 2 for a list of lists, 0 for one value. */
  depth: number;
  /** It takes or gives any type, the same at all sockets of the node that name this one. */
  generic: boolean;
}

/** A kind of node. */
export interface NodeInfo {
  id: string;
  version: number;
  category: string;
  doc: string;
  inputs: InputInfo[];
  outputs: OutputInfo[];
  /** A JSON Schema, with x-port, x-widget, x-unit, x-step, x-scale, x-live, x-palette and x-note. */
  settings: Record<string, unknown>;
  streams: boolean;
  touches: ("files" | "network")[];
}

/** A graph that can be opened. */
export interface GraphInfo {
  name: string;
  source: "gallery" | "library" | "unsaved";
  nodes: number;
  /** Seconds since 1970. */
  modified: number;
  /** There is a picture of it; see get_cover. */
  cover: boolean;
  /** The beginning of its first note, at most 300 characters. */
  text: string;
}

/** One run: where it stands. */
export interface RunInfo {
  run: number;
  graph: string;
  revision: number;
  state: RunState;
  only: string[];
  device: string;
  /** Seconds since 1970. */
  queued: number;
  seconds: number;
  problems: Problem[];
  /** Kinds of nodes that have to be allowed first. */
  needs: string[];
  /** Nodes that failed. */
  failed: string[];
  /** Nodes that did not run because of those. */
  skipped: string[];
}

/** A picture that a run has made and the server has kept. */
export interface ResultInfo {
  result: number;
  run: number;
  /** What it is called now, or was when it was deleted. */
  graph: string;
  /** The end of the graph, or the node in only, that it is of. */
  node: string;
  /** Seconds since 1970. */
  made: number;
  /** That the run took. */
  seconds: number;
  width: number;
  height: number;
}

/** One item of a node that runs once for each item of a list. */
export interface ItemReport {
  /** A place in a list, from 0; in a list of lists, first that of its list. */
  index: number[];
  /** What tells it from the others, such as layer relu4_1. */
  label: string;
  step: number;
  total: number;
  measures: Record<string, number | null>;
  error: string;
}

/** How far a node has come that runs once for each item of a list. */
export interface ItemsReport {
  total: number;
  done: number;
  /** Those of the done that were not run again. */
  cached: number;
  failed: number;
  skipped: number;
  /** Those that run; of many, some. */
  on: ItemReport[];
  /** Those that failed; of many, the first. */
  wrong: ItemReport[];
}

/**
 * How far a node has come in the latest run of its graph.
 *
 * Of one that runs once for each item of a list, step and total count items.
 */
export interface NodeReport {
  node: string;
  state: NodeState;
  step: number;
  total: number;
  measures: Record<string, number | null>;
  cached: boolean;
  seconds: number;
  error: string;
  /** A text or number that it made; of a list, the first few. */
  value: string | number | null;
  items: ItemsReport | null;
}

/** A picture that nodes can load. */
export interface PictureInfo {
  /** What it is called in settings. */
  file: string;
}

/** One worker process. */
export interface WorkerInfo {
  device: string;
  state: WorkerState;
  pid: number | null;
  /** The run that it is at. */
  run: number | null;
  /** How the last one ended, or why it cannot begin. */
  text: string;
}

/** How far a running node has come. */
export interface NodeProgress {
  step: number;
  total: number;
  measures: Record<string, number | null>;
  items: ItemsReport | null;
}

/** The token was right. */
export interface Welcome {
  type: "welcome";
  protocol: number;
  version: string;
  /** Of this start of the server; another one after a restart. */
  server: string;
  /** Of the page that is handed out; another one should reload. */
  page: string;
  workers: WorkerInfo[];
  re: number | null;
}

/** It is done. */
export interface Done {
  type: "done";
  re: number | null;
}

/** It was not done, and why; nothing has changed. */
export interface Refused {
  type: "refused";
  text: string;
  /** The newer one, where an edit came too late. */
  revision: number | null;
  re: number | null;
}

/** All kinds of nodes. Before the worker has started for the first time, there are none. */
export interface Catalogue {
  type: "catalogue";
  ready: boolean;
  nodes: NodeInfo[];
  ports: PortInfo[];
  /** Plugins that could not be loaded, and why. */
  failures: Record<string, string>;
  re: number | null;
}

/** All graphs of the library and the gallery; also sent when that changes. */
export interface Graphs {
  type: "graphs";
  graphs: GraphInfo[];
  re: number | null;
}

/** All pictures of the library and the gallery. */
export interface Pictures {
  type: "pictures";
  pictures: PictureInfo[];
  re: number | null;
}

/** A graph and all that is known of its latest run: a snapshot to go on from. */
export interface Opened {
  type: "opened";
  graph: string;
  revision: number;
  content: GraphFile;
  saved: boolean;
  /** When it was last changed, in seconds since 1970; 0 if all changes are saved. */
  changed: number;
  /** Those that are on or wait. */
  runs: RunInfo[];
  /** The latest that has begun, and may have ended. */
  latest: RunInfo | null;
  /** Of the latest run. */
  nodes: NodeReport[];
  /** Why it can only be looked at, if that is so. */
  read_only: string;
  re: number | null;
}

/** A graph that this client had open is gone, or goes by another name now. */
export interface Closed {
  type: "closed";
  graph: string;
  to: string | null;
  re: number | null;
}

/** An open graph is in the library; told to all who have it open. */
export interface Saved {
  type: "saved";
  graph: string;
  revision: number;
  re: number | null;
}

/** An open graph as one file. */
export interface Exported {
  type: "exported";
  graph: string;
  revision: number;
  /** What to write into the file. */
  text: string;
  re: number | null;
}

/** Somebody changed an open graph; it is at `revision` now. */
export interface Edited {
  type: "edited";
  graph: string;
  revision: number;
  ops: Op[];
  re: number | null;
}

/** A graph as a node; it can be placed and linked like the kinds in the catalogue. */
export interface Described {
  type: "described";
  graph: string;
  info: NodeInfo;
  re: number | null;
}

/** All that keeps a graph from running. */
export interface Checked {
  type: "checked";
  graph: string;
  revision: number;
  problems: Problem[];
  re: number | null;
}

/** A run has got its number. */
export interface Queued {
  type: "queued";
  run: number;
  re: number | null;
}

/** A run has come to another state, or another place in the queue. */
export interface Run {
  type: "run";
  info: RunInfo;
  re: number | null;
}

/** The runs that are on or wait, in order. */
export interface Queue {
  type: "queue";
  runs: RunInfo[];
  re: number | null;
}

/** A node has come to another state. */
export interface Node {
  type: "node";
  graph: string;
  run: number;
  info: NodeReport;
  re: number | null;
}

/** How far running nodes have come; only the latest counts, and at most four come a second. */
export interface Progress {
  type: "progress";
  graph: string;
  run: number;
  nodes: Record<string, NodeProgress>;
  re: number | null;
}

/**
 * Live settings of a node were changed in mid-run, and which running nodes have taken them up.
 *
 * If none has, only a restart will show the change.
 */
export interface Tuned {
  type: "tuned";
  graph: string;
  run: number;
  node: string;
  params: Record<string, unknown>;
  reached: string[];
  problem: string;
  re: number | null;
}

/** A worker has come to another state. */
export interface Worker {
  type: "worker";
  info: WorkerInfo;
  re: number | null;
}

/** Send chunks now, in order, with this number. */
export interface UploadReady {
  type: "upload_ready";
  upload: number;
  chunk: number;
  re: number | null;
}

/** An upload is kept. A picture goes by `file` in the settings of nodes, a graph by `graph`. */
export interface Uploaded {
  type: "uploaded";
  file: string;
  graph: string;
  width: number;
  height: number;
  re: number | null;
}

/** All chunks of a result or a picture are sent. */
export interface Fetched {
  type: "fetched";
  size: number;
  /** sha256 in hexadecimal. */
  sha256: string;
  media_type: string;
  name: string;
  re: number | null;
}

/** Runs, the latest first. */
export interface History {
  type: "history";
  runs: RunInfo[];
  re: number | null;
}

/** Results that are kept, the newest first. */
export interface Results {
  type: "results";
  results: ResultInfo[];
  /** There are older ones. */
  more: boolean;
  re: number | null;
}

/** The graph that made a result, as it was then. */
export interface Making {
  type: "making";
  result: number;
  content: GraphFile;
  re: number | null;
}

/** A result of a run is kept; told to everyone. */
export interface ResultKept {
  type: "result_kept";
  info: ResultInfo;
  re: number | null;
}

/** A result is there no more: somebody has deleted it, or newer ones took its room. Told to everyone. */
export interface ResultDeleted {
  type: "result_deleted";
  result: number;
  re: number | null;
}

/** How the server and this connection are. */
export interface Status {
  type: "status";
  workers: WorkerInfo[];
  clients: number;
  /** Control messages that wait for this client. */
  waiting: number;
  /** To this client, by graph and node. */
  sent: Record<string, Record<string, number>>;
  /** Previews it was too slow for. */
  dropped: Record<string, Record<string, number>>;
  queue: RunInfo[];
  re: number | null;
}

/** The server is there. */
export interface Pong {
  type: "pong";
  re: number | null;
}

export type AnyMessage =
  | Welcome
  | Done
  | Refused
  | Catalogue
  | Graphs
  | Pictures
  | Opened
  | Closed
  | Saved
  | Exported
  | Edited
  | Described
  | Checked
  | Queued
  | Run
  | Queue
  | Node
  | Progress
  | Tuned
  | Worker
  | UploadReady
  | Uploaded
  | Fetched
  | History
  | Results
  | Making
  | ResultKept
  | ResultDeleted
  | Status
  | Pong;

/** Of a preview (kind 1): a JPEG of what a node has so far; of a list, a contact sheet. */
export interface Preview {
  graph: string;
  node: string;
  run: number;
  /** A gap means that the client was too slow for some. */
  sequence: number;
  step: number;
  total: number;
  width: number;
  height: number;
  /** Of a contact sheet, whose cells are all of one size. */
  columns: number;
  /** The items in them, row by row; a cell more counts the others. */
  cells: number[][];
}

/** Of a part of an upload (kind 2), from the client. */
export interface UploadChunk {
  upload: number;
  offset: number;
}

/** Of a part of a result or a picture (kind 3). */
export interface ResultChunk {
  re: number;
  offset: number;
}

export type Metadata = Preview | UploadChunk | ResultChunk;

/** The first byte of a binary frame. */
export const KINDS = {
  Preview: 1,
  UploadChunk: 2,
  ResultChunk: 3,
} as const;
