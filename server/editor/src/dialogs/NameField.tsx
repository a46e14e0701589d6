// A name to be typed, with a sentence when it will not do.

import { useId } from "react";

interface NameFieldProps {
  label: string;
  value: string;
  /** Why this name will not do; "" if it will. */
  problem: string;
  /** What a person should know of a name that will do. */
  note?: string;
  onChange(value: string): void;
}

export function NameField({ label, value, problem, note = "", onChange }: NameFieldProps) {
  const id = useId();
  return (
    <div className="name-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field"
        type="text"
        autoComplete="off"
        spellCheck={false}
        data-first
        aria-invalid={problem !== ""}
        aria-describedby={`${id}-said`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-said`} className={problem ? "complaint" : "name-note"} aria-live="polite">
        {problem || note}
      </p>
    </div>
  );
}
