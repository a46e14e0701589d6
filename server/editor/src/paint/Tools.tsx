// What is chosen in the painter: the tool, how it paints, and with which class.

import type { ReactNode } from "react";
import type { SettingSchema } from "../widgets/contract";
import { BrushIcon, EraserIcon, FillIcon, RectangleIcon, RedoIcon, UndoIcon } from "../widgets/icons";
import { Slider } from "../widgets/Slider";
import type { Class } from "./classes";
import type { Easel, Tool } from "./easel";
import { type Choices, LARGEST, withClass } from "./choices";
import type { Box } from "./raster";
import type { Kind } from "./sources";

interface ToolsProps {
  kind: Kind;
  classes: Class[];
  choices: Choices;
  choose(changed: Partial<Choices>): void;
  easel: Easel;
  act(paint: (easel: Easel) => Box | null, said: string): void;
  /** Whether there is a picture beneath. */
  seesThrough: boolean;
  resize: ((width: number, height: number) => void) | null;
}

const TOOLS: { tool: Tool; name: string; key: string; icon: ReactNode }[] = [
  { tool: "brush", name: "Brush", key: "B", icon: <BrushIcon /> },
  { tool: "eraser", name: "Eraser", key: "E", icon: <EraserIcon /> },
  { tool: "fill", name: "Fill", key: "F", icon: <FillIcon /> },
  { tool: "rectangle", name: "Rectangle", key: "R", icon: <RectangleIcon /> },
];
const SIZE: SettingSchema = { type: "integer", minimum: 1, maximum: LARGEST, "x-unit": "px", "x-scale": "log" };
const PART: SettingSchema = { type: "integer", minimum: 0, maximum: 100, "x-unit": "%" };
const SIZES = ["512 × 512", "768 × 512", "512 × 768", "1024 × 768", "768 × 1024", "1024 × 1024", "256 × 256"];

export function Tools(props: ToolsProps) {
  const { kind, choices, choose, seesThrough, resize } = props;
  const strokes = choices.tool === "brush" || choices.tool === "eraser";
  return (
    <div className="painter-tools">
      <ToolButtons {...props} />
      {strokes && <Gauge name="Size" schema={SIZE} value={choices.size} set={(size) => choose({ size })} />}
      {strokes && kind === "mask" && (
        <Gauge name="Softness" schema={PART} value={choices.soft} set={(soft) => choose({ soft })} />
      )}
      {seesThrough && (
        <Gauge name="Opacity" schema={PART} value={choices.opacity} set={(opacity) => choose({ opacity })} />
      )}
      <ClassList {...props} />
      {resize && <SizeChoice {...props} resize={resize} />}
      <Steps {...props} />
    </div>
  );
}

function ToolButtons({ choices, choose }: ToolsProps) {
  return (
    <div className="painter-row" role="group" aria-label="Tool">
      {TOOLS.map(({ tool, name, key, icon }) => (
        <button
          key={tool}
          type="button"
          className="button painter-tool"
          aria-pressed={choices.tool === tool}
          aria-keyshortcuts={key}
          title={`${name} (${key})`}
          aria-label={name}
          onClick={() => choose({ tool })}
        >
          {icon}
        </button>
      ))}
    </div>
  );
}

interface GaugeProps {
  name: string;
  schema: SettingSchema;
  value: number;
  set(value: number): void;
}

function Gauge({ name, schema, value, set }: GaugeProps) {
  const id = `painter-${name.toLowerCase()}`;
  return (
    <div className="painter-gauge">
      <label htmlFor={id}>{name}</label>
      <Slider id={id} name={name} schema={schema} value={value} disabled={false} onChange={(next) => set(Number(next))} />
    </div>
  );
}

function ClassList({ kind, classes, choices, choose }: ToolsProps) {
  return (
    <ul className="painter-classes" aria-label={kind === "mask" ? "Sides of the mask" : "Classes"}>
      {classes.map(({ name, color }, at) => (
        <li key={at}>
          <button
            type="button"
            className="painter-class"
            aria-pressed={choices.at === at && choices.tool !== "eraser"}
            aria-keyshortcuts={at < 9 ? String(at + 1) : undefined}
            onClick={() => choose(withClass(choices, at))}
          >
            <span className="painter-swatch" style={{ background: swatch(kind, at, color) }} />
            <span className="painter-class-name">{name}</span>
            {at < 9 && (
              <kbd className="painter-key" aria-hidden="true">
                {at + 1}
              </kbd>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A mask is seen as a tint, so that is what stands for its inside. */
function swatch(kind: Kind, at: number, color: string): string {
  return kind === "labels" ? color : at === 0 ? "var(--accent)" : "transparent";
}

function SizeChoice({ easel, resize }: ToolsProps & { resize(width: number, height: number): void }) {
  const { width, height } = easel.raster;
  return (
    <div className="painter-gauge">
      <label htmlFor="painter-canvas">Canvas</label>
      <span className="widget-opens">
        <select
          id="painter-canvas"
          className="field"
          value={`${width} × ${height}`}
          onChange={(event) => {
            const [wide = width, high = height] = event.target.value.split(" × ").map(Number);
            resize(wide, high);
          }}
        >
          {SIZES.map((size) => (
            <option key={size}>{size}</option>
          ))}
        </select>
      </span>
    </div>
  );
}

/** Undo and redo are never disabled outright, as that would take the focus away from who presses them. */
function Steps({ kind, easel, act }: ToolsProps) {
  return (
    <div className="painter-row painter-steps">
      <Step name="Undo" keys="Ctrl+Z" able={easel.canUndo} take={() => act((each) => each.undo(), "Undone")}>
        <UndoIcon />
      </Step>
      <Step name="Redo" keys="Ctrl+Shift+Z" able={easel.canRedo} take={() => act((each) => each.redo(), "Done again")}>
        <RedoIcon />
      </Step>
      {kind === "mask" && (
        <button type="button" className="button" onClick={() => act((each) => each.invert(), "Inverted")}>
          Invert
        </button>
      )}
      <button type="button" className="button" onClick={() => act((each) => each.clear(), "Cleared")}>
        Clear
      </button>
    </div>
  );
}

interface StepProps {
  name: string;
  keys: string;
  able: boolean;
  take(): void;
  children: ReactNode;
}

/** It keeps the focus when there is nothing left to take back. */
function Step({ name, keys, able, take, children }: StepProps) {
  return (
    <button
      type="button"
      className="button icon"
      aria-label={name}
      title={`${name} (${keys})`}
      aria-disabled={!able}
      onClick={() => able && take()}
    >
      {children}
    </button>
  );
}
