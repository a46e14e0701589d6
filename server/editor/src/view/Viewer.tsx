import { type KeyboardEvent, useEffect, useState } from "react";

import { type Picture, useEditor } from "../state/store";
import { type Camera, steered, useCamera } from "./camera";
import { Divider } from "./Divider";
import { Facts } from "./Facts";
import { Layer } from "./Layer";
import type { Loaded } from "./loaded";
import { useModal } from "./modal";
import { neighbour } from "./others";
import { type Part, usePart } from "./part";
import { closeViewer, keyOf, liveNode, reportOf, view } from "./picture";
import { itemAt, type Sheet, useSheet } from "./sheet";
import { Stage } from "./Stage";
import { type Mode, ViewerBar } from "./ViewerBar";
import "./view.css";

/** Pictures as large as the screen lets them be: one, or two to compare. */
export function Viewer({ left, right }: { left: Picture; right: Picture | null }) {
  const ref = useModal();
  const [a, b] = [usePart(left)!, usePart(right)];
  const [mode, setMode] = useState<Mode>("slider");
  const camera = useCamera(a.size ?? b?.size ?? null);
  const node = left.of === "node" ? left : null;
  const live = useEditor((state) => (node ? liveNode(state, node) : ""));
  const sheet = useSheet(node?.graph ?? "", live, !!node);
  const key = keyOf(left);
  useEffect(() => camera.fit(), [key]);
  const go = (by: -1 | 1) => {
    const next = neighbour(left, sheet, by);
    if (next) view(next, right);
  };
  return (
    <dialog
      ref={ref}
      className="viewer"
      aria-label={b ? `${a.title} and ${b.title}` : a.title}
      onCancel={(event) => {
        event.preventDefault();
        closeViewer();
      }}
      onKeyDown={(event) => pressed(event, camera, go)}
    >
      <ViewerBar a={a} b={b} sheet={sheet} camera={camera} mode={mode} setMode={setMode} go={go} />
      <Pictures a={a} b={b} sheet={sheet} camera={camera} mode={mode} />
      <footer className="viewer-foot">
        <Facts picture={left} loaded={a.loaded} size={a.size} letter={b ? "A" : ""} />
        {b && <Facts picture={b.picture} loaded={b.loaded} size={b.size} letter="B" />}
      </footer>
    </dialog>
  );
}

function pressed(event: KeyboardEvent, camera: Camera, go: (by: -1 | 1) => void): void {
  event.stopPropagation(); // the page beneath hears no keys
  if (event.ctrlKey || event.metaKey || event.target instanceof HTMLSelectElement) return;
  const turn = event.key.startsWith("Page") ? event.key.slice(4) : event.altKey ? event.key : "";
  if (turn === "Down" || turn === "ArrowRight") go(1);
  else if (turn === "Up" || turn === "ArrowLeft") go(-1);
  else if (event.altKey || !steered(camera, event.key, event.shiftKey)) return;
  event.preventDefault();
}

interface PicturesProps {
  a: Part;
  b: Part | null;
  sheet: Sheet | null;
  camera: Camera;
  mode: Mode;
}

function Pictures({ a, b, sheet, camera, mode }: PicturesProps) {
  const [at, setAt] = useState(0.5);
  const opens = sheet && a.picture.of === "node" && !a.picture.item && !b;
  const tap = (across: number, down: number) => {
    const item = opens && itemAt(sheet, across, down);
    if (item) view({ ...a.picture, item } as Picture);
  };
  if (b && mode === "beside")
    return (
      <div className="viewer-pair">
        <Stage camera={camera} label={`A: ${a.title}`}>
          <Shown part={a} camera={camera} />
          <Caption letter="A" title={a.title} />
        </Stage>
        <Stage camera={camera} label={`B: ${b.title}`}>
          <Shown part={b} camera={camera} />
          <Caption letter="B" title={b.title} />
        </Stage>
      </div>
    );
  const clip = mode === "slider" ? { clipPath: `inset(0 0 0 ${at * 100}%)` } : undefined;
  const other = mode === "slider" ? { clipPath: `inset(0 ${(1 - at) * 100}% 0 0)` } : undefined;
  return (
    <div className="viewer-pair">
      <Stage camera={camera} label={b ? "Both pictures" : opens ? `${a.title}: a click opens an item` : a.title} {...(opens ? { onTap: tap } : {})}>
        <div className="viewer-blend">
          <div className="viewer-half" style={b ? other : undefined}>
            <Shown part={a} camera={camera} />
          </div>
          {b && (
            <div className={`viewer-half ${mode === "difference" ? "is-difference" : ""}`} style={clip}>
              <Shown part={b} camera={camera} />
            </div>
          )}
        </div>
        {b && <Caption letter="A" title={a.title} />}
        {b && <Caption letter="B" title={b.title} right />}
        {b && mode === "slider" && <Divider at={at} onMove={setAt} />}
      </Stage>
    </div>
  );
}

const Caption = ({ letter, title, right = false }: { letter: string; title: string; right?: boolean }) => (
  <span className={`viewer-caption ${right ? "is-right" : ""}`}>
    <b>{letter}</b> {title}
  </span>
);

/** The picture, or a sentence in its place. */
function Shown({ part: { picture, loaded, size, title, onFrame }, camera }: { part: Part; camera: Camera }) {
  const report = useEditor((state) => reportOf(state, picture));
  const told = loaded.url || size ? "" : nothing(picture, loaded, !!report);
  return (
    <>
      <Layer picture={picture} loaded={loaded} camera={camera} alt={title} onFrame={onFrame} />
      {told && <p className="viewer-nothing">{told}</p>}
    </>
  );
}

function nothing(picture: Picture, loaded: Loaded, ran: boolean): string {
  if (loaded.error) return loaded.error;
  if (loaded.busy) return "the picture is on its way";
  if (picture.of === "result") return "the picture is on its way";
  return ran ? `${picture.node} shows nothing yet` : `${picture.node} has not run yet; run it to see its picture`;
}
