// Drawing and removing links on the canvas. Sockets are named node.output and node.input.

import type { Op } from "../../wire";
import type { Link } from "../graph/content";
import { hindrance, linking, relinking } from "../graph/wiring";
import { say, trouble } from "../state/notices";
import { change, here } from "./here";

/** Why a link cannot be drawn in what is shown, as a sentence; "" if it can. */
export function fits(start: string, end: string): string {
  const { kinds, content } = here();
  return hindrance(kinds, content, start, end);
}

/** Draw a link, also to a setting. An input that takes one only loses the one that it had. */
export function link(start: string, end: string): boolean {
  const { kinds, content } = here();
  const why = hindrance(kinds, content, start, end);
  if (why) {
    trouble(why);
    return false;
  }
  return told(change(linking(kinds, content, start, end), `link to ${end}`), `${start} is linked to ${end}`);
}

export const unlink = (start: string, end: string): boolean =>
  told(change([{ op: "unlink", start, end }], `remove link to ${end}`), `${start} is no longer linked to ${end}`);

/** Put a link in the place of another: one of its ends was dragged elsewhere. */
export function relink(old: Link, start: string, end: string): boolean {
  const { kinds, content } = here();
  const ops = relinking(kinds, content, old, start, end);
  if (typeof ops === "string") {
    trouble(ops);
    return false;
  }
  if (!ops.length) return true; // it was dropped where it was
  return told(change(ops, `link to ${end}`), `${start} is linked to ${end}`);
}

/** Remove all links at a socket, whether it gives or takes. */
export function disconnect(socket: string): boolean {
  const ops = here()
    .content.links.filter((link) => link.includes(socket))
    .map(([start, end]): Op => ({ op: "unlink", start, end }));
  return ops.length > 0 && told(change(ops, `disconnect ${socket}`), `${socket} is linked no more`);
}

function told(done: boolean, text: string): boolean {
  if (done) say(text);
  return done;
}
