// The graph under another name; another graph is replaced only if that is said.

import { type FormEvent, useState } from "react";

import type { GraphInfo } from "../../wire";
import { freeGraphName, saveAs } from "../state/library";
import { docIn, useEditor } from "../state/store";
import { closeDialog, Modal, ModalFoot } from "./Modal";
import { NameField } from "./NameField";
import { graphCalled, graphMisnamed, tidy } from "./names";
import { ago, counted } from "./time";

export function SaveAsDialog() {
  const own = useEditor((state) => docIn(state)?.name ?? "");
  const graphs = useEditor((state) => state.graphs);
  const [wanted, setWanted] = useState(() => freeGraphName(own.replace(/ \d+$/, "")));
  const [replace, setReplace] = useState(false);
  const [refused, setRefused] = useState("");
  const name = tidy(wanted);
  const there = name === own ? undefined : graphCalled(graphs, name);
  const { problem, note, replaceable } = judged(name, own, there);
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!name || problem || (replaceable && !replace)) return;
    try {
      await saveAs(name, replaceable);
      closeDialog();
    } catch (error) {
      setRefused((error as Error).message);
    }
  }
  return (
    <Modal title="Save as" size="small">
      <form onSubmit={(event) => void submit(event)}>
        <div className="modal-body">
          <NameField
            label="Name"
            value={wanted}
            problem={refused || problem}
            note={note}
            onChange={(text) => {
              setWanted(text);
              setReplace(false);
              setRefused("");
            }}
          />
          {replaceable && there && (
            <label className="check">
              <input type="checkbox" checked={replace} onChange={({ target }) => setReplace(target.checked)} />
              <span>
                Replace it: the {counted(there.nodes, "node")} of {there.name}, saved {ago(there.modified)}, are lost
              </span>
            </label>
          )}
        </div>
        <ModalFoot>
          <button type="button" className="button modal-end" onClick={closeDialog}>
            Cancel
          </button>
          <button type="submit" className="button filled" disabled={!name || problem !== "" || (replaceable && !replace)}>
            {replaceable ? "Replace" : "Save"}
          </button>
        </ModalFoot>
      </form>
    </Modal>
  );
}

interface Judgement {
  problem: string;
  note: string;
  /** There is a graph of that name, which can be given up for this one. */
  replaceable: boolean;
}

function judged(name: string, own: string, there: GraphInfo | undefined): Judgement {
  const wrong = { problem: graphMisnamed(name), note: "", replaceable: false };
  if (wrong.problem) return wrong;
  if (name === own) return { ...wrong, note: "this is its own name; your changes are saved under it" };
  if (!there) return { ...wrong, note: name ? "a copy is saved, and you go on with that" : "" };
  if (there.name !== name)
    return { ...wrong, problem: `some disks hold ${name} and ${there.name} for one name; choose another name` };
  if (there.source === "unsaved")
    return { ...wrong, problem: `${name} is the name of a graph that is not saved; choose another name` };
  if (there.source === "gallery")
    return { ...wrong, note: `the gallery has a graph ${name}; yours is shown in its place until you delete it` };
  return { problem: "", note: `there is a graph ${name} already`, replaceable: true };
}
