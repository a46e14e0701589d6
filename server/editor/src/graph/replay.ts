// Edits that the server may or may not have: which of them to send again, and which no longer fit.

import type { FileNode, Op } from "../../wire";
import { alike, type Content, Draft, Misfit, own } from "./content";

export interface Replay {
  ops: Op[];
  /** A sentence for each edit that no longer fits. */
  conflicts: string[];
}

const MOST = 200_000; // nodes times operations that are compared to find how far the server got

/**
 * What of these edits has to be sent, where the server has `theirs` now.
 *
 * `base` is the graph that they were made to; what others made of it since is left as it is.
 */
export function replayed(base: Content, theirs: Content, ops: readonly Op[]): Replay {
  const done = reached(base, theirs, ops);
  const ours: Ours = { base, before: stage(base, ops.slice(0, done)), ops, done };
  const draft = new Draft(theirs);
  const kept: Op[] = [];
  const conflicts = new Set<string>();
  ops.forEach((op, at) => {
    if (at < done || holds(draft.content, op)) return;
    const conflict = overtaken(ours, at, draft.content) || attempted(draft, op);
    if (conflict) conflicts.add(conflict);
    else kept.push(op);
  });
  return { ops: kept, conflicts: [...conflicts] };
}

/** What is ours: the graph that we had, all that we did, how much of it the server has, and what that made. */
interface Ours {
  base: Content;
  before: Content;
  ops: readonly Op[];
  done: number;
}

/** Do an operation; the sentence, with nothing changed, if it does not fit. */
function attempted(draft: Draft, op: Op): string {
  try {
    draft.change(op);
    return "";
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return error.message;
  }
}

/** The graph after those of the operations that fit. */
function stage(base: Content, ops: readonly Op[]): Content {
  const draft = new Draft(base);
  for (const op of ops) attempted(draft, op);
  return draft.content;
}

/**
 * How many of the operations the server has: it takes them in order, so that is where what is
 * left to make its graph of ours is least. In doubt fewer, as what it has is not sent twice.
 */
function reached(base: Content, theirs: Content, ops: readonly Op[]): number {
  const nodes = Object.keys(theirs.nodes).length + 1;
  const stride = Math.ceil((nodes * (ops.length + 1)) / MOST);
  const draft = new Draft(base);
  let [best, least] = [0, distance(base, theirs)];
  ops.forEach((op, at) => {
    attempted(draft, op);
    if ((at + 1) % stride && at + 1 < ops.length) return;
    const far = distance(draft.content, theirs);
    if (far < least) [best, least] = [at + 1, far];
  });
  return best;
}

/** How much differs. */
function distance(a: Content, b: Content): number {
  let sum = 0;
  for (const name of new Set([...Object.keys(a.nodes), ...Object.keys(b.nodes)]))
    sum += nodesApart(own(a.nodes, name), own(b.nodes, name)) + Number(!alike(own(a.layout, name), own(b.layout, name)));
  sum += setsApart(a.links.map(linkKey), b.links.map(linkKey)) + setsApart(a.collapsed, b.collapsed);
  sum += setsApart(Object.entries(a.exposed).map(linkKey), Object.entries(b.exposed).map(linkKey));
  return sum + Number(!alike(a.links, b.links)) / 2 + Number(!alike(a.notes, b.notes)) + Number(!alike(a.frames, b.frames));
}

const linkKey = (pair: readonly string[]): string => pair.join("\n");

function nodesApart(a: FileNode | undefined, b: FileNode | undefined): number {
  if (!a || !b) return a || b ? 1 : 0;
  const [one, other] = [a.params ?? {}, b.params ?? {}];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const apart = keys.filter((key) => !alike(own(one, key), own(other, key))).length;
  return apart + Number(a.kind !== b.kind) + Number((a.mode ?? "on") !== (b.mode ?? "on"));
}

function setsApart(a: readonly string[], b: readonly string[]): number {
  const [one, other] = [new Set(a), new Set(b)];
  return a.filter((each) => !other.has(each)).length + b.filter((each) => !one.has(each)).length;
}

const keysOf = (op: Op & { op: "set" }): string[] => [...Object.keys(op.params ?? {}), ...(op.reset ?? [])];

/** Whether the graph is already as the operation would make it. */
function holds(graph: Content, op: Op): boolean {
  switch (op.op) {
    case "add":
      return own(graph.nodes, op.node)?.kind === op.kind;
    case "remove":
      return !Object.hasOwn(graph.nodes, op.node);
    case "rename":
      return !Object.hasOwn(graph.nodes, op.node) && Object.hasOwn(graph.nodes, op.to);
    case "move":
      return alike(own(graph.layout, op.node), op.position) && Object.hasOwn(graph.nodes, op.node);
    case "link":
      return graph.links.some(([start, end]) => start === op.start && end === op.end);
    case "unlink":
      return !graph.links.some(([start, end]) => start === op.start && end === op.end);
    case "set": {
      const params = own(graph.nodes, op.node)?.params ?? {};
      return Object.hasOwn(graph.nodes, op.node) && keysOf(op).every((key) => alike(own(params, key), own(op.params ?? {}, key)));
    }
    case "expose":
      return (own(graph.exposed, op.name) ?? null) === (op.socket ?? null);
    case "mute":
    case "bypass":
      return (own(graph.nodes, op.node)?.mode === op.op) === (op.on ?? true) && Object.hasOwn(graph.nodes, op.node);
    case "collapse":
      return graph.collapsed.includes(op.node) === (op.on ?? true) && Object.hasOwn(graph.nodes, op.node);
    case "notes":
      return alike(graph.notes, op.notes);
    case "frames":
      return alike(graph.frames, op.frames);
  }
}

/** Why something stays as somebody else has made it meanwhile, if somebody has. */
function overtaken(ours: Ours, at: number, theirs: Content): string {
  const op = ours.ops[at]!;
  switch (op.op) {
    case "set":
      return setMeanwhile(ours, at, theirs, op);
    case "link":
      return linkedMeanwhile(ours, at, theirs, op);
    case "notes":
      return written(ours, "notes").some((notes) => alike(notes, theirs.notes)) ? "" : TAKEN("notes");
    case "frames":
      return written(ours, "frames").some((frames) => alike(frames, theirs.frames)) ? "" : TAKEN("frames");
    default:
      return "";
  }
}

const TAKEN = (what: string): string => `the ${what} were changed by somebody else; yours are not kept`;

/** The notes, or the frames, as they were and as we have made them. */
function written(ours: Ours, what: "notes" | "frames"): unknown[] {
  return [ours.before[what], ...ours.ops.flatMap((op) => (op.op === what ? [(op as unknown as Content)[what]] : []))];
}

function setMeanwhile(ours: Ours, at: number, theirs: Content, op: Op & { op: "set" }): string {
  const [was, is] = [own(ours.before.nodes, op.node), own(theirs.nodes, op.node)];
  if (!was || !is || ours.ops.slice(ours.done, at).some((each) => names(each, op.node))) return "";
  const same = ours.ops.filter((each) => each.op === "set" && each.node === op.node) as (Op & { op: "set" })[];
  for (const key of keysOf(op)) {
    const now = own(is.params ?? {}, key);
    const mine = same.filter((each) => keysOf(each).includes(key)).map((each) => own(each.params ?? {}, key));
    if ([own(was.params ?? {}, key), ...mine].some((value) => alike(value, now))) continue;
    const wanted = own(op.params ?? {}, key) ?? "default";
    return `${op.node}.${key} is ${JSON.stringify(now ?? "default")} now, set by somebody else; yours was ${JSON.stringify(wanted)}`;
  }
  return "";
}

/** Whether another node goes by a name after an operation. */
const names = (op: Op, node: string): boolean =>
  ((op.op === "add" || op.op === "remove" || op.op === "rename") && op.node === node) || (op.op === "rename" && op.to === node);

/** We replaced a link, and what stands there now is neither the old one nor one of ours. */
function linkedMeanwhile(ours: Ours, at: number, theirs: Content, { start, end }: Op & { op: "link" }): string {
  const last = ours.ops[at - 1];
  if (last?.op !== "unlink" || last.end !== end || last.start === start) return "";
  const known = (from: string) =>
    ours.base.links.some((link) => link[0] === from && link[1] === end) ||
    ours.ops.some((op) => op.op === "link" && op.start === from && op.end === end);
  const other = theirs.links.find((link) => link[1] === end && !known(link[0]));
  const few = ours.base.links.filter((link) => link[1] === end).length < 2; // else it takes many
  return other && few ? `${end} is linked to ${other[0]} now, by somebody else; yours was ${start}` : "";
}
