// What the canvas draws, made from the graph; what has not changed stays the same object.

import type { Edge, Node } from "@xyflow/react";

import { type Content, nodeOf, portOf } from "../graph/content";

/** Ids of frames and notes; names of nodes hold no slash. */
const frameId = (index: number): string => `/frame/${index}`;
const noteId = (index: number): string => `/note/${index}`;
/** What tells how a node is doing: it describes the node to screen readers. An id holds no spaces. */
export const footId = (node: string): string => `foot-${encodeURIComponent(node)}`;
export const isMark = (id: string): boolean => id.startsWith("/");
const linkId = (start: string, end: string): string => `${start}/${end}`;

const NOTE: [number, number] = [240, 84];

export function nodesOf(content: Content, selection: string[], marked: string[], before: Node[], fixed: boolean): Node[] {
  const known = new Map(before.map((node) => [node.id, node]));
  const chosen = new Set([...selection, ...marked]);
  const made = (node: Node): Node => settled(known.get(node.id), { ...node, selected: chosen.has(node.id), draggable: !fixed });
  return [
    ...content.frames.map((frame, index) =>
      made({ id: frameId(index), type: "frame", position: at(frame.position), width: frame.size[0], height: frame.size[1], zIndex: -2, data: {}, ariaLabel: `frame ${frame.title}` }),
    ),
    ...content.notes.map((note, index) => {
      const [width, height] = note.size ?? [NOTE[0], undefined];
      return made({ id: noteId(index), type: "note", position: at(note.position), width, ...(height ? { height } : {}), zIndex: -1, data: {}, ariaLabel: `note ${note.text.slice(0, 80)}` });
    }),
    ...Object.keys(content.nodes).map((name) =>
      made({ id: name, type: "card", position: at(content.layout[name]), data: {}, ariaLabel: `node ${name}`, domAttributes: { "aria-describedby": footId(name) } }),
    ),
  ];
}

const at = ([x, y]: readonly [number, number] = [0, 0]) => ({ x, y });

function settled(before: Node | undefined, node: Node): Node {
  if (!before) return node;
  const held = before.dragging === true;
  const position = held ? before.position : node.position;
  const same =
    before.position.x === position.x &&
    before.position.y === position.y &&
    (before.selected ?? false) === node.selected &&
    before.width === node.width &&
    before.height === node.height &&
    before.draggable === node.draggable &&
    before.ariaLabel === node.ariaLabel;
  return same ? before : { ...before, ...node, position };
}

export function edgesOf(content: Content, selected: Set<string>, under: string, before: Edge[]): Edge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  return content.links.map(([start, end]) => {
    const id = linkId(start, end);
    const old = known.get(id);
    const lit = id === under;
    if (old && (old.selected ?? false) === selected.has(id) && (old.data?.["under"] ?? false) === lit) return old;
    return {
      id,
      type: "link",
      source: nodeOf(start),
      sourceHandle: portOf(start),
      target: nodeOf(end),
      targetHandle: portOf(end),
      selected: selected.has(id),
      data: { under: lit },
      ariaLabel: `link from ${start} to ${end}`,
    };
  });
}
