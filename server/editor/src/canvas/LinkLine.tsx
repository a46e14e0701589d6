import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";

import { startAt } from "../graph/kinds";
import { kindsIn, shownIn, useEditor } from "../state/store";
import { colorOf } from "./sockets";

/** A link, in the colour of what it brings; one that brings a list is drawn double. */
export const LinkLine = memo(function LinkLine(props: EdgeProps) {
  const { source, sourceHandleId, selected, data } = props;
  const told = useEditor((state) => {
    const kinds = kindsIn(state);
    const start = startAt(kinds, shownIn(state).content, `${source}.${sourceHandleId}`);
    return `${start ? colorOf(kinds, start.type) : "var(--bad)"} ${start?.depth ?? 0}`;
  });
  const [color, depth] = told.split(" ");
  const [path] = getBezierPath(props);
  const under = data?.["under"] ? "is-under" : "";
  return (
    <g className={`link-line ${selected ? "is-selected" : ""} ${under}`} style={{ "--link": color } as React.CSSProperties}>
      <BaseEdge id={props.id} path={path} interactionWidth={18} />
      {depth !== "0" && <path d={path} className="link-core" />}
    </g>
  );
});
