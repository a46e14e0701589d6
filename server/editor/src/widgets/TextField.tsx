// A text of one line, of many, or one that holds JSON where no widget is known.

import type { WidgetProps } from "./contract";
import { Complaint, described } from "./Complaint";
import { useDraft } from "./draft";
import { problem, type Read, readJson } from "./values";

export function TextField(props: WidgetProps) {
  return <Typed {...props} text={textOf(props.value)} read={(text) => readText(props, text)} eager />;
}

export function Multiline(props: WidgetProps) {
  return <Typed {...props} text={textOf(props.value)} read={(text) => readText(props, text)} eager lines />;
}

/** For a widget that this page does not know, such as one of a newer server. */
export function JsonField(props: WidgetProps) {
  const text = props.value === undefined ? "" : JSON.stringify(props.value);
  return <Typed {...props} text={text} read={(typed) => readJson(props.schema, typed)} code />;
}

interface TypedProps extends WidgetProps {
  text: string;
  read(text: string): Read;
  eager?: boolean;
  lines?: boolean;
  code?: boolean;
}

function Typed({ id, schema, value, disabled, describedBy, onChange, text, read, eager, lines, code }: TypedProps) {
  const complaint = `${id}-complaint`;
  const wrong = schema.type || schema.enum ? problem(schema, value) : null;
  const draft = useDraft({ text, wrong, read, change: onChange, eager, lines });
  // With a pattern the note says what must match, and is told when it does not.
  const note = schema.pattern === undefined ? schema["x-note"] : undefined;
  const outside = [describedBy, note && `${id}-note`].filter(Boolean).join(" ");
  const shared = {
    id,
    className: code ? "field widget-code" : "field",
    value: draft.shown,
    disabled,
    spellCheck: lines ?? false,
    "aria-invalid": draft.complaint !== null,
    "aria-describedby": described(outside, complaint, draft.complaint),
    ...draft.events,
  };
  return (
    <div className="widget">
      {lines ? <textarea rows={3} {...shared} /> : <input type="text" autoComplete="off" {...shared} />}
      {note && (
        <p id={`${id}-note`} className="widget-muted">
          {note}
        </p>
      )}
      <Complaint id={complaint} text={draft.complaint} />
    </div>
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
}

function readText({ schema }: WidgetProps, text: string): Read {
  const wrong = problem(schema, text);
  return wrong === null ? { value: text } : { problem: wrong };
}
