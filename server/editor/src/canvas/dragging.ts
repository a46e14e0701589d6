// Dragging nodes: one step of undo each, splicing into links, and copies by Alt.

import type { Node, OnNodeDrag } from "@xyflow/react";
import { useMemo, useRef } from "react";

import { duplicateFor } from "../actions/clipboard";
import { moveFrame } from "../actions/frames";
import { spliceInto } from "../actions/placing";
import { type Position } from "../graph/content";
import { edit } from "../state/documents";
import { get, set, shownIn } from "../state/store";
import { isMark } from "./elements";
import { linkUnder } from "./drops";
import type { Elements } from "./flow";

export function useDragging({ light }: Elements) {
  const copying = useRef(false);
  return useMemo(() => {
    const start: OnNodeDrag = (event) => {
      copying.current = event.altKey;
    };
    const drag: OnNodeDrag = (event, node) => light(splices(node) ? idUnder(event, node) : "");
    const stop: OnNodeDrag = (event, node, nodes) => {
      light("");
      const places = Object.fromEntries(nodes.map((each) => [each.id, rounded(each)]));
      if (copying.current || event.altKey) return copy(places);
      const link = splices(node) ? linkUnder(...pointOf(event), node.id) : null;
      const moved = { op: "move", node: node.id, position: places[node.id]! } as const;
      if (!link || !spliceInto(node.id, link, [moved])) move(places);
    };
    return { onNodeDragStart: start, onNodeDrag: drag, onNodeDragStop: stop }; // these hear of selections too
  }, [light]);
}

const rounded = ({ position }: Node): Position => [Math.round(position.x), Math.round(position.y)];

/** Put the originals back, and copies where these were dropped. */
function copy(places: Record<string, Position>): void {
  const names = Object.keys(places).filter((id) => !isMark(id));
  set(({ selection }) => ({ selection: [...selection] })); // the canvas takes the store's positions again
  duplicateFor(names, names.map((name) => places[name]!));
}

/** A frame takes what is in it along. */
function move(places: Record<string, Position>): void {
  const { name, content } = shownIn(get());
  const ids = Object.keys(places);
  if (ids.length === 1 && ids[0]!.startsWith("/frame/"))
    return moveFrame(Number(ids[0]!.split("/")[2]), places[ids[0]!]!);
  const at = (id: string, index: number, position: Position): Position => places[`/${id}/${index}`] ?? position;
  const notes = content.notes.map((note, index) => ({ ...note, position: at("note", index, note.position ?? [0, 0]) }));
  const frames = content.frames.map((frame, index) => ({ ...frame, position: at("frame", index, frame.position) }));
  const nodes = ids.filter((id) => !isMark(id) && content.nodes[id]);
  edit(
    name,
    [
      ...nodes.map((node) => ({ op: "move", node, position: places[node]! }) as const),
      ...(ids.some((id) => id.startsWith("/note/")) ? [{ op: "notes", notes } as const] : []),
      ...(ids.some((id) => id.startsWith("/frame/")) ? [{ op: "frames", frames } as const] : []),
    ],
    { label: nodes.length === 1 ? `move ${nodes[0]}` : "move" },
  );
}

/** Only a node without links is spliced into one: others are just passing. */
function splices({ id }: Node): boolean {
  const { content } = shownIn(get());
  const { selection } = get();
  if (isMark(id) || selection.length > 1) return false;
  return !content.links.some(([start, end]) => start.startsWith(`${id}.`) || end.startsWith(`${id}.`));
}

function pointOf(event: MouseEvent | TouchEvent): [number, number] {
  const at = "changedTouches" in event ? event.changedTouches[0]! : event;
  return [at.clientX, at.clientY];
}

function idUnder(event: MouseEvent | TouchEvent, node: Node): string {
  const link = linkUnder(...pointOf(event), node.id);
  return link ? link.join("/") : "";
}
