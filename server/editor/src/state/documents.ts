// Open graphs: edits are shown at once, sent, and kept until the server has confirmed them.

import type { Edited, Op, Opened } from "../../wire";
import { applied, appliedAll, type Content, contentOf, inverses, Misfit } from "../graph/content";
import { difference } from "../graph/difference";
import { replayed } from "../graph/replay";
import { Lost, Refusal } from "../wire/connection";
import { forget, kept, left } from "./leftover";
import { tell, trouble } from "./notices";
import { server } from "./server";
import { type Batch, type Doc, get, set, type Step } from "./store";

const TOGETHER = 1000; // ms between changes that are one step of undo
const RECENT = 10_000; // ms after which the server has surely written what it confirmed
const STEPS = 200;
const LONGEST = 40_000; // characters of the operations in a message; the server takes 64 KiB

/** Change a document in the store; `change` gives what differs. */
export function update(name: string, change: (doc: Doc) => Partial<Doc>): void {
  set(({ docs }) => {
    const doc = docs[name];
    return doc ? { docs: { ...docs, [name]: { ...doc, ...change(doc) } } } : {};
  });
}

/** What an edit is called, and which edits are one step with it. */
export interface How {
  label: string;
  /** Edits of one group overwrite each other, such as those of one slider. */
  group?: string;
}

/** Change the graph that is on the canvas. Says why not, and gives false, if it cannot be. */
export function edit(name: string, ops: Op[], { label, group = "" }: How): boolean {
  const doc = get().docs[name];
  if (!doc || !ops.length) return false;
  if (doc.readOnly) {
    trouble(doc.readOnly);
    return false;
  }
  try {
    const step = { label, undo: inverses(doc.content, ops), redo: ops, group, at: Date.now() };
    update(name, ({ undo }) => ({ undo: noted(undo, step), redo: [] }));
    push(name, { ops, sent: false, group });
    return true;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    trouble(error);
    return false;
  }
}

function noted(steps: Step[], step: Step): Step[] {
  const before = steps.at(-1);
  const one = before && step.group && before.group === step.group && step.at - before.at < TOGETHER;
  if (!one) return [...steps.slice(1 - STEPS), step];
  return [...steps.slice(0, -1), { ...step, undo: before.undo }];
}

/** A slider was let go: what follows is another step. */
export function endGroup(name: string): void {
  update(name, ({ undo }) => ({ undo: undo.map((step) => (step.group ? { ...step, group: "" } : step)) }));
}

/** Take the last step back, or do the last that was taken back again. */
export function travel(name: string, way: "undo" | "redo"): void {
  const doc = get().docs[name];
  const step = doc?.[way].at(-1);
  if (!doc || !step) return tell(`there is nothing to ${way}`);
  const other = way === "undo" ? "redo" : "undo";
  update(name, (doc) => ({ [way]: doc[way].slice(0, -1) }));
  const ops = step[way];
  try {
    const back = inverses(doc.content, ops);
    update(name, (doc) => ({ [other]: [...doc[other], { ...step, [other]: back, group: "" }] }));
    push(name, { ops, sent: false, group: "" });
    tell(`${way === "undo" ? "took back" : "did again"}: ${step.label}`);
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    trouble(`${step.label} cannot be ${way === "undo" ? "taken back" : "done again"}: ${error.message}`);
  }
}

function push(name: string, batch: Batch): void {
  for (const ops of portions(batch.ops)) {
    update(name, ({ content, pending }) => ({
      content: appliedAll(content, ops),
      pending: queued(pending, { ...batch, ops }),
      saved: false,
      changed: Date.now() / 1000,
    }));
  }
  left(get().docs[name]);
  flush(name);
}

/** Of what waits unsent, a later change of a slider takes the place of an earlier one. */
function queued(pending: Batch[], batch: Batch): Batch[] {
  const before = pending.at(-1);
  const instead = before && !before.sent && batch.group && before.group === batch.group;
  return [...(instead ? pending.slice(0, -1) : pending), batch];
}

/** Operations in portions that fit into messages. */
function portions(ops: Op[]): Op[][] {
  if (JSON.stringify(ops).length < LONGEST) return [ops];
  const made: Op[][] = [[]];
  let size = 0;
  for (const op of ops) {
    const length = JSON.stringify(op).length;
    if (size + length > LONGEST && made.at(-1)!.length) {
      made.push([]);
      size = 0;
    }
    made.at(-1)!.push(op);
    size += length;
  }
  return made;
}

/** Send what has not been sent. */
function flush(name: string): void {
  const doc = get().docs[name];
  if (!doc || !server().open) return;
  for (const batch of doc.pending) if (!batch.sent) void send(doc, batch);
}

async function send(doc: Doc, batch: Batch): Promise<void> {
  batch.sent = true; // batches are known by identity
  try {
    const request = { type: "edit", graph: doc.name, revision: doc.revision, ops: batch.ops } as const;
    confirm(await server().ask(request, "edited"), batch);
  } catch (error) {
    if (error instanceof Lost) batch.sent = false;
    else if (error instanceof Refusal) await refused(doc.name, batch, error);
    else throw error;
  }
}

function confirm({ graph, revision }: Edited, batch: Batch): void {
  const now = Date.now();
  update(graph, (doc) => ({
    revision,
    base: appliedAll(doc.base, batch.ops),
    pending: doc.pending.filter((each) => each !== batch),
    recent: [...doc.recent.filter(({ at }) => now - at < RECENT), { ops: batch.ops, at: now, before: doc.base }],
  }));
  left(get().docs[graph]);
}

/** The server has not taken an edit: it is taken out, and the newest graph is fetched. */
async function refused(name: string, batch: Batch, refusal: Refusal): Promise<void> {
  trouble(refusal);
  update(name, (doc) => ({
    pending: doc.pending.filter((each) => each !== batch),
    undo: doc.undo.filter((step) => step.redo !== batch.ops),
  }));
  await reopen(name);
}

/** Somebody else has changed a graph. */
export function heard({ graph, revision, ops }: Edited): void {
  const doc = get().docs[graph];
  if (!doc) return;
  if (revision !== doc.revision + 1) return void reopen(graph).catch(trouble);
  try {
    const base = appliedAll(doc.base, ops);
    update(graph, () => ({ ...rebuilt(base, doc.pending), base, revision, saved: false }));
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    void reopen(graph).catch(trouble);
  }
}

/** The content with what is pending, as far as it fits. */
function rebuilt(base: Content, pending: Batch[]): Pick<Doc, "content"> {
  let content = base;
  for (const { ops } of pending)
    for (const op of ops)
      try {
        content = applied(content, op);
      } catch (error) {
        if (!(error instanceof Misfit)) throw error; // the server will refuse it, and say why
      }
  return { content };
}

/** Get a graph as it is, and hear of it from now on. */
export async function open(name: string): Promise<Doc> {
  return taken(await server().ask({ type: "open_graph", graph: name }, "opened"));
}

const reopen = async (name: string): Promise<void> => void (await open(name));

/**
 * Open a graph again after the connection came back.
 *
 * One that a server was killed with before it had written it is begun anew, with all that is known here.
 */
export async function regain(name: string): Promise<void> {
  const before = get().docs[name];
  try {
    await open(name);
  } catch (error) {
    if (!before || !(error instanceof Refusal) || before.server === get().server) throw error;
    set(({ docs: { [name]: _, ...docs } }) => ({ docs }));
    const begun = await server().ask({ type: "new_graph", graph: name }, "opened");
    forget(name); // what was shown has all those edits
    taken(begun);
    edit(name, difference(contentOf({}), before.content), { label: "bring back what was not written" });
  }
}

/** Take a snapshot in; edits that the server does not have are sent to it again. */
export function taken(opened: Opened): Doc {
  const name = opened.graph;
  const before = get().docs[name];
  const base = contentOf(opened.content);
  const unsure = kept(name, before);
  const { ops, conflicts } = unsure ? replayed(unsure.base, base, unsure.ops) : { ops: [], conflicts: [] };
  const again = ops.length ? portions(ops).map((ops): Batch => ({ ops, sent: false, group: "" })) : [];
  const pending = [...(before?.pending.filter(({ sent }) => sent) ?? []), ...again];
  const doc: Doc = { ...facts(opened), base, pending, ...rebuilt(base, pending), ...steps(before) };
  if (pending.length) doc.saved = false;
  set(({ docs }) => ({ docs: { ...docs, [name]: doc } }));
  for (const conflict of conflicts) tell(`${name}: ${conflict}`, "trouble");
  flush(name);
  return doc;
}

const steps = (before: Doc | undefined): Pick<Doc, "undo" | "redo"> => ({
  undo: before?.undo ?? [],
  redo: before?.redo ?? [],
});

function facts(opened: Opened): Omit<Doc, "base" | "pending" | "content" | "undo" | "redo"> {
  return {
    name: opened.graph,
    server: get().server,
    revision: opened.revision,
    recent: [],
    saved: opened.saved,
    changed: opened.changed,
    readOnly: opened.read_only,
    run: opened.latest?.run ?? 0,
    latest: opened.runs.at(-1) ?? opened.latest,
    reports: Object.fromEntries(opened.nodes.map((report) => [report.node, report])),
    progress: {},
    problems: [],
  };
}
