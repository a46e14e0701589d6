import { type FormEvent, useId, useRef, useState } from "react";

import { expose, unexpose } from "../actions/modes";
import { settingName } from "../graph/names";
import { Icon } from "../icons";
import { useShown } from "../state/store";
import { usePlaced } from "../widgets/popup";
import { humanised } from "./inspector";

interface Props {
  node: string;
  name: string;
  disabled: boolean;
}

const SIZE = { width: 232, height: 160 };

/** The small menu of a setting: the graph has it, where the graph is a node. */
export function InspectorExpose({ node, name, disabled }: Props) {
  const id = useId();
  const { content } = useShown();
  const button = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  usePlaced(button, popup, open, SIZE);
  const socket = `${node}.${name}`;
  const exposed = Object.entries(content.exposed).find(([, at]) => at === socket)?.[0];
  return (
    <>
      <button
        ref={button}
        type="button"
        className="inspector-tool"
        popoverTarget={id}
        aria-haspopup="dialog"
        aria-label={exposed ? `${humanised(name)} is exposed as ${exposed}` : `Expose ${humanised(name)}`}
        title={exposed ? `Exposed as ${exposed}` : "Expose…"}
        aria-pressed={exposed ? true : undefined}
        disabled={disabled}
      >
        <Icon name="dots" />
      </button>
      <div
        ref={popup}
        id={id}
        className="expose"
        popover="auto"
        role="dialog"
        aria-label={`Expose ${humanised(name)}`}
        onBeforeToggle={(event) => setOpen(event.newState === "open")}
        onToggle={(event) => {
          if (event.newState === "open") popup.current?.querySelector("input")?.focus();
        }}
        onKeyDown={(event) => event.stopPropagation()}
      >
        {open && <Form socket={socket} exposed={exposed} wanted={name} close={() => popup.current?.hidePopover()} />}
      </div>
    </>
  );
}

interface FormProps {
  socket: string;
  exposed: string | undefined;
  wanted: string;
  close(): void;
}

function Form({ socket, exposed, wanted, close }: FormProps) {
  const { content } = useShown();
  const field = useId();
  const [draft, setDraft] = useState(exposed ?? settingName(content, wanted, true, socket).free);
  const { why } = settingName(content, draft, false, socket);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why || (draft !== exposed && !expose(socket, draft))) return;
    close();
  };
  return (
    <form className="expose-form" onSubmit={submit}>
      <p className="inspector-small">Where this graph is a node, it has this setting under the name:</p>
      <label className="heard" htmlFor={field}>
        Exposed as
      </label>
      <input
        id={field}
        className="field"
        value={draft}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={!!why}
        aria-describedby={why ? `${field}-wrong` : undefined}
        onChange={({ target }) => setDraft(target.value)}
      />
      {why && (
        <p id={`${field}-wrong`} className="complaint">
          {why}
        </p>
      )}
      <div className="expose-buttons">
        {exposed && (
          <button
            type="button"
            className="button"
            onClick={() => {
              unexpose(exposed);
              close();
            }}
          >
            Take back
          </button>
        )}
        <button type="submit" className="button" disabled={!!why}>
          {exposed ? "Rename" : "Expose"}
        </button>
      </div>
    </form>
  );
}
