// The end of a drag. React's onChange is the browser's "input"; its "change" comes on release.

import { type RefObject, useEffect, useRef } from "react";

/** Call `commit` with the element's value on the browser's own change event. */
export function useCommitted(element: RefObject<HTMLInputElement | null>, commit: (value: string) => void) {
  const latest = useRef(commit);
  useEffect(() => {
    latest.current = commit;
  });
  useEffect(() => {
    const input = element.current;
    const onChange = () => latest.current(input?.value ?? "");
    input?.addEventListener("change", onChange);
    return () => input?.removeEventListener("change", onChange);
  }, [element]);
}
