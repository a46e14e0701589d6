// Another name for a node; its links follow.

import { type FormEvent, useState } from "react";

import { edit } from "../state/documents";
import { set, useShown } from "../state/store";
import { closeDialog, Modal, ModalFoot } from "./Modal";
import { NameField } from "./NameField";
import { nodeMisnamed, tidy } from "./names";

export function RenameDialog({ node }: { node: string }) {
  const { name, content, readOnly } = useShown();
  const [wanted, setWanted] = useState(node);
  const to = tidy(wanted);
  const gone = content.nodes[node] ? "" : `there is no node ${node} any more`;
  const problem = readOnly || gone || nodeMisnamed(content.nodes, to, node);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!to || problem) return;
    if (to !== node && edit(name, [{ op: "rename", node, to }], { label: `rename ${node}` })) followed(name, node, to);
    closeDialog();
  }
  return (
    <Modal title={`Rename ${node}`} size="small">
      <form onSubmit={submit}>
        <div className="modal-body">
          <NameField label="Name" value={wanted} problem={problem} note="links and what is exposed follow" onChange={setWanted} />
        </div>
        <ModalFoot>
          <button type="button" className="button modal-end" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" className="button filled" disabled={!to || problem !== ""}>
            Rename
          </button>
        </ModalFoot>
      </form>
    </Modal>
  );
}

/** What the page itself knows of the node goes by its new name. */
function followed(graph: string, node: string, to: string): void {
  const at = (socket: string) => (socket.startsWith(`${node}.`) ? to + socket.slice(node.length) : socket);
  set(({ selection, sockets }) => ({
    selection: selection.map((each) => (each === node ? to : each)),
    sockets: sockets[graph] ? { ...sockets, [graph]: sockets[graph].map(at) } : sockets,
  }));
}
