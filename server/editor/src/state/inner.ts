// Graphs that are nodes: what they are, and going into them.

import { open } from "./documents";
import { trouble } from "./notices";
import { server } from "./server";
import { get, graphNameOf, set, shownIn } from "./store";

/** Ask what the graphs are that are placed on the canvas, of which it is not known yet. */
export function describeAll(): void {
  const state = get();
  const { name, root, content } = shownIn(state);
  const graph = name || root;
  const known = state.described[graph] ?? {};
  const wanted = new Set(Object.keys(content.nodes).map((node) => graphNameOf(content, node)));
  for (const inner of wanted) if (inner && !known[inner]) void describe(graph, inner);
}

const asked = new Set<string>();

/** What a graph is as a node of another, kept in the store. */
export async function describe(graph: string, inner: string): Promise<void> {
  const key = `${graph}/${inner}`;
  if (asked.has(key)) return;
  asked.add(key);
  try {
    const { info } = await server().ask({ type: "describe", graph, name: inner }, "described");
    set(({ described }) => ({ described: { ...described, [graph]: { ...described[graph], [inner]: info } } }));
  } catch (error) {
    trouble(error);
  } finally {
    asked.delete(key);
  }
}

/** A graph was saved, renamed or deleted: what nodes are may differ now. */
export function forgetDescriptions(): void {
  const used = Object.entries(get().described).flatMap(([graph, inner]) =>
    Object.keys(inner).map((name) => [graph, name] as const),
  );
  for (const [graph, inner] of used) if (get().docs[graph]) void describe(graph, inner);
}

/** Show what is inside a node that is a graph. */
export async function enter(node: string): Promise<void> {
  const state = get();
  const { content } = shownIn(state);
  const name = graphNameOf(content, node);
  if (!name) return;
  const brought = state.docs[state.root]?.content.graphs[name];
  try {
    if (!brought && !state.docs[name]) await open(name);
    set(({ path }) => ({ path: [...path, node], selection: [], marked: [] }));
    describeAll();
  } catch (error) {
    trouble(error);
  }
}

/** Go back to an outer graph: 0 is the one that was opened. */
export function leave(depth: number): void {
  set(({ path }) => ({ path: path.slice(0, depth), selection: [], marked: [] }));
  describeAll();
}
