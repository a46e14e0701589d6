// A number with one end or none.

import { Complaint, described } from "./Complaint";
import type { SettingSchema, WidgetProps } from "./contract";
import { useDraft } from "./draft";
import { Exact } from "./Exact";
import { isInteger, problem, readNumber, written } from "./values";

export function NumberField(props: WidgetProps) {
  const complaint = `${props.id}-complaint`;
  const { draft, exact } = useNumber(props, complaint);
  return (
    <div className="widget">
      <Exact {...exact} />
      <Complaint id={complaint} text={draft.complaint} />
    </div>
  );
}

/** What the field for a number needs, also for widgets that put something beside it. */
export function useNumber({ id, schema, value, disabled, describedBy, onChange }: WidgetProps, complaint: string) {
  const number = typeof value === "number" ? value : undefined;
  const draft = useDraft({
    text: written(value),
    wrong: problem(schema, value),
    read: (text) => readNumber(schema, text),
    change: onChange,
  });
  const exact = {
    id,
    schema,
    number,
    disabled,
    draft,
    describedBy: described(describedBy, complaint, draft.complaint),
    onStep: (steps: number, done: boolean) => onChange(stepped(schema, number ?? 0, steps), done),
  };
  return { draft, exact };
}

function stepped(schema: SettingSchema, number: number, steps: number): number {
  const size = schema["x-step"] ?? (isInteger(schema) ? 1 : sizeOf(number));
  const next = Number((number + steps * size).toPrecision(12));
  return Math.min(Math.max(next, schema.minimum ?? -Infinity), schema.maximum ?? Infinity);
}

/** A step that suits the number: 0.1 for ones, 10 for hundreds. */
function sizeOf(number: number): number {
  return number === 0 ? 0.1 : 10 ** (Math.floor(Math.log10(Math.abs(number))) - 1);
}
