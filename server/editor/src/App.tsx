import { useEffect } from "react";

import { Canvas } from "./canvas/Canvas";
import { Search } from "./canvas/Search";
import { ConnectionBar } from "./dialogs/ConnectionBar";
import { Dialogs } from "./dialogs/Dialogs";
import { Notices } from "./dialogs/Notices";
import { Recovery } from "./dialogs/Recovery";
import { Inspector } from "./panels/Inspector";
import { Palette } from "./panels/Palette";
import { StatusBar } from "./panels/StatusBar";
import { Strip } from "./panels/Strip";
import { TopBar } from "./panels/TopBar";
import { describeAll } from "./state/inner";
import { useEditor, useShown } from "./state/store";

/** The whole page. */
export function App() {
  const sides = useEditor((state) => state.sides);
  const { content, root } = useShown();
  useEffect(describeAll, [content.nodes]);
  useEffect(() => void (document.title = root ? `${root} – Capriccio` : "Capriccio"), [root]);
  return (
    <div className="page">
      <TopBar />
      <div className="page-news">
        <ConnectionBar />
        <Recovery />
      </div>
      {sides.left && <div className="page-left"><Palette /></div>}
      <Canvas />
      {sides.right && <div className="page-right"><Inspector /></div>}
      <div className="page-strip"><Strip /></div>
      <StatusBar />
      <Search />
      <Notices />
      <Dialogs />
    </div>
  );
}
