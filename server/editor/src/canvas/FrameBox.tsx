import { type NodeProps, NodeResizer } from "@xyflow/react";
import { memo } from "react";

import { changeFrame } from "../actions/frames";
import { LEAST } from "../graph/frames";
import { useShown } from "../state/store";
import { Retitled } from "./Retitled";

/** A rectangle with a title, behind nodes. */
export const FrameBox = memo(function FrameBox({ id, selected, positionAbsoluteX, positionAbsoluteY }: NodeProps) {
  const index = Number(id.split("/")[2]);
  const { content, readOnly } = useShown();
  const frame = content.frames[index];
  if (!frame) return null;
  return (
    <div className={`frame ${selected ? "is-selected" : ""}`}>
      <NodeResizer
        isVisible={selected && !readOnly}
        minWidth={LEAST.frame.width}
        minHeight={LEAST.frame.height}
        onResizeEnd={(_, { x, y, width, height }) =>
          changeFrame(index, { position: [x ?? positionAbsoluteX, y ?? positionAbsoluteY], size: [width, height] })
        }
      />
      <Retitled className="frame-title" label="Title of the frame" text={frame.title} disabled={!!readOnly} onChange={(title) => changeFrame(index, { title })} />
    </div>
  );
});
