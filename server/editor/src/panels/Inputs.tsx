import { useId, useMemo } from "react";

import { change } from "../actions/here";
import { link, unlink } from "../actions/linking";
import { colorOf } from "../canvas/sockets";
import { centreOn } from "../canvas/viewport";
import { type Content, nodeOf, portOf } from "../graph/content";
import { type End, endsOf, type Kinds, startsOf } from "../graph/kinds";
import { linkedTo, wired } from "../graph/wiring";
import { useEditor, useKinds, useShown } from "../state/store";
import { humanised, socketWords } from "./inspector";
import { InspectorProblems } from "./InspectorProblems";
import { InspectorTool as Tool } from "./InspectorTool";

/** What could be linked: an output of a node that does not need this one. */
interface Source {
  socket: string;
  type: string;
}

/** The inputs of a node, and the settings that are sockets, each with a list of what it can be linked to. */
export function Inputs({ node }: { node: string }) {
  const { content, name, readOnly } = useShown();
  const kinds = useKinds();
  const wanted = useEditor(({ sockets }) => sockets[name]);
  const sources = useMemo(() => sourcesFor(kinds, content, node), [kinds, content, node]);
  const ends = endsOf(kinds, content, node).filter((end) => {
    const socket = `${node}.${end.name}`;
    return !end.setting || wanted?.includes(socket) || content.links.some((link) => link[1] === socket);
  });
  if (!ends.length) return null;
  return (
    <section className="inspector-section" aria-label="Inputs">
      <h3>Inputs</h3>
      {ends.map((end) => (
        <Input key={end.name} node={node} end={end} sources={sources} disabled={!!readOnly} />
      ))}
    </section>
  );
}

/** All outputs but those of the node and of what needs it, which would make a circle. */
function sourcesFor(kinds: Kinds, content: Content, node: string): Source[] {
  const next = new Map<string, string[]>();
  for (const [start, end] of content.links) {
    const after = next.get(nodeOf(start));
    if (after) after.push(nodeOf(end));
    else next.set(nodeOf(start), [nodeOf(end)]);
  }
  const later = new Set([node]);
  for (const each of later) for (const after of next.get(each) ?? []) later.add(after);
  return Object.keys(content.nodes)
    .filter((each) => !later.has(each))
    .sort((a, b) => a.localeCompare(b))
    .flatMap((each) => startsOf(kinds, content, each).map(({ name, type }) => ({ socket: `${each}.${name}`, type })));
}

const fitsInto = (end: End, { type }: Source): boolean => !end.type || !type || end.type === type;

interface InputProps {
  node: string;
  end: End;
  sources: Source[];
  disabled: boolean;
}

function Input({ node, end, sources, disabled }: InputProps) {
  const id = useId();
  const { content } = useShown();
  const socket = `${node}.${end.name}`;
  const starts = linkedTo(content, socket);
  const fitting = sources.filter((source) => fitsInto(end, source));
  return (
    <div className="port">
      <div className="port-head">
        <label htmlFor={id}>{end.setting ? humanised(end.name) : end.name}</label>
        {end.optional && <span className="port-fact">{end.setting ? "setting" : "optional"}</span>}
        <Type type={end.type} depth={end.depth} />
      </div>
      {end.many || starts.length > 1 ? (
        <Many id={id} end={end} socket={socket} starts={starts} sources={fitting} disabled={disabled} />
      ) : (
        <One id={id} end={end} socket={socket} start={starts[0] ?? ""} sources={fitting} disabled={disabled} />
      )}
      {!end.setting && <InspectorProblems node={node} socket={end.name} />}
    </div>
  );
}

/** The type that travels, as a dot in its colour and in words. */
function Type({ type, depth }: { type: string; depth: number }) {
  const kinds = useKinds();
  const list = depth > 1 ? "lists of " : depth ? "list of " : "";
  return (
    <span className="port-type">
      <i style={{ background: colorOf(kinds, type) }} aria-hidden="true" />
      {list}
      {type || "anything"}
    </span>
  );
}

interface ChoiceProps {
  id: string;
  end: End;
  socket: string;
  sources: Source[];
  disabled: boolean;
}

function One({ id, end, socket, start, sources, disabled }: ChoiceProps & { start: string }) {
  const known = !start || sources.some((source) => source.socket === start);
  return (
    <select
      id={id}
      className="field"
      value={start}
      disabled={disabled}
      onChange={({ target }) => (target.value ? link(target.value, socket) : unlink(start, socket))}
    >
      <option value="">— nothing —</option>
      {!known && <option value={start}>{socketWords(start)}</option>}
      <Options end={end} sources={sources} />
    </select>
  );
}

const Options = ({ end, sources }: { end: End; sources: Source[] }) =>
  sources.map(({ socket, type }) => (
    <option key={socket} value={socket}>
      {socketWords(socket)}
      {!end.type && type ? ` (${type})` : ""}
    </option>
  ));

/** The links of an input that takes many, in their order. */
function Many({ id, end, socket, starts, sources, disabled }: ChoiceProps & { starts: string[] }) {
  const { content } = useShown();
  const move = (at: number, by: number) => {
    const next = [...starts];
    next.splice(at + by, 0, ...next.splice(at, 1));
    change(wired(content, socket, next), `order ${socket}`);
  };
  return (
    <>
      {starts.length > 0 && (
        <ol className="port-links" aria-label={`Linked to ${portOf(socket)}, in order`}>
          {starts.map((start, at) => (
            <li key={start}>
              <button type="button" className="inspector-go" title={`Go to ${nodeOf(start)}`} onClick={() => centreOn(nodeOf(start))}>
                {socketWords(start)}
              </button>
              <Tool icon="up" label={`Move ${socketWords(start)} up`} disabled={disabled} idle={at === 0} onClick={() => move(at, -1)} />
              <Tool icon="down" label={`Move ${socketWords(start)} down`} disabled={disabled} idle={at === starts.length - 1} onClick={() => move(at, 1)} />
              <Tool icon="close" label={`Remove the link from ${socketWords(start)}`} disabled={disabled} onClick={() => unlink(start, socket)} />
            </li>
          ))}
        </ol>
      )}
      <select id={id} className="field" value="" disabled={disabled} onChange={({ target }) => target.value && link(target.value, socket)}>
        <option value="">{starts.length ? "add…" : "— nothing —"}</option>
        <Options end={end} sources={sources.filter((source) => !starts.includes(source.socket))} />
      </select>
    </>
  );
}

/** What a node gives, and where that goes. */
export function Outputs({ node }: { node: string }) {
  const { content } = useShown();
  const kinds = useKinds();
  const starts = startsOf(kinds, content, node);
  if (!starts.length) return null;
  return (
    <section className="inspector-section" aria-label="Outputs">
      <h3>Outputs</h3>
      {starts.map(({ name, type, depth }) => {
        const ends = content.links.filter(([start]) => start === `${node}.${name}`).map(([, end]) => end);
        return (
          <div key={name} className="port">
            <div className="port-head">
              <span>{name}</span>
              <Type type={type} depth={depth} />
            </div>
            {ends.length === 0 && <p className="inspector-small">goes nowhere</p>}
            {ends.length > 0 && (
              <ul className="port-links" aria-label={`Where ${name} goes`}>
                {ends.map((end) => (
                  <li key={end}>
                    <button type="button" className="inspector-go" title={`Go to ${nodeOf(end)}`} onClick={() => centreOn(nodeOf(end))}>
                      {socketWords(end)}
                    </button>
                  </li>
                ))}
              </ul>
            )}
          </div>
        );
      })}
    </section>
  );
}
