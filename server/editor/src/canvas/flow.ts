// The elements that the canvas holds between the store and React Flow.

import { applyNodeChanges, type Edge, type EdgeChange, type Node, type NodeChange } from "@xyflow/react";
import { useCallback, useEffect, useState } from "react";

import { measured } from "../actions/sizes";
import { set, useEditor, useShallow, useShown } from "../state/store";
import { edgesOf, isMark, nodesOf } from "./elements";

export interface Elements {
  nodes: Node[];
  edges: Edge[];
  onNodesChange(changes: NodeChange[]): void;
  onEdgesChange(changes: EdgeChange[]): void;
  /** Show that what is dragged would be spliced into a link; "" for none. */
  light(link: string): void;
}

export function useElements(): Elements {
  const { content, readOnly } = useShown();
  const [selection, marked, links] = useEditor(useShallow((state) => [state.selection, state.marked, state.links]));
  const [nodes, setNodes] = useState<Node[]>(() => nodesOf(content, selection, marked, [], !!readOnly));
  const [edges, setEdges] = useState<Edge[]>([]);
  const [under, light] = useState("");
  useEffect(
    () => setNodes((before) => nodesOf(content, selection, marked, before, !!readOnly)),
    [content, selection, marked, readOnly],
  );
  useEffect(
    () => setEdges((before) => edgesOf(content, new Set(links), under, before)),
    [content, links, under],
  );
  const onNodesChange = useCallback((changes: NodeChange[]) => {
    const moved = changes.filter(({ type }) => type !== "select" && type !== "remove");
    if (moved.length) setNodes((before) => applyNodeChanges(moved, before));
    for (const change of changes)
      if (change.type === "dimensions" && change.dimensions) measured.set(change.id, change.dimensions);
    select(changes);
  }, []);
  return { nodes, edges, onNodesChange, onEdgesChange: selectLinks, light };
}

/** What is selected lives in the store, as the panels and the commands want it. */
function select(changes: NodeChange[]): void {
  const chosen = changes.filter((change) => change.type === "select");
  if (!chosen.length) return;
  set((state) => {
    const all = new Set([...state.selection, ...state.marked]);
    for (const { id, selected } of chosen) selected ? all.add(id) : all.delete(id);
    return { selection: [...all].filter((id) => !isMark(id)), marked: [...all].filter(isMark) };
  });
}

function selectLinks(changes: EdgeChange[]): void {
  const chosen = changes.filter((change) => change.type === "select");
  if (!chosen.length) return;
  set((state) => {
    const all = new Set(state.links);
    for (const { id, selected } of chosen) selected ? all.add(id) : all.delete(id);
    return { links: [...all] };
  });
}
