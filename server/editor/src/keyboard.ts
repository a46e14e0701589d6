// Keys to commands. Fields and dialogs keep the keys that are theirs.

import { take } from "./canvas/pasting";
import { commands, doIt, parts } from "./commandlist";
import type { Command } from "./commands";
import { get } from "./state/store";

const bound = new Map<string, Command>();
for (const command of commands) for (const keys of command.keys ?? []) bound.set(normal(keys), command);

/** Ctrl or Command first, then Alt and Shift, then the key. */
function normal(keys: string): string {
  const all = parts(keys);
  const key = all.pop()!;
  return [...["Mod", "Alt", "Shift"].filter((each) => all.includes(each)), key.length === 1 ? key.toUpperCase() : key].join("+");
}

function pressed(event: KeyboardEvent): string[] {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const held = [event.ctrlKey || event.metaKey ? "Mod" : "", event.altKey ? "Alt" : ""].filter(Boolean);
  // A sign such as ? already says that Shift is held.
  const exact = [...held, ...(event.shiftKey ? ["Shift"] : []), key].join("+");
  return event.key.length === 1 && !/[a-z ]/i.test(event.key) ? [[...held, key].join("+"), exact] : [exact];
}

const FIELDS = "input, textarea, select, [contenteditable], [role=slider], [role=combobox]";
/** These work wherever one is, but in a dialog. */
const ANYWHERE = new Set(["save", "save_as", "open", "run", "stop", "commands", "share"]);
/** What controls do with keys that would otherwise be commands. */
const OWN = new Set(["Space", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

function takes(target: Element, event: KeyboardEvent, command: Command): boolean {
  if (ANYWHERE.has(command.id)) return false;
  if (target.matches(FIELDS) && !(target instanceof HTMLInputElement && target.type === "checkbox")) return true;
  const key = pressed(event)[0]!;
  return OWN.has(key) && !!target.closest("button, summary, a, [role=tab], [role=button], [role=option], [role=listbox], [role=menu], li[tabindex], .strip, .inspector");
}

/** Focus may have fallen to the page below a dialog, when what had it is gone. */
const covered = (): boolean => !!document.querySelector("dialog:modal");

function heard(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || get().search) return;
  const target = event.target as Element;
  if (target.closest("dialog[open]") || covered()) return;
  const command = pressed(event).map((keys) => bound.get(keys)).find(Boolean);
  if (!command || takes(target, event, command)) return;
  const text = (command.id === "copy" || command.id === "cut") && !getSelection()?.isCollapsed;
  if (text || command.id === "paste") return; // the browser's own; see pasted()
  event.preventDefault();
  doIt(command);
}

export function listen(): void {
  addEventListener("keydown", heard);
  addEventListener("paste", pasted);
}

/** Nodes, graphs and pictures that are pasted onto the page. */
function pasted(event: ClipboardEvent): void {
  const target = event.target as Element;
  if (event.defaultPrevented || target.matches(FIELDS) || target.closest("dialog[open]") || covered()) return;
  event.preventDefault();
  take(event.clipboardData);
}
