// A picture of the whole graph, drawn anew: what the canvas shows cannot be read back from the page.

import { measured } from "../actions/sizes";
import { nodeOf, portOf } from "../graph/content";
import { startAt, titleOf } from "../graph/kinds";
import { download } from "../state/library";
import { tell, trouble } from "../state/notices";
import { get, kindsIn, shownIn } from "../state/store";
import { colorOf } from "./sockets";

const MARGIN = 40;
const LARGEST = 8000; // pixels of the longer side
const SIZE = { width: 208, height: 80 };

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Save the graph on the canvas as a PNG, at double size if that is not too large. */
export async function savePicture(): Promise<void> {
  const { content, name, root } = shownIn(get());
  const boxes = boxesOf();
  if (!boxes.size) return tell("there is nothing to draw");
  const whole = around([...boxes.values()]);
  const scale = Math.min(2, LARGEST / Math.max(whole.width, whole.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.ceil(whole.width * scale), Math.ceil(whole.height * scale)];
  const pen = canvas.getContext("2d")!;
  pen.scale(scale, scale);
  pen.translate(-whole.x, -whole.y);
  pen.fillStyle = color("--ground");
  pen.fillRect(whole.x, whole.y, whole.width, whole.height);
  content.frames.forEach((frame, index) => drawFrame(pen, boxes.get(`/frame/${index}`)!, frame.title));
  content.notes.forEach((note, index) => drawNote(pen, boxes.get(`/note/${index}`)!, note.text));
  for (const [start, end] of content.links) drawLink(pen, boxes, start, end);
  for (const node of Object.keys(content.nodes)) drawNode(pen, boxes.get(node)!, node);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) return trouble("the picture is too large to be made; lay the graph out more tightly");
  download(blob, `${name || root} graph.png`);
}

const color = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function boxesOf(): Map<string, Box> {
  const { content } = shownIn(get());
  const box = (id: string, [x, y]: readonly [number, number], size = measured.get(id) ?? SIZE): [string, Box] => [id, { x, y, ...size }];
  return new Map([
    ...Object.keys(content.nodes).map((node) => box(node, content.layout[node] ?? [0, 0])),
    ...content.frames.map(({ position, size: [width, height] }, index) => box(`/frame/${index}`, position, { width, height })),
    ...content.notes.map(({ position = [0, 0] }, index) => box(`/note/${index}`, position)),
  ]);
}

function around(boxes: Box[]): Box {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)) - MARGIN, Math.min(...boxes.map((box) => box.y)) - MARGIN];
  const right = Math.max(...boxes.map((box) => box.x + box.width)) + MARGIN;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN;
  return { x, y, width: right - x, height: bottom - y };
}

function panel(pen: CanvasRenderingContext2D, box: Box, fill: string, line: string): void {
  pen.beginPath();
  pen.roundRect(box.x, box.y, box.width, box.height, 8);
  pen.fillStyle = fill;
  pen.fill();
  pen.strokeStyle = line;
  pen.lineWidth = 1;
  pen.stroke();
}

function write(pen: CanvasRenderingContext2D, text: string, x: number, y: number, width: number, font: string, fill: string): void {
  pen.font = font;
  pen.fillStyle = fill;
  let shown = text;
  while (shown.length > 1 && pen.measureText(shown).width > width) shown = `${shown.slice(0, -2)}…`;
  pen.fillText(shown, x, y);
}

function drawFrame(pen: CanvasRenderingContext2D, box: Box, title: string): void {
  panel(pen, box, color("--panel"), color("--edge"));
  write(pen, title, box.x + 10, box.y + 20, box.width - 20, "600 13px system-ui", color("--text"));
}

function drawNote(pen: CanvasRenderingContext2D, box: Box, text: string): void {
  panel(pen, box, color("--panel"), color("--accent"));
  let line = "";
  let y = box.y + 22;
  pen.font = "13px system-ui";
  for (const word of `${text} `.split(/\s+/)) {
    if (line && (pen.measureText(`${line} ${word}`).width > box.width - 20 || !word)) {
      write(pen, line, box.x + 10, y, box.width - 20, "13px system-ui", color("--text"));
      y += 19;
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
}

/** Where a socket is on the page tells where it is in its node. */
function socketAt(boxes: Map<string, Box>, socket: string, side: "source" | "target"): [number, number] {
  const node = nodeOf(socket);
  const box = boxes.get(node)!;
  const card = document.querySelector(`.react-flow__node[data-id="${CSS.escape(node)}"]`);
  const handle = card?.querySelector(`.${side}[data-handleid="${CSS.escape(portOf(socket))}"]`);
  const x = side === "source" ? box.x + box.width : box.x;
  if (!card || !handle) return [x, box.y + box.height / 2];
  const [outer, inner] = [card.getBoundingClientRect(), handle.getBoundingClientRect()];
  return [x, box.y + ((inner.top + inner.height / 2 - outer.top) / outer.height) * box.height];
}

function drawLink(pen: CanvasRenderingContext2D, boxes: Map<string, Box>, start: string, end: string): void {
  if (!boxes.has(nodeOf(start)) || !boxes.has(nodeOf(end))) return;
  const [x1, y1] = socketAt(boxes, start, "source");
  const [x2, y2] = socketAt(boxes, end, "target");
  const bend = Math.max(40, Math.abs(x2 - x1) / 2);
  const kinds = kindsIn(get());
  const type = startAt(kinds, shownIn(get()).content, start)?.type ?? "";
  const shade = colorOf(kinds, type);
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  pen.strokeStyle = shade.startsWith("#") ? shade : color("--muted");
  pen.lineWidth = 2.5;
  pen.stroke();
}

function drawNode(pen: CanvasRenderingContext2D, box: Box, node: string): void {
  const { content } = shownIn(get());
  panel(pen, box, color("--raised"), color("--line"));
  write(pen, node, box.x + 10, box.y + 20, box.width - 20, "600 13px system-ui", color("--text"));
  const title = titleOf(content.nodes[node]!.kind);
  write(pen, title, box.x + 10, box.y + 35, box.width - 20, "11px system-ui", color("--muted"));
  const card = document.querySelector(`.react-flow__node[data-id="${CSS.escape(node)}"]`);
  const preview = card?.querySelector<HTMLCanvasElement>("canvas.preview");
  if (!card || !preview || preview.width < 2) return;
  const [outer, frame] = [card.getBoundingClientRect(), preview.getBoundingClientRect()];
  const ratio = box.width / outer.width;
  const [w, h] = [frame.width * ratio, frame.height * ratio];
  const fit = Math.min(w / preview.width, h / preview.height);
  const [pw, ph] = [preview.width * fit, preview.height * fit];
  const [x, y] = [box.x + (frame.left - outer.left) * ratio, box.y + (frame.top - outer.top) * ratio];
  pen.drawImage(preview, x + (w - pw) / 2, y + (h - ph) / 2, pw, ph);
}
