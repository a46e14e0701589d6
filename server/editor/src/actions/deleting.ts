// Removing what is selected.

import type { Op } from "../../wire";
import { removing, removingMarked } from "../graph/removal";
import { withoutLinks } from "../graph/wiring";
import { say } from "../state/notices";
import { get, set } from "../state/store";
import { change, here } from "./here";

/** Remove the selected nodes, links, frames and notes in one step. Wires through the nodes are kept where types allow. */
export function removeSelected(): boolean {
  const { selection, marked, links } = get();
  return removeThese(selection, marked, links);
}

export function removeThese(nodes: readonly string[], marked: readonly string[] = [], links: readonly string[] = []): boolean {
  const { kinds, content } = here();
  const known = nodes.filter((node) => Object.hasOwn(content.nodes, node));
  const cut = content.links.filter((link) => links.includes(link.join("/")));
  const unlinked = cut.map(([start, end]): Op => ({ op: "unlink", start, end }));
  const left = withoutLinks(content, cut);
  const ops = [...unlinked, ...removing(kinds, left, known), ...removingMarked(content, marked)];
  if (!ops.length) return false;
  const what = called(known, cut.length);
  if (!change(ops, `remove ${what}`)) return false;
  set(({ selection }) => ({ selection: selection.filter((node) => !known.includes(node)), marked: [], links: [] }));
  say(`removed ${what}`);
  return true;
}

function called(nodes: string[], links: number): string {
  if (nodes.length) return nodes.length === 1 ? nodes[0]! : `${nodes.length} nodes`;
  if (links) return links === 1 ? "a link" : `${links} links`;
  return "frames and notes";
}
