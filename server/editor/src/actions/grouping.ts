// Making one node out of several, and several out of one.

import { type Content } from "../graph/content";
import { dissolving } from "../graph/dissolution";
import { extracted, inseparable, replacing } from "../graph/extraction";
import { GRAPH } from "../graph/kinds";
import { open } from "../state/documents";
import { describe } from "../state/inner";
import { say, tell, trouble } from "../state/notices";
import { server } from "../state/server";
import { get, graphNameOf, set } from "../state/store";
import { change, here } from "./here";
import { sizeOf } from "./sizes";

/**
 * Make a graph of the library out of the selection, and put it in the selection's place as one node.
 *
 * To undo it brings the nodes back; the graph stays in the library. Throws an Error with a sentence.
 */
export async function makeNode(name: string): Promise<void> {
  const names = [...get().selection];
  const before = here();
  if (before.readOnly) throw new Error(before.readOnly);
  refuse(before.content, names, name);
  const { file } = extracted(before.kinds, before.content, names, sizeOf);
  const blob = new Blob([JSON.stringify(file)], { type: "application/json" });
  const { graph } = await server().upload("graph", name, blob);
  await describe(before.name, graph);
  const now = here();
  if (now.name !== before.name) throw new Error(`${graph} is in the library, but another graph is shown now; go back to place it`);
  refuse(now.content, names, graph);
  const made = extracted(now.kinds, now.content, names, sizeOf);
  if (JSON.stringify(made.file) !== JSON.stringify(file))
    throw new Error(`${graph} is in the library, but the selection was changed meanwhile; try again`);
  const { node, ops } = replacing(now.kinds, now.content, names, made, graph, sizeOf);
  if (!change(ops, `make ${graph}`)) return;
  set({ selection: [node], marked: [], links: [] });
  tell(`${names.length === 1 ? names[0] : `${names.length} nodes`} became the graph ${graph}, which is in the library`);
}

function refuse(content: Content, names: string[], name: string): void {
  const why = inseparable(content, names);
  if (why) throw new Error(why);
  if (Object.hasOwn(content.graphs, name)) throw new Error(`this graph brings along a ${name} already; choose another name`);
}

/** Put the nodes of a graph in the place of the node that it is. */
export async function dissolve(node: string): Promise<boolean> {
  const before = here();
  const name = graphNameOf(before.content, node);
  if (!name) {
    tell(`${node} is no graph; there is nothing in it`);
    return false;
  }
  try {
    const inner = await contentOf(name, before.content);
    const now = here();
    if (now.name !== before.name || graphNameOf(now.content, node) !== name) return false;
    const made = dissolving(now.kinds, now.content, node, inner);
    if (typeof made === "string") throw new Error(made);
    if (!change(made.ops, `put the nodes of ${node} in its place`)) return false;
    const names = Object.values(made.names);
    set({ selection: names, marked: [], links: [] });
    say(`${names.length} nodes are in the place of ${node}`);
    for (const each of names) {
      const graph = graphNameOf(here().content, each);
      if (graph && !now.kinds.nodes.has(GRAPH + graph)) void describe(now.name, graph);
    }
    return true;
  } catch (error) {
    trouble(error);
    return false;
  }
}

/** What is in a graph: one that the shown one brings along, or one that can be opened. */
async function contentOf(name: string, outer: Content): Promise<Content> {
  const brought = outer.graphs[name] ?? get().docs[get().root]?.content.graphs[name];
  if (brought) return { ...brought, graphs: outer.graphs };
  const known = get().docs[name];
  if (known) return known.content;
  const { content } = await open(name);
  set(({ docs: { [name]: _, ...docs } }) => ({ docs }));
  void server().ask({ type: "close_graph", graph: name }, "done").catch(() => undefined);
  return content;
}
