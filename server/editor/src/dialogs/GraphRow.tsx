// One graph in the list: opened by a click, and renamed, copied or deleted in place.

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

import type { GraphInfo } from "../../wire";
import { Icon } from "../icons";
import { goTo } from "../state/library";
import { trouble } from "../state/notices";
import { useEditor } from "../state/store";
import { Cover } from "./Cover";
import { NameField } from "./NameField";
import { graphMisnamed, graphNameTaken, tidy } from "./names";
import { deleteGraph, duplicateGraph, renameGraph } from "./shelf";
import { ago, counted } from "./time";

interface GraphRowProps {
  info: GraphInfo;
  /** By Tab; the arrow keys reach the others. */
  reachable: boolean;
  onReach(): void;
  /** It will go by another name, and keeps the focus. */
  onRename(to: string): void;
}

type Part = "" | "menu" | "rename" | "delete";

export function GraphRow({ info, reachable, onReach, onRename }: GraphRowProps) {
  const { name, source } = info;
  const id = useId();
  const [part, setPart] = useState<Part>("");
  const shown = useEditor((state) => state.root === name);
  const own = source !== "gallery";
  function back() {
    setPart("");
    document.getElementById(id)?.focus();
  }
  function onKey(event: KeyboardEvent) {
    if (event.key === "Escape" && part) back();
    else if (event.key === "F2" && own) setPart("rename");
    else if (event.key === "Delete" && own && !(event.target instanceof HTMLInputElement)) setPart("delete");
    else return;
    event.preventDefault();
  }
  return (
    <li className="open-row" data-part={part || undefined} onKeyDown={onKey} onFocus={onReach}>
      <div className="open-line">
        <button
          id={id}
          type="button"
          className="open-choice"
          data-graph={name}
          tabIndex={reachable ? 0 : -1}
          aria-current={shown || undefined}
          onClick={() => void goTo(name)}
        >
          <Cover graph={name} there={info.cover} className="open-cover" />
          <span className="open-name">
            {name}
            {shown && <span className="open-here"> is open</span>}
          </span>
          <span className="open-facts">
            {counted(info.nodes, "node")}
            {own && ` · ${ago(info.modified)}`}
          </span>
          {info.text && <span className="open-text">{info.text}</span>}
        </button>
        <button
          type="button"
          className="button plain icon"
          tabIndex={reachable ? 0 : -1}
          aria-label={`More for ${name}`}
          title="More"
          aria-expanded={part !== ""}
          onClick={() => setPart(part ? "" : "menu")}
        >
          <Icon name="dots" />
        </button>
      </div>
      {part === "menu" && <Menu name={name} own={own} onPart={setPart} onDone={back} />}
      {part === "rename" && <Rename name={name} onRename={onRename} onDone={back} />}
      {part === "delete" && <Delete info={info} onDone={back} />}
    </li>
  );
}

const More = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="open-more" role="group" aria-label={label}>
    {children}
  </div>
);

function Menu({ name, own, onPart, onDone }: { name: string; own: boolean; onPart(part: Part): void; onDone(): void }) {
  const copy = () => duplicateGraph(name).then(onDone, trouble);
  return (
    <More label={name}>
      {own && (
        <button type="button" className="button" onClick={() => onPart("rename")}>
          Rename…
        </button>
      )}
      <button type="button" className="button" onClick={() => void copy()}>
        Duplicate
      </button>
      {own ? (
        <button type="button" className="button" onClick={() => onPart("delete")}>
          Delete…
        </button>
      ) : (
        <span className="open-hint">it belongs to the gallery; duplicate it to have your own</span>
      )}
    </More>
  );
}

interface RenameProps extends Pick<GraphRowProps, "onRename"> {
  name: string;
  onDone(): void;
}

function Rename({ name, onRename, onDone }: RenameProps) {
  const graphs = useEditor((state) => state.graphs);
  const [wanted, setWanted] = useState(name);
  const [refused, setRefused] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.select(), []);
  const to = tidy(wanted);
  const problem = refused || graphMisnamed(to) || graphNameTaken(graphs, to, name);
  async function rename() {
    onRename(to); // the list comes before the answer
    try {
      await renameGraph(name, to);
      onDone();
    } catch (error) {
      onRename(name);
      setRefused((error as Error).message);
    }
  }
  return (
    <form
      className="open-more"
      aria-label={`Rename ${name}`}
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (to && !problem && to !== name) void rename();
      }}
    >
      <NameField
        label="New name"
        value={wanted}
        problem={problem}
        onChange={(text) => {
          setWanted(text);
          setRefused("");
        }}
      />
      <button type="submit" className="button" disabled={!to || to === name || problem !== ""}>
        Rename
      </button>
      <button type="button" className="button plain" onClick={onDone}>
        Cancel
      </button>
    </form>
  );
}

function Delete({ info: { name, nodes, source }, onDone }: { info: GraphInfo; onDone(): void }) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  const what = source === "unsaved" ? `${name} was never saved` : name;
  return (
    <More label={`Delete ${name}`}>
      <p className="open-lost">
        {what}: {counted(nodes, "node")} and all changes of them are lost for good. Pictures that it has made stay.
      </p>
      <button type="button" className="button grave" onClick={() => void deleteGraph(name).then(undefined, trouble)}>
        Delete {name}
      </button>
      <button type="button" className="button plain" ref={keep} onClick={onDone}>
        Keep it
      </button>
    </More>
  );
}
