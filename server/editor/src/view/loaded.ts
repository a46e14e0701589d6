// A picture in full size, fetched from the server, as something that an <img> can show.

import { useEffect, useState } from "react";

import { fetchResult } from "../state/library";
import { server } from "../state/server";
import { get, type Picture, useEditor } from "../state/store";
import { keyOf, reportOf, sourceOf } from "./picture";
import type { Size } from "./zoom";

export interface Loaded {
  url: string | null;
  blob: Blob | null;
  size: Size | null;
  /** Why there is none. */
  error: string;
  busy: boolean;
}

const NOT_LOADED: Loaded = { url: null, blob: null, size: null, error: "", busy: false };

/** Fetch what a node made, or a result, as the PNG that carries its graph. */
export function fetchWhole(picture: Picture): Promise<Blob> {
  const source = sourceOf(get(), picture);
  if (source.of === "result") return fetchResult(source.result);
  const { graph, node, item } = source;
  return server().fetch({ type: "fetch", graph, node, format: "png", ...(item ? { item } : {}) });
}

/** The full-size picture: a result at once, what a node made as soon as it is done. */
export function useLoaded(picture: Picture | null): Loaded {
  const [loaded, setLoaded] = useState<{ key: string; it: Loaded }>({ key: "", it: NOT_LOADED });
  const stamp = useEditor((state) => stampOf(state, picture));
  const key = picture ? keyOf(picture) : "";
  const failed = loaded.key === key && loaded.it.error !== "";
  const attempt = useAttempts(failed);
  useEffect(() => {
    if (!picture || !stamp) return;
    return load(picture, (it) => setLoaded((before) => ({ key, it: { ...(before.key === key ? before.it : NOT_LOADED), ...it } })));
  }, [key, stamp, attempt]); // the key tells all of the picture
  if (!picture || !stamp) return NOT_LOADED;
  return loaded.key === key ? loaded.it : { ...NOT_LOADED, busy: true };
}

/** A number that grows when the connection comes back after something has failed. */
function useAttempts(failed: boolean): number {
  const [attempt, setAttempt] = useState(0);
  const online = useEditor(({ connection }) => connection === "open");
  useEffect(() => {
    if (online && failed) setAttempt((number) => number + 1);
  }, [online]); // a failure alone is no reason to ask again
  return attempt;
}

/** Differs when there may be something else to fetch; "" while there is nothing. */
function stampOf(state: Parameters<typeof reportOf>[0], picture: Picture | null): string {
  if (!picture) return "";
  if (picture.of === "result") return "result";
  const doc = state.docs[picture.graph];
  const report = reportOf(state, picture);
  if (!doc || !report) return "";
  const over = report.state === "done" || report.state === "failed";
  if (over) return `${doc.run} ${report.state}`;
  const items = doc.progress[picture.node]?.items ?? report.items;
  return picture.item && items ? `${doc.run} ${items.done}` : "";
}

function load(picture: Picture, told: (loaded: Partial<Loaded>) => void): () => void {
  let wanted = true;
  let url = "";
  told({ busy: true });
  fetchWhole(picture)
    .then(async (blob) => {
      const made = URL.createObjectURL(blob);
      const size = await sizeOf(made).catch(() => null);
      if (!wanted || !size) {
        URL.revokeObjectURL(made);
        if (wanted) told({ busy: false, error: "the server sent a picture that cannot be read" });
        return;
      }
      url = made;
      told({ url, blob, size, error: "", busy: false });
    })
    .catch((error: unknown) => {
      if (wanted) told({ error: error instanceof Error ? error.message : String(error), busy: false });
    });
  return () => {
    wanted = false;
    if (url) setTimeout(() => URL.revokeObjectURL(url), 1000); // the next one is shown first
  };
}

async function sizeOf(url: string): Promise<Size> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return { width: image.naturalWidth, height: image.naturalHeight };
}
