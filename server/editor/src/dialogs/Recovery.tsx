// Changes that were not saved before this page opened their graph: they are kept, saved or given up.

import { useEffect, useState } from "react";

import { Icon } from "../icons";
import { revert, save } from "../state/library";
import { type Doc, get, rootIn, useEditor } from "../state/store";
import { at } from "./time";
import "./dialogs.css";

/** Graphs that this page has asked about, or has seen without old changes. */
const known = new Set<string>();

export function Recovery() {
  const doc = useEditor(rootIn);
  const source = useEditor(({ graphs, root }) => graphs.find(({ name }) => name === root)?.source);
  const outermost = useEditor(({ path }) => !path.length);
  const [asked, setAsked] = useState("");
  const name = doc?.name ?? "";
  useEffect(() => {
    const opened = get().docs[name];
    if (!opened || known.has(name)) return;
    known.add(name);
    if (isLeft(opened)) setAsked(name);
  }, [name]);
  if (!doc || !outermost || asked !== name || !isLeft(doc)) return null;
  const done = () => setAsked("");
  const saved = source !== "unsaved";
  return (
    <section className="bar" aria-label={`Changes of ${name} that are not saved`}>
      <Icon name="save" />
      <p role="status">
        {saved
          ? `${name} has changes of ${at(doc.changed)} that were not saved.`
          : `${name} was never saved; it is here as it was at ${at(doc.changed)}.`}
      </p>
      <div className="bar-actions">
        <button type="button" className="button" onClick={done}>
          Keep
        </button>
        <button type="button" className="button" onClick={() => void save().then(done)}>
          Save
        </button>
        {saved && (
          <button type="button" className="button plain" onClick={() => void revert(name).then(done)}>
            Give them up
          </button>
        )}
      </div>
    </section>
  );
}

/** It holds changes that nobody has saved and this page has not made. */
const isLeft = ({ saved, changed, readOnly, undo, redo, pending, content }: Doc): boolean =>
  !saved && changed > 0 && !readOnly && !undo.length && !redo.length && !pending.length &&
  Object.keys(content.nodes).length + content.notes.length > 0;
