import { Handle, type NodeProps, Position, useUpdateNodeInternals } from "@xyflow/react";
import { memo, useEffect } from "react";

import { Icon } from "../icons";
import { enter } from "../state/inner";
import { graphNameOf, kindsIn, set, shownIn, useEditor, useShallow } from "../state/store";
import { shows, titleOf } from "../graph/kinds";
import { liveNode } from "../view/picture";
import { NodeFoot } from "./NodeFoot";
import { PreviewCanvas } from "./PreviewCanvas";
import { type Socket, useSockets } from "./sockets";
import { useNodeState } from "./state";

/** A node on the canvas: its sockets, what it shows, and how far it has come. */
export const NodeCard = memo(function NodeCard({ id, selected }: NodeProps) {
  const { kind, mode, collapsed, live, inner, unknown, root, prefix } = useLook(id);
  const sockets = useSockets(id);
  const { word } = useNodeState(id);
  const renew = useUpdateNodeInternals();
  const shape = [...sockets.ends, ...sockets.starts].map(({ name }) => name).join() + collapsed;
  useEffect(() => renew(id), [shape, id, renew]); // links end where the sockets are now
  if (!kind) return null;
  const title = titleOf(kind);
  return (
    <div className={`card is-${word} mode-${mode} ${selected ? "is-selected" : ""} ${collapsed ? "is-small" : ""}`}>
      <header className="card-head">
        <span className="card-name">{id}</span>
        {inner && (
          <button type="button" className="card-enter nodrag" title={`Open ${id} inside`} aria-label={`Open ${id} inside`} onClick={() => void enter(id)}>
            <Icon name="graph" />
          </button>
        )}
        {title.toLowerCase() !== id.toLowerCase() && <span className="card-kind">{title}</span>}
      </header>
      <div className="card-rows">
        {sockets.ends.map((socket) => <SocketRow key={`in ${socket.name}`} socket={socket} side="in" />)}
        {sockets.starts.map((socket) => <SocketRow key={`out ${socket.name}`} socket={socket} side="out" />)}
      </div>
      {unknown && <p className="card-error">no plugin contributes {kind}; is it installed?</p>}
      {live && (
        <button
          type="button"
          className="card-picture"
          aria-label={`View ${id} large`}
          onClick={() => set({ dialog: { kind: "view", left: { of: "node", graph: root, node: prefix + id }, right: null } })}
        >
          <PreviewCanvas graph={root} node={live} />
        </button>
      )}
      <NodeFoot node={id} />
    </div>
  );
});

/** What the graph says of a node. A card is drawn again only when some of this changes. */
function useLook(node: string) {
  return useEditor(
    useShallow((state) => {
      const { root, prefix, content } = shownIn(state);
      const kinds = kindsIn(state);
      const placed = content.nodes[node];
      const collapsed = content.collapsed.includes(node);
      return {
        root,
        prefix,
        kind: placed?.kind ?? "",
        mode: placed?.mode ?? "on",
        collapsed,
        live: !collapsed && shows(kinds, content, node) ? liveNode(state, { of: "node", graph: root, node: prefix + node }) : "",
        inner: graphNameOf(content, node),
        unknown: kinds.nodes.size > 0 && !!placed && !kinds.nodes.has(placed.kind),
      };
    }),
  );
}

function SocketRow({ socket, side }: { socket: Socket; side: "in" | "out" }) {
  const type = socket.type || "anything";
  const title = `${socket.name}: ${type}${socket.depth ? ", a list" : ""}${socket.optional ? ", optional" : ""}`;
  return (
    <div className={`socket-row ${side}`} title={title}>
      <Handle
        type={side === "in" ? "target" : "source"}
        position={side === "in" ? Position.Left : Position.Right}
        id={socket.name}
        className={`socket ${socket.depth ? "is-list" : ""} ${socket.linked ? "is-linked" : ""}`}
        style={{ "--socket": socket.color } as React.CSSProperties}
      />
      <span className="socket-name">{socket.name}</span>
      <span className="socket-type">{socket.type}</span>
    </div>
  );
}
