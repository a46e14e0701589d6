// What every widget of a setting is given. Widgets know no store and no socket.

import { createContext, useContext } from "react";

/** JSON Schema of one setting, as server/catalogue.py writes it. */
export interface SettingSchema {
  type?: string | string[];
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  enum?: unknown[];
  pattern?: string;
  "x-widget"?: string;
  "x-port"?: string;
  "x-unit"?: string;
  "x-step"?: number;
  "x-scale"?: "log";
  "x-live"?: boolean;
  "x-note"?: string;
  /** Such as may stand in the text, separated by commas. */
  "x-names"?: string[];
  "x-palette"?: { name: string; color: string }[];
}

export interface WidgetProps {
  /** Of the field, for its label. */
  id: string;
  /** What the setting is called, such as octaves. */
  name: string;
  schema: SettingSchema;
  value: unknown;
  disabled: boolean;
  /** Element that describes the field, for aria-describedby. */
  describedBy?: string;
  /** A new value; with `done` false in the middle of a drag, so that one drag is one step of undo. */
  onChange(value: unknown, done: boolean): void;
}

/** What widgets for pictures need from outside. */
export interface Pictures {
  /** Names by which settings call pictures, such as pictures/me.png. */
  files: string[];
  /** Port types, for the widget "type". */
  types: string[];
  /** Keep a picture on the server; gives its name, or throws an Error with a sentence. */
  upload(name: string, data: Blob): Promise<string>;
  /** A picture by name; no larger than `width` on its longer side if that is given. Throws likewise, also once aborted. */
  fetch(file: string, width?: number, signal?: AbortSignal): Promise<Blob>;
  /** What the node's first picture input is given, if that is known: shown beneath what is painted. */
  beneath?(): Promise<Blob | null>;
}

export const PicturesContext = createContext<Pictures>({
  files: [],
  types: [],
  upload: () => Promise.reject(new Error("there is no server")),
  fetch: () => Promise.reject(new Error("there is no server")),
});

export const usePictures = (): Pictures => useContext(PicturesContext);
