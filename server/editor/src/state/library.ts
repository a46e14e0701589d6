// Graphs by name: opening, saving, taking in files, giving them out.

import type { ResultInfo } from "../../wire";
import { type Content, contentOf } from "../graph/content";
import { difference } from "../graph/difference";
import { edit, open, taken, update } from "./documents";
import { describeAll } from "./inner";
import { tell, trouble } from "./notices";
import { server } from "./server";
import { docIn, get, rootIn, set } from "./store";

const KEY = "capriccio.graph";

/** Open a graph on the canvas, or say why that cannot be. Nothing in it is run. */
export async function goTo(name: string): Promise<void> {
  if (!name) return set({ root: "", path: [], selection: [], marked: [], dialog: null });
  await show(name).catch(trouble);
}

/** Open a graph on the canvas; throws the server's sentence. */
export async function show(name: string): Promise<void> {
  const before = Object.keys(get().docs).filter((each) => each !== name);
  if (!get().docs[name]) await open(name);
  set({ root: name, path: [], selection: [], marked: [], dialog: null, search: null });
  sessionStorage.setItem(KEY, name);
  for (const each of before) close(each);
  describeAll();
}

/** The graph that this tab had open before it was loaded anew, or none. */
export const lastGraph = (): string => sessionStorage.getItem(KEY) ?? "";

function close(name: string): void {
  if (get().docs[name]?.pending.length) return; // they are still on their way
  set(({ docs: { [name]: _, ...docs } }) => ({ docs }));
  void server().ask({ type: "close_graph", graph: name }, "done").catch(() => undefined);
}

/** A name for a new graph that nothing goes by. */
export function freeGraphName(wanted = "untitled"): string {
  const taken = new Set(get().graphs.map(({ name }) => name.toLowerCase()));
  const base = wanted.replace(/[^\p{L}\p{N}_ -]/gu, " ").trim().slice(0, 56) || "untitled";
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base} ${number}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

export async function startNew(name = freeGraphName()): Promise<void> {
  try {
    taken(await server().ask({ type: "new_graph", graph: name }, "opened"));
    await goTo(name);
  } catch (error) {
    trouble(error);
  }
}

/** A copy of a gallery graph, to be changed and saved as one's own. */
export async function startFrom(template: string): Promise<void> {
  const name = freeGraphName(template);
  try {
    await server().ask({ type: "duplicate_graph", graph: template, to: name }, "done");
    await goTo(name);
  } catch (error) {
    trouble(error);
  }
}

/** Write the graph on the canvas into the library. */
export async function save(): Promise<void> {
  const doc = docIn(get());
  if (!doc) return tell("there is nothing to save", "trouble");
  try {
    await server().ask({ type: "save_graph", graph: doc.name, overwrite: true }, "saved");
    update(doc.name, ({ pending }) => (pending.length ? {} : { saved: true, changed: 0 }));
    tell(`saved ${doc.name}`);
  } catch (error) {
    trouble(error);
  }
}

/** Write a copy under another name and go on with that; throws the server's sentence. */
export async function saveAs(to: string, overwrite = false): Promise<void> {
  const doc = docIn(get());
  if (!doc) return;
  await server().ask({ type: "save_graph", graph: doc.name, to, overwrite }, "saved");
  tell(`saved as ${to}`);
  await goTo(to);
}

/** Give up what is not saved. */
export async function revert(name: string): Promise<void> {
  try {
    taken(await server().ask({ type: "revert_graph", graph: name }, "opened"));
    update(name, () => ({ undo: [], redo: [] }));
    tell(`${name} is as it was saved`);
  } catch (error) {
    trouble(error);
  }
}

/** Take in files: graphs (JSON, or PNG that carry one) are opened; gives names of the pictures. */
export async function takeGraphFile(file: File): Promise<boolean> {
  const stem = file.name.replace(/\.[^.]*$/, "");
  try {
    const { graph } = await server().upload("graph", freeGraphName(stem), file);
    await goTo(graph);
    return true;
  } catch (error) {
    trouble(error);
    return false;
  }
}

/** Keep a picture on the server; gives what settings call it. */
export async function keepPicture(name: string, data: Blob): Promise<string> {
  const stem = name.replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}_ -]/gu, " ").trim().slice(0, 60);
  const { file } = await server().upload("picture", stem || "picture", data);
  set(({ pictures }) => ({ pictures: [...new Set([...pictures, file])] }));
  return file;
}

export const fetchPicture = (file: string, width?: number, signal?: AbortSignal): Promise<Blob> =>
  server().fetch({ type: "get_picture", file, width: width ?? null }, signal);

export const fetchCover = (graph: string, signal?: AbortSignal): Promise<Blob> =>
  server().fetch({ type: "get_cover", graph }, signal);

export const fetchResult = (result: number, width?: number, signal?: AbortSignal): Promise<Blob> =>
  server().fetch({ type: "get_result", result, width: width ?? null }, signal);

/** The graph that made a result. */
export async function makingOf(result: number): Promise<Content> {
  const { content } = await server().ask({ type: "get_making", result }, "making");
  return contentOf(content);
}

/** Make the graph what it was when a result was made; one step of undo. */
export async function restore(info: ResultInfo): Promise<void> {
  try {
    if (get().root !== info.graph) await goTo(info.graph);
    const doc = rootIn(get());
    if (!doc || doc.name !== info.graph) return;
    const ops = difference(doc.content, await makingOf(info.result));
    if (!ops.length) return tell("the graph is as it was then");
    if (edit(doc.name, ops, { label: `restore run ${info.run}` })) tell(`${info.graph} is as it was in run ${info.run}`);
  } catch (error) {
    trouble(error);
  }
}

/** Get older results: once, or until there are some of this graph. */
export async function moreResults(graph?: string): Promise<void> {
  try {
    for (let found = false; !found && get().moreResults; ) {
      const before = get().results.at(-1)?.result ?? null;
      const { results, more } = await server().ask({ type: "list_results", before }, "results");
      set((state) => ({ results: [...state.results, ...results], moreResults: more }));
      found = !graph || results.some((info) => info.graph === graph);
    }
  } catch (error) {
    trouble(error);
  }
}

export function deleteResult(result: number): void {
  void server().ask({ type: "delete_result", result }, "done").catch(trouble);
}

/** Write the graph, and all graphs in it, into one file of the person's own. */
export async function share(): Promise<void> {
  const doc = docIn(get());
  if (!doc) return;
  try {
    const { text } = await server().ask({ type: "export", graph: doc.name }, "exported");
    download(new Blob([text], { type: "application/json" }), `${doc.name}.json`);
  } catch (error) {
    trouble(error);
  }
}

/** Let the browser keep a file. */
export function download(data: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
