// The picture that stands for a graph, got when it is nearly in view.

import { type RefObject, useEffect, useRef, useState } from "react";

import { Icon } from "../icons";
import { fetchCover } from "../state/library";

interface CoverProps {
  graph: string;
  /** There is a picture. */
  there: boolean;
  className: string;
}

export function Cover({ graph, there, className }: CoverProps) {
  const frame = useRef<HTMLSpanElement>(null);
  const url = useCover(graph, useNear(frame) && there);
  return (
    <span ref={frame} className={`cover ${className}`} aria-hidden="true">
      {url ? <img src={url} alt="" draggable={false} /> : <Icon name="graph" />}
    </span>
  );
}

function useCover(graph: string, wanted: boolean): string {
  const [url, setUrl] = useState("");
  useEffect(() => {
    if (!wanted) return;
    const unwanted = new AbortController();
    let made = "";
    const show = (blob: Blob) => {
      if (!unwanted.signal.aborted) setUrl((made = URL.createObjectURL(blob)));
    };
    fetchCover(graph, unwanted.signal).then(show, () => undefined); // it may have none any more
    return () => {
      unwanted.abort();
      if (made) URL.revokeObjectURL(made);
      setUrl("");
    };
  }, [graph, wanted]);
  return url;
}

/** Once it has been in view, or nearly so. */
function useNear(element: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (near || !element.current) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setNear(true),
      { rootMargin: "200px" },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, near]);
  return near;
}
