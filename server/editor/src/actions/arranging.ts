// Putting nodes in order on the canvas.

import { aligned, boxesOf, distributed, type Edge, type Places, type Size, USUAL } from "../graph/boxes";
import { own } from "../graph/content";
import { shifting } from "../graph/frames";
import { arranging, layered } from "../graph/layered";
import { say, tell, trouble } from "../state/notices";
import { get, reportIn } from "../state/store";
import { change, here } from "./here";
import { sizeOf } from "./sizes";

const selectedBoxes = () => boxesOf(here().content, get().selection, sizeOf);

/** Let the selected nodes stand in a line. */
export function align(edge: Edge): boolean {
  const boxes = selectedBoxes();
  if (boxes.length < 2) return needs(2, "align");
  return put(aligned(boxes, edge), `align ${edge}`);
}

/** Let the selected nodes stand with equal gaps between them. */
export function distribute(way: "across" | "down"): boolean {
  const boxes = selectedBoxes();
  if (boxes.length < 3) return needs(3, "distribute");
  return put(distributed(boxes, way), `distribute ${way}`);
}

function needs(count: number, what: string): boolean {
  tell(`select at least ${count} nodes to ${what} them`);
  return false;
}

function put(places: Places, label: string): boolean {
  const { content } = here();
  const ops = Object.entries(places).filter(([node, [x, y]]) => {
    const at = own(content.layout, node) ?? [0, 0];
    return at[0] !== x || at[1] !== y;
  });
  if (!ops.length) return true;
  return change(ops.map(([node, position]) => ({ op: "move", node, position })), label);
}

const FOOT = 30; // px

/** Lay out the whole graph, or what is selected of it if that is several nodes. */
export async function layOut(sizes: Record<string, Size>): Promise<boolean> {
  const { kinds, content, name } = here();
  const { selection } = get();
  const chosen = selection.filter((node) => Object.hasOwn(content.nodes, node));
  const names = chosen.length > 1 ? chosen : Object.keys(content.nodes);
  // A node that has not run grows by its foot once it does.
  const size = (node: string) => {
    const { width, height } = own(sizes, node) ?? USUAL;
    return { width, height: height + (reportIn(get(), node) ? 0 : FOOT) };
  };
  try {
    const places = await layered(kinds, content, names, size);
    const now = here();
    if (now.name !== name) return false; // another graph was opened meanwhile
    const left = Object.fromEntries(Object.entries(places).filter(([node]) => Object.hasOwn(now.content.nodes, node)));
    const ops = arranging(now.content, left, size);
    if (!ops.length) {
      say("the nodes stand in order already");
      return true;
    }
    const done = change(ops, "lay out");
    if (done) say(`${names.length} nodes are laid out`);
    return done;
  } catch (error) {
    trouble(error);
    return false;
  }
}

/** Move what is selected a little; moves that follow each other quickly are one step. */
export function nudge(dx: number, dy: number): boolean {
  const { content } = here();
  const { selection, marked } = get();
  const nodes = selection.filter((node) => Object.hasOwn(content.nodes, node));
  const ops = shifting(content, nodes, marked, [dx, dy]);
  return ops.length > 0 && change(ops, "move", `nudge:${[...nodes, ...marked].join("/")}`);
}
