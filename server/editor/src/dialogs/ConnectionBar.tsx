// What a person should know while the server does not answer, or lets nobody in.

import { type FormEvent, type ReactNode, useEffect, useId, useState } from "react";

import { Icon, type IconName } from "../icons";
import { server } from "../state/server";
import { useEditor } from "../state/store";
import { counted, lasting } from "./time";
import "./dialogs.css";

export function ConnectionBar() {
  const connection = useEditor((state) => state.connection);
  const stale = useEditor((state) => state.stale);
  if (connection === "lost") return <Lost />;
  if (connection === "refused") return <Refused />;
  if (connection === "open" && stale) return <Stale />;
  return null;
}

function Bar({ icon, label, children }: { icon: IconName; label: string; children: ReactNode }) {
  return (
    <section className="bar" aria-label={label}>
      <Icon name={icon} />
      {children}
    </section>
  );
}

function Lost() {
  const seconds = useSeconds();
  const edits = useEditor(({ docs }) => Object.values(docs).reduce((sum, { pending }) => sum + pending.length, 0));
  return (
    <Bar icon="warn" label="Connection">
      <p>
        <span role="status">
          The server does not answer. {edits ? "Your edits are kept here and sent when it is back." : "You can go on; edits are kept here and sent when it is back."}
        </span>
        <span className="bar-aside" aria-hidden="true">
          {[edits && counted(edits, "edit"), seconds > 2 && `tried for ${lasting(seconds)}`].filter(Boolean).join(" · ")}
        </span>
      </p>
      <div className="bar-actions">
        <button type="button" className="button" onClick={() => server().hurry()}>
          Try now
        </button>
      </div>
    </Bar>
  );
}

/** How long this has been on the screen. */
function useSeconds(): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const start = Date.now();
    const timer = setInterval(() => setSeconds((Date.now() - start) / 1000), 1000);
    return () => clearInterval(timer);
  }, []);
  return seconds;
}

function Refused() {
  const reason = useEditor((state) => state.reason);
  return /token|address/.test(reason) ? <NewAddress /> : <SentAway reason={reason} />;
}

/** The server ended the connection for another reason, such as too many messages. */
function SentAway({ reason }: { reason: string }) {
  return (
    <Bar icon="lock" label="Connection">
      <p role="alert">The server has ended the connection: {reason}. Your edits are kept here.</p>
      <div className="bar-actions">
        {/protocol|reload/.test(reason) ? (
          <button type="button" className="button" onClick={() => location.reload()}>
            Reload
          </button>
        ) : (
          <button type="button" className="button" onClick={() => server().start()}>
            Connect again
          </button>
        )}
      </div>
    </Bar>
  );
}

function NewAddress() {
  const id = useId();
  const [text, setText] = useState("");
  const { token, problem } = read(text);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!token) return;
    const hash = `#token=${token}`;
    if (location.hash === hash) server().start(token);
    else location.hash = hash; // the page hears that, and connects
  }
  return (
    <Bar icon="lock" label="Connection">
      <div className="bar-words">
        <p role="alert">
          The server was started anew and has another address, or this one lacks the token. Paste the address that it
          printed; your edits are kept here.
        </p>
        <form className="bar-form" onSubmit={submit}>
          <label className="heard" htmlFor={id}>
            New address or token
          </label>
          <input
            id={id}
            className="field"
            type="text"
            autoComplete="off"
            spellCheck={false}
            placeholder={`${location.origin}/#token=…`}
            aria-invalid={problem !== ""}
            aria-describedby={`${id}-said`}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button filled" disabled={!token}>
            Connect
          </button>
        </form>
        <p id={`${id}-said`} className="complaint" aria-live="polite">
          {problem}
        </p>
      </div>
    </Bar>
  );
}

/** The token in an address, or as it is; or why there is none. */
function read(text: string): { token: string; problem: string } {
  const given = text.trim();
  if (!given) return { token: "", problem: "" };
  const found = /token=([\w~.-]+)/.exec(given)?.[1] ?? (/^[\w~.-]{20,}$/.test(given) ? given : "");
  if (!found) return { token: "", problem: "there is no token in this; paste all that the server printed, to the end of #token=…" };
  const origin = /^https?:\/\/[^/#?\s]+/.exec(given)?.[0];
  if (origin && !sameServer(origin))
    return { token: "", problem: `this is the address of another server than ${location.host}; open it in a new tab, or start the server at this address again` };
  return { token: found, problem: "" };
}

/** localhost and 127.0.0.1 are one machine, and what this page calls it stays. */
function sameServer(origin: string): boolean {
  const { hostname, port } = new URL(origin);
  const local = (name: string) => (/^(localhost|127\.0\.0\.1|\[::1\])$/.test(name) ? "localhost" : name);
  return local(hostname) === local(location.hostname) && port === location.port;
}

function Stale() {
  const [seen, setSeen] = useState(false);
  const unsent = useEditor(({ docs }) => Object.values(docs).some(({ pending }) => pending.length));
  if (seen) return null;
  return (
    <Bar icon="reset" label="A newer page">
      <p role="status">The server hands out a newer page than this one. Nothing is lost when you reload.</p>
      <div className="bar-actions">
        <button type="button" className="button" disabled={unsent} onClick={() => location.reload()}>
          Reload
        </button>
        <button type="button" className="button plain" onClick={() => setSeen(true)}>
          Later
        </button>
      </div>
    </Bar>
  );
}
