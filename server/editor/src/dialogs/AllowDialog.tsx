// A graph brought nodes along that reach files or networks: the person says whether they may.

import type { FileGraph, FileNode, NodeInfo, RunInfo } from "../../wire";
import { GRAPH, titleOf } from "../graph/kinds";
import { allow } from "../state/runs";
import { type Editor, useEditor, useKinds } from "../state/store";
import { closeDialog, Modal, ModalFoot } from "./Modal";

export function AllowDialog({ run }: { run: RunInfo }) {
  const kinds = useKinds();
  const docs = useEditor((state) => state.docs);
  return (
    <Modal title={`May ${run.graph} do this?`} size="medium">
      <div className="modal-body allow">
        <p className="modal-lead">
          {run.graph} came with nodes that reach beyond the program. None of them has run: opening a graph runs nothing.
          Allow them if you trust where the graph is from.
        </p>
        <ul className="allow-list">
          {run.needs.map((kind) => (
            <Wanted key={kind} kind={kind} info={kinds.nodes.get(kind)} places={placesOf(docs, run.graph, kind)} />
          ))}
        </ul>
        <p className="allow-after">It is asked once for this graph; a kind that you place by hand is not asked for.</p>
      </div>
      <ModalFoot>
        <button type="button" className="button modal-end" data-first onClick={closeDialog}>
          Not now
        </button>
        <button type="button" className="button filled" onClick={() => void allow(run)}>
          Allow and run
        </button>
      </ModalFoot>
    </Modal>
  );
}

function Wanted({ kind, info, places }: { kind: string; info: NodeInfo | undefined; places: string[] }) {
  return (
    <li className="allow-kind">
      <p className="allow-name">
        <strong>{titleOf(kind)}</strong> {reach(info)}
        <code>{kind}</code>
      </p>
      {info && <p className="allow-doc">{firstSentence(info.doc)}</p>}
      <p className="allow-places">
        {places.length ? `Here it is: ${listed(places)}` : "It is in a graph that this one uses."}
      </p>
    </li>
  );
}

function reach(info: NodeInfo | undefined): string {
  const touches = info?.touches ?? [];
  if (touches.includes("files") && touches.includes("network")) return "reads or writes files and reaches the network";
  if (touches.includes("network")) return "reaches the network";
  return "reads or writes files on the machine of the server";
}

const firstSentence = (doc: string): string => /^[\s\S]*?[.!?](?=\s|$)/.exec(doc.trim())?.[0] ?? doc.trim();

const SHOWN = 5;

const listed = (names: string[]): string =>
  names.length > SHOWN ? `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more` : names.join(", ");

/** The nodes of a kind, those in graphs that are nodes too: outer/inner. */
function placesOf(docs: Editor["docs"], graph: string, kind: string): string[] {
  const content = docs[graph]?.content;
  if (!content) return [];
  const inner = (name: string): Pick<FileGraph, "nodes"> | undefined => content.graphs[name] ?? docs[name]?.content;
  const found = (nodes: Record<string, FileNode>, prefix: string, seen: string[]): string[] =>
    Object.entries(nodes).flatMap(([name, node]) => {
      if (node.kind === kind) return [prefix + name];
      const graph = node.kind.startsWith(GRAPH) ? node.kind.slice(GRAPH.length) : "";
      const inside = graph && !seen.includes(graph) ? inner(graph) : undefined;
      return inside ? found(inside.nodes, `${prefix}${name}/`, [...seen, graph]) : [];
    });
  return found(content.nodes, "", [graph]);
}
