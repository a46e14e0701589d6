// What is pasted onto the page: nodes, a graph file, or pictures.

import { pasteText } from "../actions/clipboard";
import { tell } from "../state/notices";
import { takeFiles } from "./drops";
import { viewCentre } from "./viewport";

export function take(data: DataTransfer | null): void {
  const files = [...(data?.files ?? [])];
  const text = data?.getData("text/plain") ?? "";
  if (files.length) void takeFiles(files, viewCentre());
  else if (text) pasteText(text, viewCentre());
  else tell("there is nothing to paste");
}
