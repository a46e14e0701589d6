// What graphs and nodes may be called. The server has the last word.

import type { GraphInfo } from "../../wire";

const LONGEST = 64;
const BYTES = 200;
const GRAPH = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_ -]*$/u;
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[0-9¹²³])$/i; // whatever their suffix is, on Windows
const NODE = /^[^./\u0000-\u001f]{1,100}$/;

/** A name in the way in which it is kept. */
export const tidy = (name: string): string => name.normalize("NFC").trim();

/** Why a graph cannot be called so; "" if it can. */
export function graphMisnamed(name: string): string {
  if (!name) return "";
  if ([...name].length > LONGEST) return `the name has ${[...name].length} characters; use at most ${LONGEST}`;
  if (/^[ -]/.test(name)) return `a name cannot begin with ${name[0] === "-" ? "-" : "a space"}; begin with a letter or a digit`;
  const wrong = [...name].find((character) => !GRAPH.test(`a${character}`));
  if (wrong) return `a name cannot have ${wrong} in it; use letters, digits, spaces, - and _`;
  if (!GRAPH.test(name)) return "a name begins with a letter, a digit or _";
  if (new TextEncoder().encode(name).length > BYTES) return `the name is too long for a file; shorten it`;
  if (DEVICE.test(name)) return `${name} is kept for a device on Windows; choose another name`;
  return "";
}

/** Some disks hold these for one name. */
const alike = (a: string, b: string): boolean => a.normalize("NFC").toLowerCase() === b.normalize("NFC").toLowerCase();

/** The graph that goes by a name, or by one that some disk holds for the same. */
export const graphCalled = (graphs: GraphInfo[], name: string): GraphInfo | undefined =>
  graphs.find((info) => info.name === name) ?? graphs.find((info) => alike(info.name, name));

/** Why a graph cannot get this name as its own; "" if it can. */
export function graphNameTaken(graphs: GraphInfo[], name: string, own = ""): string {
  const there = graphCalled(
    graphs.filter((info) => info.name !== own),
    name,
  );
  if (!there) return "";
  return there.source === "gallery"
    ? `the gallery has a graph ${there.name}; choose another name`
    : `there is a graph ${there.name} already; choose another name`;
}

/** Why a node cannot be called so; "" if it can. */
export function nodeMisnamed(nodes: Record<string, unknown>, name: string, own = ""): string {
  if (!name) return "";
  if (name.length > 100) return `the name has ${name.length} characters; use at most 100`;
  const wrong = /[./]/.exec(name);
  if (wrong) return `a node's name cannot have ${wrong[0]} in it; use other characters`;
  if (!NODE.test(name)) return "a node's name is one line of text; take out what is none";
  if (name !== own && name in nodes) return `there is a node ${name} already; choose another name`;
  return "";
}
