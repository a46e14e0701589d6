// A mask or a map of classes, painted by hand.

import { lazy, Suspense, useRef, useState } from "react";
import { isChosen } from "./Choice";
import { Complaint, described } from "./Complaint";
import type { WidgetProps } from "./contract";
import { BrushIcon } from "./icons";
import { baseOf } from "./names";
import { Thumb } from "./Thumb";
import { useThumbnail } from "./thumbnail";

const Painter = lazy(() => import("../paint/Painter").then(({ Painter }) => ({ default: Painter })));

export const Mask = (props: WidgetProps) => <Painted {...props} kind="mask" />;
export const Labels = (props: WidgetProps) => <Painted {...props} kind="labels" />;

function Painted({ id, name, schema, value, disabled, describedBy, onChange, kind }: WidgetProps & { kind: "mask" | "labels" }) {
  const file = isChosen(value) ? value : null;
  const thumbnail = useThumbnail(file);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const complaint = `${id}-complaint`;
  return (
    <div className="widget">
      <div className="widget-picture" role="group" aria-label={name}>
        <Thumb url={thumbnail.url} hard={kind === "labels"} />
        <div className="widget-beside">
          <span className="widget-name" title={file ?? undefined}>
            {file === null ? "Nothing painted yet" : baseOf(file)}
          </span>
          <button
            ref={button}
            type="button"
            id={id}
            className="button"
            disabled={disabled}
            aria-label={`Paint… ${name}`}
            aria-haspopup="dialog"
            aria-describedby={described(describedBy, complaint, thumbnail.error)}
            onClick={() => setOpen(true)}
          >
            <BrushIcon />
            Paint…
          </button>
        </div>
      </div>
      <Complaint id={complaint} text={thumbnail.error} />
      {open && (
        <Suspense fallback={<p className="widget-muted">Opening…</p>}>
          <Painter
            kind={kind}
            name={name}
            palette={schema["x-palette"]}
            file={file}
            use={(painted) => onChange(painted, true)}
            close={() => {
              setOpen(false);
              button.current?.focus();
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
