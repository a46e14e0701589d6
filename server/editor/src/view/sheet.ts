// What lies in the cells of a contact sheet.

import { useEffect, useState } from "react";

import type { Preview } from "../../wire";
import { watch } from "../state/previews";
import { useEditor } from "../state/store";

export interface Sheet {
  columns: number;
  /** The place of each item, row by row. */
  cells: number[][];
}

const sheetIn = ({ columns, cells }: Preview): Sheet | null => (columns && cells.length ? { columns, cells } : null);

const equal = (a: Sheet | null, b: Sheet | null): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The items of a node that has some, by its latest preview; null for one that has none. */
export function useSheet(graph: string, node: string, wanted = true): Sheet | null {
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const ready = useEditor(({ connection, docs }) => connection === "open" && !!docs[graph]?.reports[node]);
  useEffect(() => {
    setSheet(null);
    if (!wanted || !ready) return;
    const shown = (facts: Preview) => setSheet((before) => (equal(before, sheetIn(facts)) ? before : sheetIn(facts)));
    return watch(graph, node, { canvas: document.createElement("canvas"), width: 128, shown });
  }, [graph, node, wanted, ready]);
  return sheet;
}

/** The item at a place of the picture, which goes from 0 to 1 each way. */
export function itemAt({ columns, cells }: Sheet, across: number, down: number): number[] | undefined {
  const rows = Math.ceil(cells.length / columns);
  const [column, row] = [Math.floor(across * columns), Math.floor(down * rows)];
  return column >= 0 && column < columns && row >= 0 ? cells[row * columns + column] : undefined;
}
