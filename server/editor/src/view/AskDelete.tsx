import type { ResultInfo } from "../../wire";
import { Modal, ModalFoot } from "../dialogs/Modal";
import { deleteResult } from "../state/library";
import { resultTitle } from "./picture";
import { ResultThumb } from "./ResultThumb";
import "./view.css";

/** Asks before a result is deleted. `close` is told whether it was. */
export function AskDelete({ info, close }: { info: ResultInfo; close(deleted: boolean): void }) {
  return (
    <Modal title="Delete this result?" size="small" onClose={() => close(false)}>
      <div className="modal-body ask-delete">
        <ResultThumb info={info} />
        <p>
          {info.graph}, {resultTitle(info)}. The picture and the graph that made it, as it was then, go for good.
        </p>
      </div>
      <ModalFoot>
        <button type="button" className="button modal-end" data-first onClick={() => close(false)}>
          Keep
        </button>
        <button
          type="button"
          className="button ask-delete-go"
          onClick={() => {
            deleteResult(info.result);
            close(true);
          }}
        >
          Delete
        </button>
      </ModalFoot>
    </Modal>
  );
}
