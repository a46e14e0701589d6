// How large the nodes on the canvas were drawn; the canvas fills it.

import { type Size, USUAL } from "../graph/boxes";

export const measured = new Map<string, Size>();

export const sizeOf = (node: string): Size => measured.get(node) ?? USUAL;
