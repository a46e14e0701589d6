// How names are written in the inspector.

import { nodeOf, portOf } from "../graph/content";

/** tile_size is tile size. */
export const humanised = (name: string): string => name.replaceAll("_", " ");

/** A socket in words: photo size · image. */
export const socketWords = (socket: string): string => `${nodeOf(socket)} · ${portOf(socket)}`;
