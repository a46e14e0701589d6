import { useMemo } from "react";

import { nodeOf, portOf, type Content } from "../graph/content";
import { infoOf, type Kinds, settingsOf } from "../graph/kinds";
import { fetchPicture, keepPicture } from "../state/library";
import { server } from "../state/server";
import { get, kindsIn, shownIn, useEditor, useKinds, useShown } from "../state/store";
import { type Pictures, PicturesContext } from "../widgets/contract";
import { InspectorSetting } from "./InspectorSetting";

/** All settings of a node, each with its widget. */
export function Settings({ node }: { node: string }) {
  const { content } = useShown();
  const kinds = useKinds();
  const files = useEditor(({ pictures }) => pictures);
  const settings = Object.entries(settingsOf(infoOf(kinds, content, node)));
  const { ports } = kinds;
  const pictures = useMemo<Pictures>(
    () => ({ files, types: [...ports.keys()], upload: keepPicture, fetch: fetchPicture, beneath: () => beneath(node) }),
    [files, ports, node],
  );
  if (!settings.length) return null;
  return (
    <section className="inspector-section" aria-label="Settings">
      <PicturesContext.Provider value={pictures}>
        {settings.map(([name, schema]) => (
          <InspectorSetting key={name} node={node} name={name} schema={schema} />
        ))}
      </PicturesContext.Provider>
    </section>
  );
}

/** What the node's first picture input is given: what was made of it, or the file that it comes from. */
async function beneath(node: string): Promise<Blob | null> {
  const { content, root, prefix } = shownIn(get());
  const kinds = kindsIn(get());
  const source = sourceOf(kinds, content, node);
  if (!source) return null;
  const made = get().docs[root]?.reports[prefix + source];
  if (made?.state === "done")
    try {
      return await server().fetch({ type: "fetch", graph: root, node: prefix + source, format: "png" });
    } catch {
      // It is not kept any more; the file may do.
    }
  const file = fileOf(kinds, content, source);
  return file ? fetchPicture(file) : null;
}

/** Which node gives the first input that takes a picture. */
function sourceOf(kinds: Kinds, content: Content, node: string): string | undefined {
  const input = infoOf(kinds, content, node)?.inputs.find(({ type }) => type === "Image");
  const link = input && content.links.find(([, end]) => nodeOf(end) === node && portOf(end) === input.name);
  return link && nodeOf(link[0]);
}

/** The picture file that a node loads, or one from which what it gives comes. */
function fileOf(kinds: Kinds, content: Content, node: string): string {
  const seen = new Set<string>();
  for (let at: string | undefined = node; at && !seen.has(at); at = sourceOf(kinds, content, at)) {
    seen.add(at);
    for (const [name, schema] of Object.entries(settingsOf(infoOf(kinds, content, at)))) {
      const file = content.nodes[at]?.params?.[name] ?? schema.default;
      if (schema["x-widget"] === "image" && typeof file === "string" && file) return file;
    }
  }
  return "";
}
