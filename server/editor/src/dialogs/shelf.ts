// Sorting the library: graphs get other names, are copied, and are deleted.

import { freeGraphName } from "../state/library";
import { tell } from "../state/notices";
import { server } from "../state/server";

/** Give a graph another name; throws the server's sentence. */
export async function renameGraph(graph: string, to: string): Promise<void> {
  await server().ask({ type: "rename_graph", graph, to }, "done");
  tell(`${graph} is called ${to} now`);
}

/** Copy a graph under a name that is free; gives that name, or throws the server's sentence. */
export async function duplicateGraph(graph: string): Promise<string> {
  const to = freeGraphName(graph.replace(/ \d+$/, ""));
  await server().ask({ type: "duplicate_graph", graph, to }, "done");
  tell(`copied ${graph} as ${to}`);
  return to;
}

/** Delete a graph for good; throws the server's sentence. */
export async function deleteGraph(graph: string): Promise<void> {
  await server().ask({ type: "delete_graph", graph }, "done");
  tell(`${graph} was deleted`);
}
