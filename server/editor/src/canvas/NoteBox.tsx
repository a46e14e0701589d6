import { type NodeProps, NodeResizer } from "@xyflow/react";
import { memo } from "react";

import { changeNote } from "../actions/frames";
import { LEAST } from "../graph/frames";
import { useShown } from "../state/store";
import { Retitled } from "./Retitled";

/** A text on the canvas. */
export const NoteBox = memo(function NoteBox({ id, selected }: NodeProps) {
  const index = Number(id.split("/")[2]);
  const { content, readOnly } = useShown();
  const note = content.notes[index];
  if (!note) return null;
  return (
    <div className={`note ${selected ? "is-selected" : ""}`}>
      <NodeResizer
        isVisible={selected && !readOnly}
        minWidth={LEAST.note.width}
        minHeight={LEAST.note.height}
        onResizeEnd={(_, { x, y, width, height }) => changeNote(index, { position: [x, y], size: [width, height] })}
      />
      <Retitled className="note-text" label="Note" text={note.text} many disabled={!!readOnly} onChange={(text) => changeNote(index, { text })} />
    </div>
  );
});
