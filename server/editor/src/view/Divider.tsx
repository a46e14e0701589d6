import type { KeyboardEvent, PointerEvent } from "react";

interface Props {
  /** How much of the stage shows A, from 0 to 1. */
  at: number;
  onMove(at: number): void;
}

const KEYS: Record<string, (at: number, far: number) => number> = {
  ArrowLeft: (at, far) => at - far,
  ArrowDown: (at, far) => at - far,
  ArrowRight: (at, far) => at + far,
  ArrowUp: (at, far) => at + far,
  Home: () => 0,
  End: () => 1,
};

/** The line between A and B. */
export function Divider({ at, onMove }: Props) {
  const move = (next: number) => onMove(Math.max(0, Math.min(1, next)));
  const percent = Math.round(at * 100);
  return (
    <div
      className="divider"
      role="slider"
      tabIndex={0}
      aria-label="A on the left, B on the right"
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={`${percent} % A`}
      style={{ left: `${at * 100}%` }}
      onKeyDown={(event: KeyboardEvent) => {
        const next = event.altKey ? undefined : KEYS[event.key];
        if (!next) return;
        event.preventDefault();
        event.stopPropagation();
        move(next(at, event.shiftKey ? 0.1 : 0.02));
      }}
      onPointerDown={(event: PointerEvent<HTMLElement>) => {
        event.stopPropagation(); // the picture stays where it is
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event: PointerEvent<HTMLElement>) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const stage = event.currentTarget.parentElement!.getBoundingClientRect();
        move((event.clientX - stage.left) / stage.width);
      }}
    >
      <span className="divider-grip" aria-hidden="true" />
    </div>
  );
}
