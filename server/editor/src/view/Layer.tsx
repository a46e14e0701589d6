import type { Preview } from "../../wire";
import { PreviewCanvas } from "../canvas/PreviewCanvas";
import { type Picture, useEditor } from "../state/store";
import type { Camera } from "./camera";
import type { Loaded } from "./loaded";
import { liveNode } from "./picture";

interface Props {
  picture: Picture;
  loaded: Loaded;
  camera: Camera;
  alt: string;
  onFrame(facts: Preview): void;
}

const HARD = 2; // enlarged beyond this, pixels are seen as they are

/** One picture on the stage: in full size, or live until that is there. */
export function Layer({ picture, loaded, camera, alt, onFrame }: Props) {
  const { rect, scale } = camera;
  const place = rect ? { left: rect.left, top: rect.top, width: rect.width, height: rect.height } : { inset: 0 };
  const live = useEditor((state) => (picture.of === "node" && !picture.item ? liveNode(state, picture) : ""));
  return (
    <div className="layer" style={place} data-hard={scale * devicePixelRatio > HARD || undefined} data-known={!!rect || undefined}>
      {loaded.url ? (
        <img src={loaded.url} alt={alt} draggable={false} />
      ) : live && picture.of === "node" ? (
        <PreviewCanvas key={`${picture.graph}/${live}`} graph={picture.graph} node={live} onFrame={onFrame} />
      ) : null}
    </div>
  );
}
