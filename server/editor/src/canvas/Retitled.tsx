import { useState } from "react";

interface Props {
  className: string;
  label: string;
  text: string;
  disabled: boolean;
  /** It may have several lines. */
  many?: boolean;
  onChange(text: string): void;
}

/** A text that becomes a field by a double click, or by Enter. */
export function Retitled({ className, label, text, disabled, many = false, onChange }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null)
    return (
      <div
        className={className}
        role="button"
        tabIndex={0}
        aria-label={`${label}: ${text || "empty"}. Enter changes it`}
        onDoubleClick={() => disabled || setDraft(text)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || disabled) return;
          event.preventDefault();
          event.stopPropagation();
          setDraft(text);
        }}
      >
        {text || <span className="is-empty">{label}</span>}
      </div>
    );
  const end = (keep: boolean) => {
    if (keep && draft !== text) onChange(draft);
    setDraft(null);
  };
  const Field = many ? "textarea" : "input";
  return (
    <Field
      className={`${className} nodrag nowheel`}
      aria-label={label}
      value={draft}
      autoFocus
      onChange={({ target }) => setDraft(target.value)}
      onBlur={() => end(true)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") end(false);
        else if (event.key === "Enter" && (!many || event.ctrlKey || event.metaKey)) end(true);
      }}
    />
  );
}
