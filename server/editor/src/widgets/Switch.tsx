// Yes or no.

import { Complaint, described } from "./Complaint";
import type { WidgetProps } from "./contract";
import { problem } from "./values";

export function Switch({ id, schema, value, disabled, describedBy, onChange }: WidgetProps) {
  const complaint = `${id}-complaint`;
  const wrong = problem(schema, value);
  const on = value === true;
  return (
    <div className="widget">
      <span className="widget-row">
        <input
          id={id}
          className="widget-switch"
          type="checkbox"
          role="switch"
          checked={on}
          disabled={disabled}
          aria-describedby={described(describedBy, complaint, wrong)}
          onChange={(event) => onChange(event.target.checked, true)}
          onKeyDown={(event) => {
            if (event.key === "Enter") onChange(!on, true); // as people expect of what looks like a button
          }}
        />
        <span className="widget-muted" aria-hidden="true">
          {on ? "on" : "off"}
        </span>
      </span>
      <Complaint id={complaint} text={wrong} />
    </div>
  );
}
