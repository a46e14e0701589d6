// Painting a mask or a map of classes, over the picture that it is for.

import { useMemo, useRef, useState } from "react";
import { usePictures } from "../widgets/contract";
import { sentence } from "../widgets/thumbnail";
import { type Choices, starting, told } from "./choices";
import { type Class, classesOf, groundOf } from "./classes";
import { Easel } from "./easel";
import { encoded } from "./file";
import { Footer } from "./Footer";
import { onKey } from "./keys";
import { Modal } from "./Modal";
import { type Box, pixelOf, resized } from "./raster";
import { type Kind, type Sources, useSources } from "./sources";
import { Stage } from "./Stage";
import { Tools } from "./Tools";
import "./paint.css";

interface PainterProps {
  kind: Kind;
  /** Of the setting. */
  name: string;
  palette?: Class[];
  /** What has been painted before. */
  file: string | null;
  /** Take what is painted, by the name that it has now. */
  use(file: string): void;
  close(): void;
}

export function Painter(props: PainterProps) {
  const { kind, palette, file } = props;
  const classes = useMemo(() => classesOf(kind, palette), [kind, palette]);
  const sources = useSources(kind, file, pixelOf(groundOf(kind, classes)));
  const title = kind === "mask" ? `Paint the mask “${props.name}”` : `Paint the map “${props.name}”`;
  // Loading is short, and the page stays usable meanwhile.
  if (!sources) return <p className="heard">Opening…</p>;
  return <Workshop {...props} title={title} classes={classes} sources={sources} />;
}

interface WorkshopProps extends PainterProps {
  title: string;
  classes: Class[];
  sources: Sources;
}

function Workshop({ kind, title, classes, sources, file, use, close }: WorkshopProps) {
  const { upload } = usePictures();
  const [easel, setEasel] = useState(sources.easel);
  const [choices, setChoices] = useState<Choices>(() => starting(kind, classes, sources));
  const [heard, setHeard] = useState("");
  const [wrong, setWrong] = useState(sources.wrong);
  const [step, setStep] = useState<"painting" | "asking" | "saving">("painting");
  const stage = useRef<HTMLDivElement>(null);
  const redraw = useRef<(box: Box | null) => void>(() => undefined);
  const [, setTurn] = useState(0);

  function choose(changed: Partial<Choices>) {
    const next = { ...choices, ...changed };
    setChoices(next);
    if ("tool" in changed || "at" in changed) setHeard(told(next, classes));
    else if ("size" in changed) setHeard(`${next.size} pixels`);
  }
  /** Something that paints; what it touched is drawn, and the buttons look again at what can be undone. */
  function act(paint: (easel: Easel) => Box | null, said = "") {
    redraw.current(paint(easel));
    setTurn((turn) => turn + 1);
    setHeard(said);
  }
  function leave() {
    if (easel.painting) act((busy) => busy.drop(), "Dropped");
    else if (step === "painting" && easel.canUndo) setStep("asking");
    else if (step === "asking") {
      setStep("painting");
      stage.current?.focus();
    } else if (step === "painting") close();
  }
  async function save() {
    if (!easel.canUndo && file !== null) return close();
    easel.end();
    setStep("saving");
    try {
      use(await upload(kind, await encoded(easel.raster)));
      close();
    } catch (error) {
      setWrong(sentence(error));
      setStep("painting");
    }
  }
  return (
    <Modal title={title} leave={leave} onKeyDown={(event) => onKey(event, { choices, classes, choose, act })}>
      <div className="painter-body">
        <Tools
          kind={kind}
          classes={classes}
          choices={choices}
          choose={choose}
          easel={easel}
          act={act}
          seesThrough={sources.beneath !== null}
          resize={sources.free ? (width, height) => setEasel(sized(easel, width, height)) : null}
        />
        <Stage
          key={`${easel.raster.width} ${easel.raster.height}`}
          easel={easel}
          beneath={sources.beneath}
          hand={{
            tool: choices.tool,
            size: choices.size,
            soft: kind === "mask" ? choices.soft / 100 : 0,
            color: pixelOf(classes[choices.at]?.color ?? "#000000"),
          }}
          opacity={choices.opacity / 100}
          stage={stage}
          redraw={redraw}
          done={() => setTurn((turn) => turn + 1)}
          say={setHeard}
        />
      </div>
      <Footer step={step} wrong={wrong} leave={leave} close={close} save={() => void save()} />
      <p className="heard" role="status">
        {heard}
      </p>
    </Modal>
  );
}

function sized(easel: Easel, width: number, height: number): Easel {
  return new Easel(easel.kind, resized(easel.raster, width, height), easel.ground);
}
