// Where random numbers begin: a number, and dice for another.

import { Complaint } from "./Complaint";
import type { SettingSchema, WidgetProps } from "./contract";
import { Exact } from "./Exact";
import { DiceIcon } from "./icons";
import { useNumber } from "./NumberField";

const MOST = 2 ** 32 - 1;

export function Seed(props: WidgetProps) {
  const complaint = `${props.id}-complaint`;
  const { draft, exact } = useNumber(props, complaint);
  function roll() {
    draft.drop();
    props.onChange(anySeed(props.schema), true);
  }
  return (
    <div className="widget">
      <div className="widget-row">
        <Exact {...exact} />
        <button
          type="button"
          className="button icon"
          aria-label={`Roll another ${props.name}`}
          title="Roll the dice"
          disabled={props.disabled}
          onClick={roll}
        >
          <DiceIcon />
        </button>
      </div>
      <Complaint id={complaint} text={draft.complaint} />
    </div>
  );
}

function anySeed({ minimum = 0, maximum = MOST }: SettingSchema): number {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
  const span = Math.min(maximum - minimum, MOST) + 1;
  return minimum + (drawn % span);
}
