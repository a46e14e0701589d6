// Previews go from the socket to canvases, past React. What is on the screen is watched, at the
// size at which it is seen.

import type { Preview } from "../../wire";
import { Allowance } from "../wire/allowance";
import { decoded } from "../wire/decoding";
import { server } from "./server";
import { get, set } from "./store";

/** A canvas that shows a node. */
export interface Sink {
  canvas: HTMLCanvasElement;
  /** Device pixels of the longer side; who changes it says `sized`. */
  width: number;
  /** A new picture is on the canvas. */
  shown?(facts: Preview): void;
}

interface Frame {
  facts: Preview;
  data: Uint8Array<ArrayBuffer>;
}

interface Watched {
  graph: string;
  node: string;
  sinks: Set<Sink>;
  /** The width that the server was asked for; 0 for none. */
  told: number;
  /** The newest picture. */
  last: Frame | null;
  /** Canvases that do not show it yet. */
  behind: Set<Sink>;
  drawing: boolean;
  timer: number;
}

const GRACE = 400; // ms that a node is still watched which has left the screen
const PATIENCE = 1500; // ms after which a node is watched at a smaller size
const UNSEEN = 10_000; // ms after which a page that nobody sees watches nothing
const TOGETHER = 8; // ms in which pictures come that are acknowledged together
const SIZES = [128, 256, 512, 1024, 2048, 4096, 8192]; // those that the server makes
const MOST = 490; // nodes; the server lets a page watch 500
const ACKS = 400; // in one message; the server takes 500
const AGAIN = 50; // ms until more may be asked for

const watched = new Map<string, Watched>();
const changed = new Set<Watched>(); // that the server has to be told of
const allowance = new Allowance(100, 250); // half of what the server bears: edits go the same way
let told = 0;
let pumping = 0;
let asleep = false;
let acks: [string, string, number][] = [];
let arrived = 0;
let counting = 0;

/** Show a node on a canvas, until the function that is given back is called. */
export function watch(graph: string, node: string, sink: Sink): () => void {
  const key = `${graph}/${node}`;
  const entry = watched.get(key) ?? begun(graph, node);
  watched.set(key, entry);
  entry.sinks.add(sink);
  if (entry.last) show(entry, [sink]);
  settle(entry);
  counting ||= window.setInterval(count, 1000);
  return () => {
    entry.sinks.delete(sink);
    entry.behind.delete(sink);
    sink.canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(null);
    settle(entry);
  };
}

const begun = (graph: string, node: string): Watched => ({
  graph, node, sinks: new Set(), told: 0, last: null, behind: new Set(), drawing: false, timer: 0,
});

/** A canvas of a node is seen at another size. */
export function sized(graph: string, node: string): void {
  const entry = watched.get(`${graph}/${node}`);
  if (entry) settle(entry);
}

/** After the connection came back. */
export function rewatch(): void {
  told = 0;
  acks = [];
  for (const entry of watched.values()) {
    entry.told = 0;
    settle(entry);
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return void setTimeout(() => document.hidden && sleep(true), UNSEEN);
  sleep(false);
  for (const entry of watched.values()) draw(entry);
});

function sleep(still: boolean): void {
  asleep = still;
  for (const entry of watched.values()) settle(entry);
}

/** The width that the largest canvas of a node needs; 0 for none. */
function wanted({ sinks }: Watched): number {
  if (asleep) return 0;
  let most = 0;
  for (const { width } of sinks) most = Math.max(most, width);
  return most && (SIZES.find((size) => size >= most) ?? SIZES.at(-1)!);
}

/** Tell the server what is wanted: more at once, less when it has been so for a while. */
function settle(entry: Watched): void {
  const width = wanted(entry);
  clearTimeout(entry.timer);
  entry.timer = 0;
  if (width > entry.told || asleep) tell(entry);
  else if (width < entry.told || !width) entry.timer = window.setTimeout(tell, width ? PATIENCE : GRACE, entry);
}

function tell(entry: Watched): void {
  changed.add(entry);
  pump();
}

function pump(): void {
  clearTimeout(pumping);
  pumping = 0;
  if (!server().open) return; // rewatch comes when it is
  for (const entry of changed) {
    const width = wanted(entry);
    if (width !== entry.told && isOpen(entry)) {
      if (!entry.told && told >= MOST) continue;
      if (!allowance.spend()) return void (pumping = window.setTimeout(pump, AGAIN));
      ask(entry, width);
    } else if (!isOpen(entry)) note(entry, 0);
    changed.delete(entry);
    if (!entry.sinks.size) forget(entry);
  }
}

/** The server forgets by itself who watches a graph that is closed. */
const isOpen = ({ graph }: Watched): boolean => !!get().docs[graph];

function ask(entry: Watched, width: number): void {
  const { graph, node } = entry;
  note(entry, width);
  const request = width ? ({ type: "watch", graph, node, width } as const) : ({ type: "unwatch", graph, node } as const);
  server().ask(request, "done").catch(() => {
    if (entry.told === width) note(entry, 0); // the node is new, or gone; who draws it asks again
  });
}

function note(entry: Watched, width: number): void {
  told += Number(width > 0) - Number(entry.told > 0);
  entry.told = width;
}

function forget(entry: Watched): void {
  const key = `${entry.graph}/${entry.node}`;
  if (watched.get(key) === entry) watched.delete(key);
  if (watched.size) return;
  clearInterval(counting);
  counting = 0;
  set({ rate: 0 });
}

function count(): void {
  const rate = arrived;
  arrived = 0;
  set((state) => (state.rate === rate ? state : { rate }));
}

/** A preview has arrived. It is drawn if no newer one comes meanwhile, and acknowledged then. */
export function preview(facts: Preview, data: Uint8Array<ArrayBuffer>): void {
  arrived += 1;
  const entry = watched.get(`${facts.graph}/${facts.node}`);
  if (!entry) return acknowledge(facts);
  entry.last = { facts, data };
  show(entry, entry.sinks);
}

function acknowledge({ graph, node, sequence }: Preview): void {
  if (!acks.length) setTimeout(acknowledged, TOGETHER);
  acks.push([graph, node, sequence]);
  if (acks.length >= ACKS) acknowledged();
}

function acknowledged(): void {
  if (acks.length) server().say({ type: "ack", frames: acks });
  acks = [];
}

function show(entry: Watched, sinks: Iterable<Sink>): void {
  for (const sink of sinks) entry.behind.add(sink);
  draw(entry);
}

/** Bring the newest picture to the canvases that do not show it; what comes meanwhile is the next. */
function draw(entry: Watched): void {
  if (entry.drawing || !entry.behind.size || !entry.last || document.hidden) return;
  const sinks = [...entry.behind];
  const { last } = entry;
  entry.behind.clear();
  entry.drawing = true;
  void drawn(entry, last, sinks).finally(() => {
    entry.drawing = false;
    acknowledge(last.facts); // only now: a page that is slow gets fewer pictures, and no old ones
    draw(entry);
  });
}

async function drawn(entry: Watched, { facts, data }: Frame, sinks: Sink[]): Promise<void> {
  const bitmaps = (await decoded(data, sinks.length)) ?? [];
  for (const [index, bitmap] of bitmaps.entries()) {
    const sink = sinks[index]!;
    if (entry.sinks.has(sink)) put(sink, bitmap, facts);
    else bitmap.close();
  }
}

function put({ canvas, shown }: Sink, bitmap: ImageBitmap, facts: Preview): void {
  const { width, height } = bitmap;
  if (canvas.width !== width) canvas.width = width; // the page gives the canvas its shape by these
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("bitmaprenderer")!.transferFromImageBitmap(bitmap);
  shown?.(facts);
}
