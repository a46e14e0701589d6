import "./bars.css";

import { byId, doIt, hinted } from "../commandlist";
import { Icon, type IconName } from "../icons";
import { leave } from "../state/inner";
import { docIn, rootIn, set, useEditor, useShown } from "../state/store";

/** The bar at the top: which graph, what can be undone, and Run. */
export function TopBar() {
  const { root, name, readOnly } = useShown();
  const saved = useEditor((state) => docIn(state)?.saved ?? true);
  const undo = useEditor((state) => docIn(state)?.undo.at(-1)?.label ?? "");
  const redo = useEditor((state) => docIn(state)?.redo.at(-1)?.label ?? "");
  return (
    <header className="top">
      <h1 className="top-name">
        <img src="/icon.svg" alt="" width="20" height="20" />
        <span>Capriccio</span>
      </h1>
      <Crumbs />
      {root && (
        <span className={`top-mark ${readOnly ? "" : saved ? "is-saved" : "is-unsaved"}`} title={readOnly}>
          {readOnly && !name ? "only to look at" : readOnly ? "read only" : saved ? "saved" : "not saved"}
        </span>
      )}
      <Action id="undo" icon="undo" unable={!undo} title={undo && `Undo ${undo}`} />
      <Action id="redo" icon="redo" unable={!redo} title={redo && `Redo ${redo}`} />
      <span className="top-gap" />
      <Action id="templates" icon="templates" text="Templates" />
      <Action id="open" icon="open" text="Open" />
      <Action id="save" icon="save" text="Save" unable={!root} />
      <ThemeButton />
      <Action id="help" icon="help" />
      <Action id="commands" icon="dots" />
      <RunButtons />
    </header>
  );
}

function Crumbs() {
  const root = useEditor((state) => state.root);
  const path = useEditor((state) => state.path);
  if (!root) return <span className="top-file">no graph</span>;
  return (
    <nav className="crumbs" aria-label="Where you are">
      <ol>
        {[root, ...path].map((name, depth) => (
          <li key={depth}>
            {depth === path.length ? (
              <span className="top-file" aria-current="page" title={name}>{name}</span>
            ) : (
              <button type="button" className="button plain" onClick={() => leave(depth)}>{name}</button>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Action({ id, icon, text, unable = false, title }: { id: string; icon: IconName; text?: string; unable?: boolean; title?: string }) {
  const { name, hint } = hinted(id);
  return (
    <button
      type="button"
      className={`button plain ${text ? "" : "icon"}`}
      aria-label={text ? undefined : title || name}
      title={`${title || name}${hint && ` (${hint})`}`}
      disabled={unable}
      onClick={() => doIt(byId(id))}
    >
      <Icon name={icon} />
      {text && <span className="top-text">{text}</span>}
    </button>
  );
}

function ThemeButton() {
  const dark = useEditor((state) => state.theme === "dark");
  return <Action id="theme" icon={dark ? "sun" : "moon"} title={dark ? "Light theme" : "Dark theme"} />;
}

function RunButtons() {
  const root = useEditor((state) => state.root);
  const waiting = useEditor((state) => state.queue.length);
  const mine = useEditor((state) => state.queue.find(({ graph }) => graph === state.root)?.state ?? "");
  const ready = useEditor((state) => state.connection === "open");
  const paused = mine === "paused";
  const failed = useEditor((state) => rootIn(state)?.latest?.state ?? "");
  return (
    <span className="top-run" role="group" aria-label="Run" data-state={failed}>
      {mine && <Action id="pause" icon={paused ? "play" : "pause"} title={paused ? "Go on" : "Pause"} />}
      <button type="button" className="button" disabled={!mine} title={hinted("stop").hint} onClick={() => doIt(byId("stop"))}>
        <Icon name="stop" />
        Stop
      </button>
      <button type="button" className="button filled" disabled={!root || !ready} title={hinted("run").hint} onClick={() => doIt(byId("run"))}>
        <Icon name="play" />
        Run
      </button>
      <button
        type="button"
        className="button top-queue"
        aria-label={waiting === 1 ? "Queue: 1 run" : `Queue: ${waiting} runs`}
        title="Queue"
        onClick={() => set(({ dialog }) => ({ dialog: dialog?.kind === "queue" ? null : { kind: "queue" } }))}
      >
        {waiting}
      </button>
    </span>
  );
}
