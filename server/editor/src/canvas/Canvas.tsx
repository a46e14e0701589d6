import "@xyflow/react/dist/base.css";
import "./canvas.css";

import { ConnectionMode, ControlButton, Controls, MiniMap, ReactFlow, SelectionMode, useNodesInitialized, useReactFlow, useStore } from "@xyflow/react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";

import { Icon } from "../icons";
import { useEditor, useShown } from "../state/store";
import { useDragging } from "./dragging";
import { useDrops } from "./drops";
import { FrameBox } from "./FrameBox";
import { CLOSENESS, EDGE } from "./fitting";
import { useElements } from "./flow";
import { Ground } from "./Ground";
import { LinkLine } from "./LinkLine";
import { useLinking } from "./links";
import { NodeCard } from "./NodeCard";
import { NoteBox } from "./NoteBox";
import { openSearch } from "./searching";
import { fitAll, refit, register, settle } from "./viewport";

const nodeTypes = { card: NodeCard, frame: FrameBox, note: NoteBox };
const edgeTypes = { link: LinkLine };
const MANY = 150; // nodes from which drawing only those that are seen is quicker; below it is slower
const TINY = 0.35; // at which no small letters can be read
const FITTED = { padding: `${EDGE}px`, maxZoom: CLOSENESS.fitted } as const;
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
  const [look, setLook] = useState("is-far");
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
        className={many ? look : ""}
        onMove={(event, { zoom }) => {
          shielded(event);
          setLook(zoom <= TINY ? "is-far is-tiny" : zoom <= 1 ? "is-far" : "");
        }}
        onMoveEnd={settle}
        onDoubleClick={(event) => {
          if ((event.target as Element).classList.contains("react-flow__pane")) openSearch(event.clientX, event.clientY);
        }}
        onPaneContextMenu={(event) => {
          event.preventDefault();
          openSearch(event.clientX, event.clientY);
        }}
        colorMode={theme}
        fitView={filled}
        fitViewOptions={FITTED}
        minZoom={CLOSENESS.least}
        maxZoom={CLOSENESS.most}
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
        <Ground />
        <MiniMap pannable zoomable nodeStrokeWidth={0} maskColor="var(--shade)" bgColor="var(--panel)" nodeClassName={({ type }) => `map-${type}`} />
        <Controls showInteractive={false} showFitView={false}>
          <ControlButton aria-label="See all" title="See all" onClick={() => fitAll()}>
            <Icon name="fit" />
          </ControlButton>
        </Controls>
        <Whole fits={filled && !many} />
      </ReactFlow>
  );
}

/**
 * While the ground is dragged, something lies over all that could be under the pointer: looking through hundreds
 * of links for what that is takes longer than drawing them. It comes with the first move, as a click is none.
 */
function shielded(event: MouseEvent | TouchEvent | null): void {
  const canvas = document.querySelector(".react-flow");
  if (event?.type !== "mousemove" || !canvas || canvas.hasAttribute("data-dragged")) return;
  canvas.setAttribute("data-dragged", "");
  addEventListener("pointerup", () => canvas.removeAttribute("data-dragged"), { capture: true, once: true }); // mouseup is kept from us
}

/** All is seen once the nodes have their sizes, and still when the canvas gets another one, until it is moved. */
function Whole({ fits }: { fits: boolean }) {
  const flow = useReactFlow();
  const measured = useNodesInitialized();
  const size = useStore(({ width, height }) => `${width} ${height}`);
  const begun = useRef(false);
  useLayoutEffect(() => register(flow), [flow]);
  useLayoutEffect(() => {
    if (!fits || !measured) return;
    if (begun.current) refit();
    else fitAll(0);
    begun.current = true;
  }, [fits, measured, size]);
  return null;
}

function Empty() {
  return (
    <p className="canvas-empty">
      Press <kbd>Space</kbd> or double-click to add a node, drop a picture here, or start from a template.
    </p>
  );
}
