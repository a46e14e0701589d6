// Operations that draw links, each input's in the wanted order.

import type { Op } from "../../wire";
import { appliedAll, type Content, type Link, nodeOf } from "./content";
import { type End, endAt, endsOf, type Kinds, objection, type Start, startAt, startsOf } from "./kinds";

/** What is linked to an input or a setting, in order. */
export const linkedTo = (graph: Content, end: string): string[] =>
  graph.links.filter((link) => link[1] === end).map(([start]) => start);

/** Operations after which exactly these are linked to an input, in this order. */
export function wired(graph: Content, end: string, starts: readonly string[]): Op[] {
  const before = linkedTo(graph, end);
  const wanted = [...new Set(starts)];
  let kept = 0;
  while (kept < before.length && before[kept] === wanted[kept]) kept += 1;
  // Links that are only taken away leave the order of the others.
  const left = before.filter((start) => wanted.includes(start));
  if (left.length === wanted.length && left.every((start, at) => start === wanted[at])) kept = before.length;
  return [
    ...before.filter((start, at) => at >= kept || !wanted.includes(start)).map((start): Op => ({ op: "unlink", start, end })),
    ...wanted.slice(Math.min(kept, wanted.length)).map((start): Op => ({ op: "link", start, end })),
  ];
}

/** What a new link takes the place of: the link that an input has which takes no more than one. */
function replacedBy(kinds: Kinds, graph: Content, start: string, end: string): Link[] {
  const taker = endAt(kinds, graph, end);
  if (!taker || taker.many) return [];
  return linkedTo(graph, end).filter((each) => each !== start).map((each) => [each, end]);
}

export function withoutLinks(graph: Content, gone: readonly Link[]): Content {
  const lost = ([start, end]: Link) => gone.some((link) => link[0] === start && link[1] === end);
  return gone.length ? { ...graph, links: graph.links.filter((link) => !lost(link)) } : graph;
}

/** Why a link cannot be drawn, as a sentence; "" if it can. A link that it would replace is no reason. */
export function hindrance(kinds: Kinds, graph: Content, start: string, end: string): string {
  const left = withoutLinks(graph, replacedBy(kinds, graph, start, end));
  return objection(kinds, left, start, end) || consequence(kinds, left, start, end);
}

/** What goes out of a node that passes things on must still fit where it goes, once it is linked. */
function consequence(kinds: Kinds, graph: Content, start: string, end: string): string {
  const node = nodeOf(end);
  const after: Content = { ...graph, links: [...graph.links, [start, end]] };
  for (const [from, to] of graph.links) {
    if (nodeOf(from) !== node) continue;
    const [given, taken] = [startAt(kinds, after, from)?.type, endAt(kinds, after, to)?.type];
    const [gave, took] = [startAt(kinds, graph, from)?.type, endAt(kinds, graph, to)?.type];
    if (given && taken && given !== taken && !(gave && took && gave !== took))
      return `${start} to ${end} would make ${from} give ${given}, but ${to} takes ${taken}`;
  }
  return "";
}

/** Operations that draw a link; an input that takes one only loses the one that it had. */
export function linking(kinds: Kinds, graph: Content, start: string, end: string): Op[] {
  const gone = replacedBy(kinds, graph, start, end).map(([start, end]): Op => ({ op: "unlink", start, end }));
  return [...gone, { op: "link", start, end }];
}

/** Operations that put one link in the place of another; a sentence if that cannot be. */
export function relinking(kinds: Kinds, graph: Content, old: Link, start: string, end: string): Op[] | string {
  if (old[0] === start && old[1] === end) return [];
  const left = withoutLinks(graph, [old]);
  const why = hindrance(kinds, left, start, end);
  if (why) return why;
  if (old[1] === end) {
    const starts = linkedTo(graph, end).map((each) => (each === old[0] ? start : each));
    if (endAt(kinds, graph, end)?.many ?? true) return wired(graph, end, starts);
  }
  return [{ op: "unlink", start: old[0], end: old[1] }, ...linking(kinds, left, start, end)];
}

/** How well two sockets go together: 2 of one type, 1 where one takes any, 0 not at all. */
const match = (given: string, taken: string): number => (given && given === taken ? 2 : given && taken ? 0 : 1);

/** Where on a node a link from this output would end best: at a free input, at a setting of its type. */
export function endFor(kinds: Kinds, graph: Content, start: string, node: string): string {
  const given = startAt(kinds, graph, start)?.type ?? "";
  const free = (end: End) => end.many || !linkedTo(graph, `${node}.${end.name}`).length;
  const score = (end: End) =>
    !free(end) ? 0 : end.setting ? (given && given === end.type ? 1.5 : 0) : match(given, end.type);
  return best(endsOf(kinds, graph, node), score, ({ name }) => {
    const end = `${node}.${name}`;
    return hindrance(kinds, graph, start, end) ? "" : end;
  });
}

/** Which output of a node would best be linked to this input. */
export function startFor(kinds: Kinds, graph: Content, end: string, node: string): string {
  const taken = endAt(kinds, graph, end)?.type ?? "";
  const score = ({ type }: Start) => match(type, taken);
  return best(startsOf(kinds, graph, node), score, ({ name }) => {
    const start = `${node}.${name}`;
    return hindrance(kinds, graph, start, end) ? "" : start;
  });
}

/** The first that can be had of those that score best; "" if none can. */
function best<T>(all: readonly T[], score: (each: T) => number, had: (each: T) => string): string {
  const ranked = all.map((each) => ({ each, score: score(each) })).filter(({ score }) => score > 0);
  for (const { each } of ranked.sort((a, b) => b.score - a.score)) {
    const found = had(each);
    if (found) return found;
  }
  return "";
}

/** Operations that lead a link through a node; none if it does not fit there. */
export function splicing(kinds: Kinds, graph: Content, node: string, [start, end]: Link): Op[] {
  if (!graph.links.some((link) => link[0] === start && link[1] === end)) return [];
  if (nodeOf(start) === node || nodeOf(end) === node) return [];
  const cut: Op = { op: "unlink", start, end };
  const without = withoutLinks(graph, [[start, end]]);
  const into = endFor(kinds, without, start, node);
  if (!into) return [];
  const first: Op[] = [cut, ...linking(kinds, without, start, into)];
  const between = appliedAll(graph, first);
  const out = startFor(kinds, between, end, node);
  if (!out) return [];
  const starts = linkedTo(graph, end).map((each) => (each === start ? out : each));
  return [...first, ...wired(between, end, starts)];
}
