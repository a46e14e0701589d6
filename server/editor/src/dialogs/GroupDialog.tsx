// A graph of its own out of the selected nodes, which then stands in their place.

import { type FormEvent, useState } from "react";

import { makeNode } from "../actions/grouping";
import { freeGraphName } from "../state/library";
import { useEditor } from "../state/store";
import { closeDialog, Modal, ModalFoot } from "./Modal";
import { NameField } from "./NameField";
import { graphMisnamed, graphNameTaken, tidy } from "./names";
import { counted } from "./time";

export function GroupDialog({ nodes }: { nodes: string[] }) {
  const graphs = useEditor((state) => state.graphs);
  const [wanted, setWanted] = useState(() => freeGraphName("part"));
  const [refused, setRefused] = useState("");
  const name = tidy(wanted);
  const problem = refused || graphMisnamed(name) || graphNameTaken(graphs, name);
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!name || problem) return;
    try {
      await makeNode(name);
      closeDialog();
    } catch (error) {
      setRefused((error as Error).message);
    }
  }
  return (
    <Modal title="Make a node of the selection" size="small">
      <form onSubmit={(event) => void submit(event)}>
        <div className="modal-body">
          <p className="modal-lead">
            {counted(nodes.length, "node")} become a graph of their own, saved in your library, and one node stands in
            their place. What is linked to them stays linked.
          </p>
          <NameField
            label="Name of the graph"
            value={wanted}
            problem={problem}
            note="you can use it in other graphs too"
            onChange={(text) => {
              setWanted(text);
              setRefused("");
            }}
          />
        </div>
        <ModalFoot>
          <button type="button" className="button modal-end" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" className="button filled" disabled={!name || problem !== ""}>
            Make it
          </button>
        </ModalFoot>
      </form>
    </Modal>
  );
}
