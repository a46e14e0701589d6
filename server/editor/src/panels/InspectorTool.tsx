import { Icon, type IconName } from "../icons";

interface Props {
  icon: IconName;
  label: string;
  pressed?: boolean;
  disabled?: boolean;
  /** There is nothing to do now, but it keeps the focus. */
  idle?: boolean;
  /** It is seen even where others hide until they are pointed at. */
  kept?: boolean;
  onClick(): void;
}

/** A small button that stands beside what it is about. */
export function InspectorTool({ icon, label, pressed, disabled, idle, kept, onClick }: Props) {
  return (
    <button type="button" className="inspector-tool" data-kept={kept || undefined} aria-label={label} title={label} aria-pressed={pressed} disabled={disabled} aria-disabled={idle || undefined} onClick={() => idle || onClick()}>
      <Icon name={icon} />
    </button>
  );
}
