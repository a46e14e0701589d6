// One of several: the browser's own list where it is short, one with a search where it is long.

import { Combobox } from "./Combobox";
import { Complaint, described } from "./Complaint";
import { usePictures, type WidgetProps } from "./contract";
import { folderOf } from "./names";
import { label, problem } from "./values";

/** More than these are searched. */
const SHORT = 8;

export function Choice(props: WidgetProps) {
  const options = props.schema.enum ?? [];
  if (options.length <= SHORT) return <Select {...props} options={options} wrong={problem(props.schema, props.value)} />;
  return <Combobox {...props} options={options} />;
}

/** The name of a port type. */
export function TypeChoice(props: WidgetProps) {
  const { types } = usePictures();
  const known = types.includes(String(props.value));
  return <Select {...props} options={types} wrong={known ? null : `There is no port type ${label(props.value)}; choose one of the list.`} />;
}

/** A folder of pictures. */
export function Folder(props: WidgetProps) {
  const { files } = usePictures();
  const folders = [...new Set(files.map(folderOf).filter(Boolean))].sort();
  const known = folders.includes(String(props.value));
  const wrong = known ? null : isChosen(props.value) ? `There are no pictures in ${String(props.value)}.` : null;
  return <Select {...props} options={folders} wrong={wrong} none={folders.length > 0 ? "choose a folder" : "no pictures yet"} />;
}

/** Whether a setting names a file or a folder; Python writes the empty path as a dot. */
export function isChosen(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value !== ".";
}


interface SelectProps extends WidgetProps {
  options: readonly unknown[];
  wrong: string | null;
  /** What the list shows while nothing is chosen. */
  none?: string;
}

function Select({ id, value, disabled, describedBy, onChange, options, wrong, none = "choose one" }: SelectProps) {
  const complaint = `${id}-complaint`;
  const at = options.indexOf(value);
  const stray = value === undefined || value === null || !isChosen(String(value)) ? none : `${label(value)} (missing)`;
  return (
    <div className="widget">
      <span className="widget-opens">
        <select
          id={id}
          className="field"
          value={at}
          disabled={disabled}
          aria-invalid={wrong !== null}
          aria-describedby={described(describedBy, complaint, wrong)}
          onChange={(event) => onChange(options[Number(event.target.value)], true)}
        >
          {at < 0 && (
            <option value={-1} disabled>
              {stray}
            </option>
          )}
          {options.map((option, index) => (
            <option key={index} value={index}>
              {label(option)}
            </option>
          ))}
        </select>
      </span>
      <Complaint id={complaint} text={wrong} />
    </div>
  );
}
