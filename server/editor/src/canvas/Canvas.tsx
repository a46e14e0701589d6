import "@xyflow/react/dist/base.css";
import "./canvas.css";

import { Background, ConnectionMode, Controls, MiniMap, ReactFlow, SelectionMode } from "@xyflow/react";
import { useMemo, useState } from "react";

import { useEditor, useShown } from "../state/store";
import { useDragging } from "./dragging";
import { useDrops } from "./drops";
import { FrameBox } from "./FrameBox";
import { useElements } from "./flow";
import { LinkLine } from "./LinkLine";
import { useLinking } from "./links";
import { NodeCard } from "./NodeCard";
import { NoteBox } from "./NoteBox";
import { openSearch } from "./searching";
import { register, settle } from "./viewport";

const nodeTypes = { card: NodeCard, frame: FrameBox, note: NoteBox };
const edgeTypes = { link: LinkLine };
const MANY = 150; // nodes from which drawing only those that are seen is quicker; below it is slower
const MULTI = ["Control", "Meta", "Shift"];

/** The canvas: nodes, links, frames and notes, moved and linked by the mouse. */
export function Canvas() {
  const { root, prefix, content } = useShown();
  return (
    <main className="canvas" aria-label={`Canvas of ${root}`}>
      <Surface key={`${root}/${prefix}`} />
      {Object.keys(content.nodes).length === 0 && root && <Empty />}
    </main>
  );
}

/** One graph on the canvas; another graph gets another, which begins by showing all of it. */
function Surface() {
  const { content, readOnly } = useShown();
  const theme = useEditor((state) => state.theme);
  const elements = useElements();
  const dragging = useDragging(elements);
  const linking = useLinking();
  const drops = useDrops(elements.light);
  const [filled] = useState(Object.keys(content.nodes).length > 0); // else the first node would move what is seen
  const many = Object.keys(content.nodes).length > MANY;
  const [far, setFar] = useState(true);
  const labels = useMemo(() => ({ "minimap.ariaLabel": "Map of the graph" }), []);
  return (
      <ReactFlow
        nodes={elements.nodes}
        edges={elements.edges}
        onNodesChange={elements.onNodesChange}
        onEdgesChange={elements.onEdgesChange}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        {...dragging}
        {...linking}
        {...drops}
        className={many && far ? "is-far" : ""}
        onInit={register}
        onMoveEnd={settle}
        onMove={(_, { zoom }) => setFar(zoom <= 1)}
        onDoubleClick={(event) => {
          if ((event.target as Element).classList.contains("react-flow__pane")) openSearch(event.clientX, event.clientY);
        }}
        onPaneContextMenu={(event) => {
          event.preventDefault();
          openSearch(event.clientX, event.clientY);
        }}
        colorMode={theme}
        fitView={filled}
        fitViewOptions={{ padding: 0.12, maxZoom: 1 }}
        minZoom={0.08}
        maxZoom={3}
        nodesConnectable={!readOnly}
        nodesDraggable={!readOnly}
        edgesReconnectable={!readOnly}
        edgesFocusable={false}
        onlyRenderVisibleElements={many}
        connectionMode={ConnectionMode.Strict}
        selectionMode={SelectionMode.Partial}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={MULTI}
        panActivationKeyCode={null}
        deleteKeyCode={null}
        zoomOnDoubleClick={false}
        disableKeyboardA11y
        elevateNodesOnSelect
        connectionRadius={28}
        nodeDragThreshold={3}
        ariaLabelConfig={labels}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={20} size={1.4} color="var(--dots)" bgColor="var(--ground)" />
        <MiniMap pannable zoomable nodeStrokeWidth={0} maskColor="var(--shade)" bgColor="var(--panel)" nodeClassName={({ type }) => `map-${type}`} />
        <Controls showInteractive={false} />
      </ReactFlow>
  );
}

function Empty() {
  return (
    <p className="canvas-empty">
      Press <kbd>Space</kbd> or double-click to add a node, drop a picture here, or start from a template.
    </p>
  );
}
