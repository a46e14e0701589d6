// One of the pictures in the viewer, with what is known of it.

import { useState } from "react";

import type { Preview } from "../../wire";
import { type Picture, useEditor } from "../state/store";
import { type Loaded, useLoaded } from "./loaded";
import { keyOf, titleOf } from "./picture";
import type { Size } from "./zoom";

/** A picture, what has been fetched of it, and its size as far as that is known. */
export interface Part {
  picture: Picture;
  loaded: Loaded;
  size: Size | null;
  title: string;
  onFrame(facts: Preview): void;
}

export function usePart(picture: Picture | null): Part | null {
  const loaded = useLoaded(picture);
  const results = useEditor(({ results }) => results);
  const key = picture ? keyOf(picture) : "";
  const [seen, setSeen] = useState<{ key: string; size: Size } | null>(null);
  if (!picture) return null;
  const info = picture.of === "result" ? results.find(({ result }) => result === picture.result) : undefined;
  const size = loaded.size ?? (seen?.key === key ? seen.size : null) ?? (info?.width ? { width: info.width, height: info.height } : null);
  const onFrame = ({ width, height }: Preview) =>
    setSeen((before) => (before?.key === key && before.size.width === width && before.size.height === height ? before : { key, size: { width, height } }));
  return { picture, loaded, size, title: titleOf(picture, results), onFrame };
}
