// What covers the page, if anything does.

import { lazy, Suspense } from "react";

import { type Dialog, useEditor } from "../state/store";
import { AllowDialog } from "./AllowDialog";
import { CommandsDialog } from "./CommandsDialog";
import { GroupDialog } from "./GroupDialog";
import { HelpDialog } from "./HelpDialog";
import { OpenDialog } from "./OpenDialog";
import { QueueDialog } from "./QueueDialog";
import { RenameDialog } from "./RenameDialog";
import { SaveAsDialog } from "./SaveAsDialog";
import { TemplatesDialog } from "./TemplatesDialog";
import "./dialogs.css";

const Viewer = lazy(() => import("../view/Viewer").then(({ Viewer }) => ({ default: Viewer })));

export function Dialogs() {
  const dialog = useEditor((state) => state.dialog);
  return dialog && <Suspense fallback={null}>{shown(dialog)}</Suspense>;
}

function shown(dialog: Dialog) {
  switch (dialog.kind) {
    case "open":
      return <OpenDialog />;
    case "templates":
      return <TemplatesDialog />;
    case "save_as":
      return <SaveAsDialog />;
    case "help":
      return <HelpDialog />;
    case "commands":
      return <CommandsDialog />;
    case "queue":
      return <QueueDialog />;
    case "rename":
      return <RenameDialog key={dialog.node} node={dialog.node} />;
    case "allow":
      return <AllowDialog key={dialog.run.run} run={dialog.run} />;
    case "group":
      return <GroupDialog nodes={dialog.nodes} />;
    case "view":
      return <Viewer left={dialog.left} right={dialog.right} />;
  }
}
