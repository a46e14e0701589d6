// Pictures that can be viewed: what they are called, and which others there are.

import type { NodeReport, ResultInfo } from "../../wire";
import { nodeOf, own } from "../graph/content";
import { infoOf, shows, startsOf } from "../graph/kinds";
import { linkedTo } from "../graph/wiring";
import { type Dialog, type Editor, kindsIn, type Picture, set, shownIn } from "../state/store";

export const keyOf = (picture: Picture): string =>
  picture.of === "result" ? `result ${picture.result}` : JSON.stringify([picture.graph, picture.node, picture.item ?? []]);

export const samePicture = (a: Picture | null, b: Picture | null): boolean =>
  (a && keyOf(a)) === (b && keyOf(b));

/** The place of an item as people count: 2, or 1.3 in a list of lists. */
export const placeOf = (item: readonly number[]): string => item.map((number) => number + 1).join(".");

export const view = (left: Picture, right: Picture | null = null): void =>
  set({ dialog: { kind: "view", left, right } satisfies Dialog });

export const closeViewer = (): void => set({ dialog: null });

export function titleOf(picture: Picture, results: readonly ResultInfo[]): string {
  if (picture.of === "node") return picture.node + (picture.item ? `, item ${placeOf(picture.item)}` : "");
  const info = results.find(({ result }) => result === picture.result);
  return info ? resultTitle(info) : `result ${picture.result}`;
}

export const resultTitle = ({ run, node }: ResultInfo): string => `${node} · run ${run}`;

/** What the file is called when it is kept. */
export function fileNameOf(picture: Picture, results: readonly ResultInfo[]): string {
  const words = picture.of === "node" ? [picture.graph, picture.node, placeOf(picture.item ?? [])] : resultWords(picture.result, results);
  const name = words.filter(Boolean).join(" ").replace(/[^\p{L}\p{N} _.-]+/gu, " ");
  return `${name.replace(/\s+/g, "_")}.png`;
}

function resultWords(result: number, results: readonly ResultInfo[]): string[] {
  const info = results.find((each) => each.result === result);
  return info ? [info.graph, info.node, `run ${info.run}`] : [`result ${result}`];
}

/** What is known of the node of a picture in the latest run. */
export const reportOf = (state: Editor, picture: Picture | null): NodeReport | undefined =>
  picture?.of === "node" ? own(own(state.docs, picture.graph)?.reports ?? {}, picture.node) : undefined;

/**
 * The picture to fetch in full size: of a node that shows what it is given, such as SaveImage, the one that
 * gives it.
 */
export function sourceOf(state: Editor, picture: Picture): Picture {
  if (picture.of === "result") return picture;
  const { root, prefix, content } = shownIn(state);
  const kinds = kindsIn(state);
  const node = picture.node.slice(prefix.length);
  const info = infoOf(kinds, content, node);
  if (picture.graph !== root || !picture.node.startsWith(prefix) || !info) return picture;
  if (info.outputs[0] && kinds.ports.get(startsOf(kinds, content, node)[0]!.type)?.previews) return picture;
  const input = info.inputs.find(({ type }) => type === "Image");
  const start = input && linkedTo(content, `${node}.${input.name}`)[0];
  return start ? { ...picture, node: prefix + nodeOf(start) } : picture;
}

/** The node whose previews show what a node shows. */
export function liveNode(state: Editor, picture: Picture & { of: "node" }): string {
  const source = sourceOf(state, picture);
  return source.of === "node" ? source.node : picture.node;
}

/** The nodes on the canvas that show pictures and have run, as the run calls them. */
export function picturedNodes(state: Editor): string[] {
  const { root, prefix, content } = shownIn(state);
  const kinds = kindsIn(state);
  const reports = own(state.docs, root)?.reports ?? {};
  return Object.keys(content.nodes)
    .filter((node) => Object.hasOwn(reports, prefix + node) && shows(kinds, content, node))
    .map((node) => prefix + node);
}
