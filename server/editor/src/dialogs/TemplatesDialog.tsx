// The gallery's graphs with their pictures: a choice begins with a copy of one.

import { useEffect, useRef } from "react";

import type { GraphInfo } from "../../wire";
import { titleOf } from "../graph/kinds";
import { Icon } from "../icons";
import { goTo, startFrom, startNew } from "../state/library";
import { useEditor } from "../state/store";
import { Cover } from "./Cover";
import { Modal } from "./Modal";
import { counted } from "./time";

export function TemplatesDialog() {
  const graphs = useEditor((state) => state.graphs);
  const gallery = graphs.filter(({ source }) => source === "gallery");
  const list = useRef<HTMLUListElement>(null);
  const known = gallery.length > 0;
  useEffect(() => list.current?.querySelector("button")?.focus(), [known]); // they may come later than this
  return (
    <Modal title="Templates" size="large">
      <p className="modal-lead">Begin with a copy of one of these; the gallery stays as it is, and nothing runs yet.</p>
      <ul ref={list} className="templates">
        <li className="template">
          <button type="button" className="template-start" onClick={() => void startNew()}>
            <span className="cover template-cover" aria-hidden="true">
              <Icon name="plus" />
            </span>
            <span className="template-name">Empty graph</span>
            <span className="template-text">An empty canvas: press Space on it to add the first node.</span>
          </button>
        </li>
        {gallery.map((info) => (
          <Card key={info.name} info={info} />
        ))}
      </ul>
    </Modal>
  );
}

/** style_transfer is Style transfer. */
const titled = (name: string): string => {
  const words = titleOf(`graph:${name}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
};

function Card({ info: { name, nodes, text, cover } }: { info: GraphInfo }) {
  return (
    <li className="template">
      <button type="button" className="template-start" onClick={() => void startFrom(name)}>
        <Cover graph={name} there={cover} className="template-cover" />
        <span className="template-name">{titled(name)}</span>
        <span className="template-text">{text || "no note says what it does"}</span>
      </button>
      <div className="template-foot">
        <span>{counted(nodes, "node")}</span>
        <button
          type="button"
          className="button plain"
          aria-label={`Look at it: ${titled(name)}`}
          title="Open the gallery's own graph, without a copy"
          onClick={() => void goTo(name)}
        >
          <Icon name="eye" />
          Look at it
        </button>
      </div>
    </li>
  );
}
