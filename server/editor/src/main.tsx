import "./style/tokens.css";
import "./style/page.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { listen } from "./keyboard";
import { goTo, lastGraph, show } from "./state/library";
import { lost, news, welcome } from "./state/news";
import { preview } from "./state/previews";
import { connect } from "./state/server";
import { get, useEditor } from "./state/store";
import { dressed } from "./style/theme";

useEditor.subscribe((state, before) => state.theme !== before.theme && dressed(state.theme));
dressed(get().theme);
connect({
  welcome(message) {
    welcome(message);
    if (!get().root) void begin();
  },
  news,
  preview,
  lost,
});
listen();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

/** Go on with what this tab had open; a new tab is offered the templates. */
async function begin(): Promise<void> {
  const named = new URLSearchParams(location.hash.slice(1)).get("graph");
  if (named) await goTo(named);
  else if (lastGraph()) await show(lastGraph()).catch(() => undefined); // it may be gone by now
  if (!get().root) useEditor.setState({ dialog: { kind: "templates" } });
}
