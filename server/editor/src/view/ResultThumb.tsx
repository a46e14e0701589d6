import { useRef } from "react";

import type { ResultInfo } from "../../wire";
import { useResultThumb, useSeen } from "./thumbs";

/** A small picture of a result, fetched when it comes into view. Who shows it says what it is. */
export function ResultThumb({ info }: { info: ResultInfo }) {
  const frame = useRef<HTMLSpanElement>(null);
  const { url, error } = useResultThumb(info.result, useSeen(frame));
  const shape = { aspectRatio: `${Math.max(1, info.width)} / ${Math.max(1, info.height)}` };
  return (
    <span ref={frame} className="result-thumb" style={shape} title={error || undefined}>
      {url && <img src={url} alt="" draggable={false} />}
    </span>
  );
}
