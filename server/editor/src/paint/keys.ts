// Keys that work everywhere in the painter, but where something is typed.

import type { KeyboardEvent } from "react";
import { type Choices, nextSize, withClass } from "./choices";
import type { Class } from "./classes";
import type { Easel, Tool } from "./easel";
import type { Box } from "./raster";

const TOOLS: Record<string, Tool> = { b: "brush", e: "eraser", f: "fill", r: "rectangle" };

interface Hands {
  choices: Choices;
  classes: Class[];
  choose(changed: Partial<Choices>): void;
  act(paint: (easel: Easel) => Box | null, said: string): void;
}

export function onKey(event: KeyboardEvent, hands: Hands) {
  const typing = (event.target as Element).matches("input:not([type=range]), select, textarea");
  if (typing || event.altKey) return;
  const taken = event.ctrlKey || event.metaKey ? step(event, hands) : pick(event.key.toLowerCase(), hands);
  if (taken) event.preventDefault();
}

function step({ key, shiftKey }: KeyboardEvent, { act }: Hands): boolean {
  const letter = key.toLowerCase();
  if (letter === "z" && !shiftKey) act((easel) => easel.undo(), "Undone");
  else if (letter === "y" || letter === "z") act((easel) => easel.redo(), "Done again");
  else return false;
  return true;
}

function pick(key: string, { choices, classes, choose }: Hands): boolean {
  const at = /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  const tool = TOOLS[key];
  if (key === "[" || key === "]") choose({ size: nextSize(choices.size, key === "]") });
  else if (classes[at]) choose(withClass(choices, at));
  else if (tool) choose({ tool });
  else return false;
  return true;
}
