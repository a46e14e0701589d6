// Every action has a name, and most have keys: the menus, the command palette and the keyboard share them.

export interface Command {
  id: string;
  /** As the command palette shows it: "Save as…". */
  name: string;
  group: "Graph" | "Edit" | "Node" | "Run" | "View" | "Help";
  /** Such as Mod+S, Shift+Enter, ?; Mod is Ctrl, or Command on a Mac. The first is shown. */
  keys?: string[];
  /** Why it cannot be done now; "" if it can. */
  unable?(): string;
  run(): unknown;
}
