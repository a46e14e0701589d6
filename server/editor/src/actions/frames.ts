// Frames and notes on the canvas.

import type { FileFrame, FileNote } from "../../wire";
import { bounds, boxesOf } from "../graph/boxes";
import type { Position } from "../graph/content";
import { FRAME, frameBox, frameRound, markedOf, markOf, movingFrame, NOTE, noteBox, resizing } from "../graph/frames";
import { say } from "../state/notices";
import { get, set } from "../state/store";
import { change, here } from "./here";
import { sizeOf } from "./sizes";

/** A frame round what is selected; with nothing selected, at a place, or in the middle of the graph. */
export function addFrame(at?: Position): void {
  const { content } = here();
  const { selection, marked } = get();
  const notes = markedOf(marked, "note").flatMap((index) => content.notes[index] ?? []);
  const frames = markedOf(marked, "frame").flatMap((index) => content.frames[index] ?? []);
  const inside = [...boxesOf(content, selection, sizeOf), ...notes.map(noteBox), ...frames.map(frameBox)];
  const frame = inside.length ? frameRound(inside, "Frame") : emptyFrame(at ?? middle());
  // A frame round others lies beneath them.
  if (!change([{ op: "frames", frames: [frame, ...content.frames] }], "add a frame")) return;
  set({ selection: [], marked: [markOf("frame", 0)], links: [] });
  say(inside.length ? `a frame is round ${inside.length} of the graph's parts` : "a frame is placed");
}

const emptyFrame = ([x, y]: Position): FileFrame => ({
  title: "Frame",
  position: [Math.round(x - FRAME.width / 2), Math.round(y - FRAME.height / 2)],
  size: [FRAME.width, FRAME.height],
});

function middle(): Position {
  const { content } = here();
  const all = bounds(boxesOf(content, Object.keys(content.nodes), sizeOf));
  return [all.x + all.width / 2, all.y + all.height / 2];
}

export function addNote([x, y]: Position, text = ""): void {
  const { content } = here();
  const note: FileNote = { text, position: [Math.round(x), Math.round(y)], size: [NOTE.width, NOTE.height] };
  if (!change([{ op: "notes", notes: [...content.notes, note] }], "add a note")) return;
  set({ selection: [], marked: [markOf("note", content.notes.length)], links: [] });
  say("a note is placed");
}

export function changeFrame(index: number, changed: Partial<FileFrame>): void {
  const { content } = here();
  if (!content.frames[index]) return;
  const frames = content.frames.map((frame, at) => (at === index ? { ...frame, ...changed } : frame));
  change([{ op: "frames", frames }], changed.title === undefined ? "resize a frame" : "rename a frame");
}

export function changeNote(index: number, changed: Partial<FileNote>): void {
  const { content } = here();
  if (!content.notes[index]) return;
  const notes = content.notes.map((note, at) => (at === index ? { ...note, ...changed } : note));
  change([{ op: "notes", notes }], changed.text === undefined ? "resize a note" : "write a note");
}

/** Make the selected frames and notes larger, or smaller; changes that follow each other quickly are one step. */
export function resize(by: Position): boolean {
  const { content } = here();
  const { marked } = get();
  const ops = resizing(content, marked, by);
  return ops.length > 0 && change(ops, "resize", `resize:${marked.join("/")}`);
}

/** Move a frame, and all that lies in it, in one step. */
export function moveFrame(index: number, position: Position): void {
  const ops = movingFrame(here().content, index, position, sizeOf);
  if (ops.length) change(ops, "move a frame");
}
