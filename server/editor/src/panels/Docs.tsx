import type { NodeInfo } from "../../wire";
import { colorOf } from "../canvas/sockets";
import { GRAPH, infoOf, settingsOf, titleOf } from "../graph/kinds";
import { useKinds, useShown } from "../state/store";
import type { SettingSchema } from "../widgets/contract";
import { humanised } from "./inspector";

/** What the selected node is, as its maker tells; of the graph, what is written on it. */
export function Docs({ nodes }: { nodes: string[] }) {
  const { content } = useShown();
  const kinds = useKinds();
  const placed = [...new Set(nodes.map((node) => content.nodes[node]!.kind))];
  if (!nodes.length) return <Notes />;
  return placed.map((kind) => {
    const info = infoOf(kinds, content, nodes.find((node) => content.nodes[node]!.kind === kind)!);
    return info ? <Kind key={kind} kind={kind} info={info} /> : <p key={kind} className="inspector-note">nothing is known of {kind}</p>;
  });
}

function Notes() {
  const { content } = useShown();
  const texts = content.notes.map(({ text }) => text.trim()).filter(Boolean);
  if (!texts.length) return <p className="inspector-note">Select a node to read what it does. Nothing is written on this graph.</p>;
  return texts.map((text, at) => <Prose key={at} text={text} />);
}

/** A text in paragraphs; those that are indented are examples. */
function Prose({ text }: { text: string }) {
  return (
    <div className="docs-prose">
      {text.split(/\n\s*\n/).map((part, at) => (/^ {4}/.test(part) ? <pre key={at}>{part.replace(/^ {4}/gm, "")}</pre> : <p key={at}><Line text={part.replace(/\s*\n\s*/g, " ")} /></p>))}
    </div>
  );
}

/** Names in doubled backticks stand out. */
const Line = ({ text }: { text: string }) =>
  text.split("``").map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part));

const TOUCHES = {
  files: "It reads or writes files on the computer that Capriccio runs on.",
  network: "It reaches other computers over the network.",
};

function Kind({ kind, info }: { kind: string; info: NodeInfo }) {
  const settings = Object.entries(settingsOf(info));
  return (
    <article className="docs">
      <h2 className="docs-title">{titleOf(kind)}</h2>
      <p className="inspector-kind">
        {kind.startsWith(GRAPH) ? "a graph" : kind} · {info.category}
      </p>
      <Prose text={info.doc || "Its maker has written nothing of it."} />
      {info.touches.map((what) => (
        <p key={what} className="docs-touches">
          {TOUCHES[what]}
        </p>
      ))}
      <Sockets title="Inputs" sockets={info.inputs} />
      <Sockets title="Outputs" sockets={info.outputs} />
      {settings.length > 0 && (
        <section className="inspector-section">
          <h3>Settings</h3>
          <dl className="docs-list">
            {settings.map(([name, schema]) => (
              <Setting key={name} name={name} schema={schema} />
            ))}
          </dl>
        </section>
      )}
    </article>
  );
}

interface SocketFacts {
  name: string;
  type: string;
  depth: number;
  generic: boolean;
  optional?: boolean;
  live?: boolean;
}

function Sockets({ title, sockets }: { title: string; sockets: SocketFacts[] }) {
  const kinds = useKinds();
  if (!sockets.length) return null;
  return (
    <section className="inspector-section">
      <h3>{title}</h3>
      <dl className="docs-list">
        {sockets.map(({ name, type, depth, generic, optional, live }) => (
          <div key={name}>
            <dt>
              {name}
              <span className="port-type">
                <i style={{ background: colorOf(kinds, generic ? "" : type) }} aria-hidden="true" />
                {depth > 1 ? "lists of " : depth ? "list of " : ""}
                {generic ? "anything" : type}
              </span>
            </dt>
            <dd>
              {[!generic && kinds.ports.get(type)?.doc, optional && "Optional.", live && "Takes changes while the node runs."]
                .filter(Boolean)
                .join(" ")}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Setting({ name, schema }: { name: string; schema: SettingSchema }) {
  return (
    <div>
      <dt>
        {humanised(name)}
        <span className="port-type">{schema["x-port"]}</span>
      </dt>
      <dd>
        {[schema.description, rangeOf(schema), defaultOf(schema), schema["x-live"] && "May change while the graph runs."]
          .filter(Boolean)
          .join(" ")}
      </dd>
      {schema["x-note"] && <dd>{schema["x-note"]}</dd>}
    </div>
  );
}

const HUGE = 1e15; // bounds beyond this are those of the file format

function rangeOf({ minimum, maximum, "x-unit": unit, "x-scale": scale }: SettingSchema): string {
  if (minimum === undefined || maximum === undefined || Math.max(-minimum, maximum) > HUGE) return "";
  return `${minimum} to ${maximum}${unit ? ` ${unit}` : ""}${scale ? ", log" : ""}.`;
}

const defaultOf = ({ default: value }: SettingSchema): string =>
  value === undefined || value === null || value === "" ? "" : `Default ${String(value)}.`;
