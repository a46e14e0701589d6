// Finding kinds of nodes: by what is typed, and by what fits a link.

import type { NodeInfo } from "../../wire";
import { choosesType, settingsOf, titleOf } from "./kinds";

/** A socket that a kind has to have one for. */
export interface Wanted {
  type: string;
  depth: number;
}

/** Kinds with a socket that takes this, or that gives it. The best first. */
export function fitting(kinds: Iterable<NodeInfo>, wanted: Wanted, gives: boolean): NodeInfo[] {
  const found = [...kinds].map((info) => ({ info, score: gives ? taking(info, wanted) : giving(info, wanted) }));
  return found.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).map(({ info }) => info);
}

/** First inputs before others, exact types before those that take anything. */
function taking(info: NodeInfo, wanted: Wanted): number {
  const scores = info.inputs.map((input, at) => matching(input, at, wanted) - (input.optional ? 0.3 : 0));
  const setting = Object.values(settingsOf(info)).some((schema) => wanted.type && schema["x-port"] === wanted.type);
  return Math.max(0, setting && !choosesType(info) ? 3.5 : 0, ...scores);
}

/** Likewise; those that give it out of nothing before those that have to be given something. */
function giving(info: NodeInfo, wanted: Wanted): number {
  const needs = info.inputs.some(({ optional }) => !optional);
  return Math.max(0, ...info.outputs.map((output, at) => matching(output, at, wanted) - (needs ? 0.2 : 0)));
}

function matching(socket: { type: string; generic: boolean; depth: number }, at: number, { type, depth }: Wanted): number {
  if (type && !socket.generic && socket.type !== type) return -1;
  const exact = type && socket.type === type ? 4 : 2;
  return exact + (at === 0 ? 1 : 0) - 0.5 * Math.abs(socket.depth - depth);
}

/** What can be searched of a kind. */
export interface Searchable {
  title: string;
  category: string;
  doc: string;
  id: string;
}

/** Those that a query fits, the best first; all of them for an empty one. */
export function found<T>(query: string, all: readonly T[], of: (each: T) => Searchable): T[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (!words.length) return [...all];
  return all
    .map((each) => ({ each, score: score(words, of(each)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ each }) => each);
}

export const searchable = (info: NodeInfo): Searchable => ({
  title: titleOf(info.id),
  category: info.category,
  doc: info.doc,
  id: info.id,
});

function score(words: string[], { title, category, doc, id }: Searchable): number {
  const name = folded(title);
  const whole = words.join(" ");
  if (name === whole || folded(id) === whole) return 1000;
  const parts = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const initials = parts.map((part) => part[0]).join("");
  const text = { name, parts, category: folded(category), doc: folded(doc), id: folded(id) };
  let sum = 0;
  for (const word of words) {
    const points = pointsFor(word, initials, text);
    if (!points) return 0;
    sum += points;
  }
  const average = sum / words.length;
  // Of names that fit alike, the shorter is the nearer.
  return average + (name.startsWith(whole) ? 5 : 0) + Math.max(0, 1 - name.length / 100);
}

interface Text {
  name: string;
  parts: string[];
  category: string;
  doc: string;
  id: string;
}

function pointsFor(word: string, initials: string, { name, parts, category, doc, id }: Text): number {
  if (parts.includes(word)) return 95;
  if (parts[0]?.startsWith(word)) return 90;
  if (parts.some((part) => part.startsWith(word))) return 80;
  if (word.length > 1 && initials === word) return 78;
  if (word.length > 1 && initials.startsWith(word)) return 70;
  if (name.includes(word) || name.replaceAll(" ", "").includes(word)) return 60;
  if (id.includes(word)) return 50;
  if (category.split(/\s+/).some((part) => part.startsWith(word))) return 40;
  if (word.length > 1 && doc.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word))) return 20;
  return 0;
}

/** Without case and accents. */
const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
