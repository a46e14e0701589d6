// Where the focus is on the canvas.

/** The node, frame or note that has the focus itself, or in whose title or text it is; "" for none. */
export const focused = (): string =>
  document.activeElement?.closest<HTMLElement>(".react-flow__node")?.dataset["id"] ?? "";
