import { shownSeconds } from "../canvas/state";
import { type Picture, useEditor } from "../state/store";
import type { Loaded } from "./loaded";
import { reportOf, titleOf } from "./picture";
import type { Size } from "./zoom";

interface Props {
  picture: Picture;
  loaded: Loaded;
  size: Size | null;
  /** A or B, where there are two. */
  letter: string;
}

/** What is known of a picture, on one line; and what kept it from being fetched. */
export function Facts({ picture, loaded, size, letter }: Props) {
  const results = useEditor(({ results }) => results);
  const report = useEditor((state) => reportOf(state, picture));
  const run = useEditor(({ docs }) => (picture.of === "node" ? (docs[picture.graph]?.run ?? 0) : 0));
  const info = picture.of === "result" ? results.find(({ result }) => result === picture.result) : undefined;
  const seconds = info?.seconds ?? report?.seconds ?? 0;
  const words = [
    size && `${size.width} × ${size.height}`,
    titleOf(picture, results),
    info?.graph ?? (picture.of === "node" ? picture.graph : ""),
    run && `run ${run}`,
    seconds && shownSeconds(seconds),
    report?.state === "running" && "live",
  ];
  const failed = report?.state === "failed" ? report.error : "";
  const wrong = failed || (size ? loaded.error : ""); // without a picture, the sentence stands in its place
  return (
    <p className="facts">
      {letter && <b className="facts-letter">{letter}</b>}
      <span>{words.filter(Boolean).join(" · ")}</span>
      {loaded.busy && <span className="facts-busy">fetching the full size…</span>}
      {wrong && <span className="complaint">{wrong}</span>}
    </p>
  );
}
