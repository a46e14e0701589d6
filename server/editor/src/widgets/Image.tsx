// A picture file: chosen from the library, uploaded, dropped or pasted.

import { type ClipboardEvent, type DragEvent, useRef, useState } from "react";
import { isChosen } from "./Choice";
import { Complaint, described } from "./Complaint";
import { usePictures, type WidgetProps } from "./contract";
import { PictureIcon, UploadIcon } from "./icons";
import { baseOf, nameOf, refusal } from "./names";
import { Picker } from "./Picker";
import { Thumb } from "./Thumb";
import { sentence, useThumbnail } from "./thumbnail";

export function Image(props: WidgetProps) {
  const { id, name, value, disabled, describedBy } = props;
  const file = isChosen(value) ? value : null;
  const frame = useRef<HTMLDivElement>(null);
  const thumbnail = useThumbnail(file);
  const upload = useUpload(props);
  const drop = useDrop(upload.take, disabled);
  const complaint = `${id}-complaint`;
  const wrong = upload.wrong ?? thumbnail.error;
  const picker = `${id}-picker`;
  return (
    <div className="widget">
      <div
        ref={frame}
        className="widget-picture"
        role="group"
        aria-label={name}
        aria-busy={upload.busy}
        data-over={drop.over || undefined}
        {...drop.events}
        onPaste={(event) => {
          if (!disabled) pasted(event, upload.take);
        }}
      >
        <button
          type="button"
          className="widget-shows"
          tabIndex={-1}
          popoverTarget={picker}
          disabled={disabled}
          aria-label={`Picture of ${name}`}
          title="Choose a picture, or drop or paste one here"
        >
          <Thumb url={thumbnail.url} />
        </button>
        <div className="widget-beside">
          <span id={`${id}-file`} className="widget-name" title={file ?? undefined}>
            {upload.busy ? "Uploading…" : file === null ? "No picture yet" : baseOf(file)}
          </span>
          <span className="widget-row">
            <button
              type="button"
              id={id}
              className="button"
              popoverTarget={picker}
              disabled={disabled}
              aria-label={`Choose a picture for ${name}`}
              aria-describedby={described([`${id}-file`, describedBy].filter(Boolean).join(" "), complaint, wrong)}
            >
              <PictureIcon />
              Choose
            </button>
            <UploadButton name={name} disabled={disabled || upload.busy} take={upload.take} />
          </span>
        </div>
      </div>
      <Picker
        id={picker}
        name={name}
        current={file}
        anchor={frame}
        choose={(chosen) => {
          upload.forget();
          if (chosen !== file) props.onChange(chosen, true);
        }}
      />
      <Complaint id={complaint} text={wrong} />
    </div>
  );
}

function UploadButton({ name, disabled, take }: { name: string; disabled: boolean; take(file: File): void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="button icon"
        disabled={disabled}
        aria-label={`Upload a picture for ${name}`}
        title="Upload a picture"
        onClick={() => input.current?.click()}
      >
        <UploadIcon />
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept="image/png,image/jpeg,image/webp"
        aria-label={`File for ${name}`}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = ""; // the same file may be chosen again
          if (file) take(file);
        }}
      />
    </>
  );
}

/** Sends one picture at a time to the server and makes it the value. */
function useUpload({ onChange }: WidgetProps) {
  const pictures = usePictures();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  async function take(file: File) {
    const problem = refusal(file);
    setWrong(problem);
    if (problem !== null || busy) return;
    setBusy(true);
    try {
      onChange(await pictures.upload(nameOf(file.name), file), true);
    } catch (error) {
      setWrong(sentence(error));
    } finally {
      setBusy(false);
    }
  }
  return { busy, wrong, take: (file: File) => void take(file), forget: () => setWrong(null) };
}

/** A file may be dropped; the page, which opens graphs that are dropped, does not get this one. */
function useDrop(take: (file: File) => void, disabled: boolean) {
  const [over, setOver] = useState(false);
  const enter = (event: DragEvent) => {
    if (disabled || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = "copy";
    setOver(true);
  };
  const events = {
    onDragEnter: enter,
    onDragOver: enter,
    onDragLeave(event: DragEvent) {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
    },
    onDrop(event: DragEvent) {
      const [file] = event.dataTransfer.files;
      setOver(false);
      if (disabled || !file) return;
      event.preventDefault();
      event.stopPropagation();
      take(file);
    },
  };
  return { over, events };
}

function pasted(event: ClipboardEvent, take: (file: File) => void) {
  const [file] = event.clipboardData.files;
  if (!file) return; // a text goes where texts go
  event.preventDefault();
  event.stopPropagation();
  take(file);
}
