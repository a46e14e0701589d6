// What a painting begins with: the picture beneath, and the file that is painted on.

import { useEffect, useState } from "react";
import { type Pictures, usePictures } from "../widgets/contract";
import { sentence } from "../widgets/thumbnail";
import { Easel, toGreys, toOpaque } from "./easel";
import { decoded, opened, paintingSize, type Size } from "./file";

export type Kind = "mask" | "labels";

export interface Sources {
  easel: Easel;
  beneath: ImageBitmap | null;
  /** Whether the size is up to the person, as neither a picture nor a file gives one. */
  free: boolean;
  /** What could not be had. */
  wrong: string | null;
}

const EMPTY: Size = { width: 512, height: 512 };

/** Loads once, when the painter opens; null until then. */
export function useSources(kind: Kind, file: string | null, ground: number): Sources | null {
  const pictures = usePictures();
  const [sources, setSources] = useState<Sources | null>(null);
  useEffect(() => {
    let wanted = true;
    let beneath: ImageBitmap | null = null;
    void load(pictures, kind, file, ground).then((loaded) => {
      beneath = loaded.beneath;
      if (wanted) setSources(loaded);
      else beneath?.close();
    });
    return () => {
      wanted = false;
      beneath?.close();
    };
    // What comes later, such as a new frame beneath, must not take away what is being painted.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return sources;
}

async function load(pictures: Pictures, kind: Kind, file: string | null, ground: number): Promise<Sources> {
  const wrong: string[] = [];
  const tell = (what: string) => (error: unknown) => {
    wrong.push(`${what}: ${sentence(error)}`);
    return null;
  };
  const [beneath, painted] = await Promise.all([
    below(pictures).catch(tell("The picture beneath cannot be shown")),
    file === null ? null : pictures.fetch(file).catch(tell(`${file} cannot be opened, so this begins anew`)),
  ]);
  const size = beneath && paintingSize(beneath);
  const easel = painted
    ? await begun(kind, painted, size, ground).catch(tell(`${file} cannot be opened, so this begins anew`))
    : null;
  const { width, height } = size ?? EMPTY;
  return {
    easel: easel ?? Easel.empty(kind, width, height, ground),
    beneath,
    free: beneath === null && easel === null,
    wrong: wrong.length > 0 ? `${wrong.join(". ")}.`.replace("..", ".") : null,
  };
}

async function below({ beneath }: Pictures): Promise<ImageBitmap | null> {
  const blob = (await beneath?.()) ?? null;
  return blob && opened(blob);
}

async function begun(kind: Kind, blob: Blob, size: Size | null, ground: number): Promise<Easel> {
  const raster = await decoded(blob, size, kind === "mask");
  if (kind === "mask") toGreys(raster);
  else toOpaque(raster, ground);
  return new Easel(kind, raster, ground);
}
