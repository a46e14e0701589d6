// What is dropped on the canvas: nodes of the palette, pictures, and graph files.

import { useMemo } from "react";

import { place } from "../actions/placing";
import type { Link } from "../graph/content";
import { keepPicture, takeGraphFile } from "../state/library";
import { trouble } from "../state/notices";
import { get, shownIn } from "../state/store";
import { toFlow } from "./viewport";

export const KIND = "application/x-capriccio-kind";
const PICTURE = /^image\/(png|jpeg|webp)$/;
const PNG_KEY = "capriccio-graph"; // the text chunk in which a PNG carries its graph

/** The link beneath a point of the screen, if there is one. */
export function linkUnder(x: number, y: number, besides = ""): Link | null {
  const lines = document.elementsFromPoint(x, y).map((element) => element.closest(".react-flow__edge"));
  const id = lines.find(Boolean)?.getAttribute("data-id");
  const { links } = shownIn(get()).content;
  const at = (socket: string) => socket.startsWith(`${besides}.`);
  return links.find((link) => link.join("/") === id && !(besides && link.some(at))) ?? null;
}

export function useDrops(light: (link: string) => void) {
  return useMemo(
    () => ({
      onDragOver(event: React.DragEvent) {
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        const isNode = event.dataTransfer.types.includes(KIND);
        light(isNode ? (linkUnder(event.clientX, event.clientY)?.join("/") ?? "") : "");
      },
      onDragLeave: () => light(""),
      onDrop(event: React.DragEvent) {
        event.preventDefault();
        light("");
        const at = toFlow(event.clientX, event.clientY);
        const kind = event.dataTransfer.getData(KIND);
        if (kind) place(kind, at, null, linkUnder(event.clientX, event.clientY));
        else void takeFiles([...event.dataTransfer.files], at);
      },
    }),
    [light],
  );
}

/** Graph files are opened; pictures become nodes that load them. */
export async function takeFiles(files: File[], at: [number, number]): Promise<void> {
  for (const [index, file] of files.entries()) {
    if (/\.json$/i.test(file.name) || (file.type === "image/png" && (await carriesGraph(file)))) await takeGraphFile(file);
    else if (PICTURE.test(file.type)) await takePicture(file, [at[0] + 30 * index, at[1] + 30 * index]);
    else trouble(`${file.name} is neither a graph (JSON, or PNG that carries one) nor a PNG, JPEG or WebP picture`);
  }
}

async function carriesGraph(file: File): Promise<boolean> {
  const start = await file.slice(0, 4_000_000).arrayBuffer();
  return new TextDecoder("latin1").decode(start).includes(PNG_KEY);
}

async function takePicture(file: File, at: [number, number]): Promise<void> {
  try {
    const kept = await keepPicture(file.name || "pasted", file);
    place("capriccio.LoadImage", at, null, null, { file: kept });
  } catch (error) {
    trouble(error);
  }
}
