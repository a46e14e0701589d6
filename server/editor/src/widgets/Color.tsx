// A colour: the browser's own picker, and its name in hexadecimal.

import { useRef } from "react";
import { useCommitted } from "./committed";
import { Complaint, described } from "./Complaint";
import type { SettingSchema, WidgetProps } from "./contract";
import { useDraft } from "./draft";
import { problem, type Read } from "./values";

export function Color({ id, name, schema, value, disabled, describedBy, onChange }: WidgetProps) {
  const picker = useRef<HTMLInputElement>(null);
  const complaint = `${id}-complaint`;
  const text = typeof value === "string" ? value : "";
  const draft = useDraft({
    text,
    wrong: problem(schema, value),
    read: (typed) => readColor(schema, typed),
    change: onChange,
  });
  useCommitted(picker, (picked) => onChange(picked, true));
  return (
    <div className="widget">
      <div className="widget-row">
        <input
          ref={picker}
          className="widget-swatch"
          type="color"
          aria-label={`${name}, picker`}
          value={/^#[0-9a-f]{6}$/i.test(text) ? text.toLowerCase() : "#000000"}
          disabled={disabled}
          onChange={(event) => {
            draft.drop();
            onChange(event.target.value, false);
          }}
        />
        <input
          id={id}
          className="field widget-code"
          type="text"
          autoComplete="off"
          spellCheck={false}
          value={draft.shown}
          disabled={disabled}
          aria-invalid={draft.complaint !== null}
          aria-describedby={described(describedBy, complaint, draft.complaint)}
          {...draft.events}
        />
      </div>
      <Complaint id={complaint} text={draft.complaint} />
    </div>
  );
}

/** As people write it: e0b040 and #fc0 will do. */
function readColor(schema: SettingSchema, typed: string): Read {
  const digits = typed.trim().replace(/^#/, "");
  const full = /^[0-9a-f]{3}$/i.test(digits) ? digits.replace(/./g, "$&$&") : digits;
  const color = /^[0-9a-f]{6}$/i.test(full) ? `#${full.toLowerCase()}` : typed;
  const wrong = problem(schema, color);
  return wrong === null ? { value: color } : { problem: wrong };
}
