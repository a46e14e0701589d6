import { memo, useId } from "react";

import { unlink } from "../actions/linking";
import { hideSocket, resetParam, setParam, showSocket } from "../actions/modes";
import { centreOn } from "../canvas/viewport";
import { alike, nodeOf } from "../graph/content";
import { linkedTo } from "../graph/wiring";
import { Icon } from "../icons";
import { useEditor, useShown } from "../state/store";
import type { SettingSchema } from "../widgets/contract";
import { Widget } from "../widgets/Widget";
import { InspectorExpose } from "./InspectorExpose";
import { humanised, socketWords } from "./inspector";
import { InspectorProblems } from "./InspectorProblems";
import { InspectorTool as Tool } from "./InspectorTool";

interface Props {
  node: string;
  name: string;
  schema: SettingSchema;
}

/** One setting: what it is called, what can be done with it, and its widget or what it is linked to. */
export const InspectorSetting = memo(function InspectorSetting({ node, name, schema }: Props) {
  const id = `setting-${useId()}`;
  const { content, readOnly, name: graph } = useShown();
  const socket = `${node}.${name}`;
  const wanted = useEditor(({ sockets }) => sockets[graph]?.includes(socket) ?? false);
  const params = content.nodes[node]?.params ?? {};
  const value = name in params ? params[name] : schema.default;
  const changed = !alike(value, schema.default);
  const start = linkedTo(content, socket)[0];
  const disabled = !!readOnly;
  const label = humanised(name);
  // The widgets of texts show a note by themselves.
  const about = [schema.description, schema.pattern && schema["x-note"]].filter(Boolean).join(" ");
  return (
    <div className="setting" data-changed={changed || undefined}>
      <div className="setting-head">
        {start ? (
          <span className="setting-label">{label}</span>
        ) : (
          <label className="setting-label" htmlFor={id} title={schema.description}>
            {label}
          </label>
        )}
        {schema["x-live"] && (
          <span className="setting-live" title="It may change while the graph runs">
            live
          </span>
        )}
        <span className="setting-tools">
          {changed && !start && (
            <Tool kept icon="reset" label={`Reset ${label} to ${written(schema.default)}`} disabled={disabled} onClick={() => resetParam(node, name)} />
          )}
          {!start && (
            <Tool
              icon="socket"
              label={wanted ? `Hide the socket of ${label}` : `Show ${label} as a socket`}
              pressed={wanted}
              disabled={disabled}
              onClick={() => (wanted ? hideSocket(node, name) : showSocket(node, name))}
            />
          )}
          <InspectorExpose node={node} name={name} disabled={disabled} />
        </span>
      </div>
      {start ? (
        <div className="setting-linked">
          <Icon name="link" />
          <button type="button" className="inspector-go" title={`Go to ${nodeOf(start)}`} onClick={() => centreOn(nodeOf(start))}>
            {socketWords(start)}
          </button>
          <Tool icon="close" label={`Remove the link from ${socketWords(start)}`} disabled={disabled} onClick={() => unlink(start, socket)} />
        </div>
      ) : (
        <Widget
          id={id}
          name={label}
          schema={schema}
          value={value}
          disabled={disabled}
          describedBy={about ? `${id}-about` : undefined}
          onChange={(value, done) => setParam(node, name, value, done)}
        />
      )}
      {about && (
        <p id={`${id}-about`} className="heard">
          {about}
        </p>
      )}
      <InspectorProblems node={node} socket={name} />
    </div>
  );
});

const written = (value: unknown): string => (value === undefined || value === null ? "nothing" : String(value) || "nothing");
