import { useState } from "react";

import type { ResultInfo } from "../../wire";
import { Icon, type IconName } from "../icons";
import { download } from "../state/library";
import { trouble } from "../state/notices";
import { type Picture, useEditor } from "../state/store";
import { AskDelete } from "./AskDelete";
import type { Camera } from "./camera";
import { fetchWhole } from "./loaded";
import { candidateAt, neighbour, useCandidates } from "./others";
import type { Part } from "./part";
import { closeViewer, fileNameOf, keyOf, placeOf, view } from "./picture";
import type { Sheet } from "./sheet";

/** How two pictures are compared. */
export type Mode = "slider" | "beside" | "difference";
const MODES: [Mode, string][] = [
  ["slider", "Slider"],
  ["beside", "Side by side"],
  ["difference", "Difference"],
];

interface BarProps {
  a: Part;
  b: Part | null;
  sheet: Sheet | null;
  camera: Camera;
  mode: Mode;
  setMode(mode: Mode): void;
  go(by: -1 | 1): void;
}

/** What can be done with what is viewed. */
export function ViewerBar({ a, b, sheet, camera, mode, setMode, go }: BarProps) {
  const results = useEditor(({ results }) => results);
  const info = a.picture.of === "result" ? results.find((each) => a.picture.of === "result" && each.result === a.picture.result) : undefined;
  return (
    <header className="viewer-bar">
      <div className="viewer-tools">
        <h2 className="viewer-title">{a.title}</h2>
        {sheet && a.picture.of === "node" && <ItemChoice picture={a.picture} right={b?.picture ?? null} sheet={sheet} />}
        <Comparison a={a} b={b} sheet={sheet} />
        {b && (
          <>
            <Tool icon="swap" label="Swap A and B" onClick={() => view(b.picture, a.picture)} />
            <div className="viewer-modes" role="group" aria-label="How to compare">
              {MODES.map(([each, name]) => (
                <button key={each} type="button" className="viewer-mode" aria-pressed={mode === each} onClick={() => setMode(each)}>
                  {name}
                </button>
              ))}
            </div>
          </>
        )}
        <span className="viewer-gap" />
        <Zooming camera={camera} />
        <Tool icon="up" label="Previous picture (Page up)" idle={!neighbour(a.picture, sheet, -1)} onClick={() => go(-1)} />
        <Tool icon="down" label="Next picture (Page down)" idle={!neighbour(a.picture, sheet, 1)} onClick={() => go(1)} />
        <Keep part={a} letter={b ? "A" : ""} />
        {b && <Keep part={b} letter="B" />}
        {info && !b && <Remove info={info} sheet={sheet} />}
      </div>
      <Tool icon="close" label="Close" onClick={closeViewer} />
    </header>
  );
}

interface ToolProps {
  icon: IconName;
  label: string;
  /** There is nothing to do now, but it keeps the focus. */
  idle?: boolean;
  onClick(): void;
}

const Tool = ({ icon, label, idle = false, onClick }: ToolProps) => (
  <button type="button" className="button plain icon" aria-label={label} title={label} aria-disabled={idle || undefined} onClick={() => idle || onClick()}>
    <Icon name={icon} />
  </button>
);

function Zooming({ camera }: { camera: Camera }) {
  return (
    <div className="viewer-zoom" role="group" aria-label="Zoom">
      <Tool icon="minus" label="Smaller (-)" onClick={() => camera.zoomBy(0.8)} />
      <button type="button" className="button plain viewer-percent" title="As large as it is (1)" onClick={() => camera.zoomTo(1 / devicePixelRatio)}>
        {Math.round(camera.scale * devicePixelRatio * 100)} %
      </button>
      <Tool icon="plus" label="Larger (+)" onClick={() => camera.zoomBy(1.25)} />
      <Tool icon="fit" label="Fit the window (0)" idle={camera.fitted} onClick={camera.fit} />
    </div>
  );
}

/** Which item of the list is viewed: the way into a contact sheet without the mouse. */
function ItemChoice({ picture, right, sheet }: { picture: Picture & { of: "node" }; right: Picture | null; sheet: Sheet }) {
  const { item: _, ...whole } = picture;
  return (
    <select
      className="field viewer-items"
      aria-label="Item"
      value={picture.item?.join() ?? ""}
      onChange={({ target }) =>
        view(target.value ? { ...whole, item: target.value.split(",").map(Number) } : whole, right)
      }
    >
      <option value="">all {sheet.cells.length} items</option>
      {sheet.cells.map((cell) => (
        <option key={cell.join()} value={cell.join()}>
          item {placeOf(cell)}
        </option>
      ))}
    </select>
  );
}

function Comparison({ a, b, sheet }: { a: Part; b: Part | null; sheet: Sheet | null }) {
  const groups = useCandidates(a.picture, sheet);
  const chosen = b ? keyOf(b.picture) : "";
  const listed = !b || !!candidateAt(groups, chosen);
  return (
    <select
      className="field viewer-other"
      aria-label="Compare with"
      value={chosen}
      onChange={({ target }) => view(a.picture, candidateAt(groups, target.value))}
    >
      <option value="">{b ? "— nothing —" : "Compare with…"}</option>
      {!listed && <option value={chosen}>{b.title}</option>}
      {groups.map(({ label, candidates }) => (
        <optgroup key={label} label={label}>
          {candidates.map(({ picture, label }) => (
            <option key={keyOf(picture)} value={keyOf(picture)}>
              {label}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}

function Keep({ part: { picture, loaded }, letter }: { part: Part; letter: string }) {
  const results = useEditor(({ results }) => results);
  const keep = async () => download(loaded.blob ?? (await fetchWhole(picture)), fileNameOf(picture, results));
  return (
    <button
      type="button"
      className="button plain"
      aria-label={letter ? `Download ${letter} as PNG` : "Download as PNG"}
      title="The PNG carries the graph that made it"
      onClick={() => void keep().catch(trouble)}
    >
      <Icon name="download" />
      {letter || "PNG"}
    </button>
  );
}

function Remove({ info, sheet }: { info: ResultInfo; sheet: Sheet | null }) {
  const [asks, setAsks] = useState(false);
  const gone = () => {
    const here: Picture = { of: "result", result: info.result };
    const next = neighbour(here, sheet, 1) ?? neighbour(here, sheet, -1);
    if (next) view(next);
    else closeViewer();
  };
  return (
    <>
      <Tool icon="trash" label="Delete this result" onClick={() => setAsks(true)} />
      {asks && (
        <AskDelete
          info={info}
          close={(deleted) => {
            setAsks(false);
            if (deleted) gone();
          }}
        />
      )}
    </>
  );
}
