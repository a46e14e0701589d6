// Which pictures come before and after one, and which it can be compared with.

import { get, type Picture, useEditor, useShallow } from "../state/store";
import { keyOf, picturedNodes, placeOf, resultTitle, samePicture } from "./picture";
import type { Sheet } from "./sheet";

export interface Candidate {
  picture: Picture;
  label: string;
}

export interface Group {
  label: string;
  candidates: Candidate[];
}

const RECENT = 60;

/** The pictures that a picture is one of: results as in the strip, items of a list, nodes of the graph. */
function siblings(picture: Picture, sheet: Sheet | null): Picture[] {
  if (picture.of === "result") return get().results.map(({ result }) => ({ of: "result", result }));
  if (picture.item) return (sheet?.cells ?? []).map((item) => ({ ...picture, item }));
  return picturedNodes(get()).map((node) => ({ of: "node", graph: picture.graph, node }));
}

export function neighbour(picture: Picture, sheet: Sheet | null, by: -1 | 1): Picture | undefined {
  const all = siblings(picture, sheet);
  const at = all.findIndex((each) => samePicture(each, picture));
  return at < 0 ? undefined : all[at + by];
}

/** All that a picture can be compared with. */
export function useCandidates(picture: Picture, sheet: Sheet | null): Group[] {
  const nodes = useEditor(useShallow(picturedNodes));
  const root = useEditor(({ root }) => root);
  const results = useEditor(({ results }) => results);
  const groups: Group[] = [
    { label: "Items", candidates: picture.of === "node" ? items(picture, sheet) : [] },
    { label: `Nodes of ${root}`, candidates: nodes.map((node) => ({ picture: { of: "node", graph: root, node }, label: node })) },
    {
      label: "Results",
      candidates: results.slice(0, RECENT).map((info) => ({
        picture: { of: "result", result: info.result },
        label: `${resultTitle(info)}${info.graph === root ? "" : ` · ${info.graph}`}`,
      })),
    },
  ];
  return groups
    .map((group) => ({ ...group, candidates: group.candidates.filter((each) => !samePicture(each.picture, picture)) }))
    .filter(({ candidates }) => candidates.length);
}

const items = (picture: Picture & { of: "node" }, sheet: Sheet | null): Candidate[] =>
  (sheet?.cells ?? []).map((item) => ({ picture: { ...picture, item }, label: `item ${placeOf(item)}` }));

export const candidateAt = (groups: readonly Group[], key: string): Picture | null =>
  groups.flatMap(({ candidates }) => candidates).find(({ picture }) => keyOf(picture) === key)?.picture ?? null;
