import { useEffect, useRef } from "react";

import type { Preview } from "../../wire";
import { type Sink, sized, watch } from "../state/previews";
import { useEditor } from "../state/store";
import { onSettled } from "./viewport";

interface Props {
  /** The graph that runs. */
  graph: string;
  /** As the run calls it: node, or outer/inner. */
  node: string;
  className?: string;
  /** A picture has come. */
  onFrame?(facts: Preview): void;
}

const ENOUGH = 0.85; // of the pixels that are seen, so that a little more zoom does not double the size

/** What a node shows, live. It is watched while it is on the screen, at the size at which it is seen. */
export function PreviewCanvas({ graph, node, className = "", onFrame }: Props) {
  const ref = useRef<HTMLCanvasElement>(null);
  const heard = useRef(onFrame);
  heard.current = onFrame;
  // A node that has just been placed can be watched once the server knows it.
  const known = useEditor(({ docs }) => !!docs[graph]?.base.nodes[node.split("/")[0]!]);
  useEffect(() => (known ? followed(ref.current!, graph, node, heard) : undefined), [graph, node, known]);
  return <canvas ref={ref} className={`preview ${className}`} width={1} height={1} aria-hidden="true" />;
}

function followed(
  canvas: HTMLCanvasElement,
  graph: string,
  node: string,
  heard: { current: Props["onFrame"] },
): () => void {
  const sink: Sink = {
    canvas,
    width: 0,
    shown(facts) {
      canvas.dataset["width"] = String(facts.width);
      canvas.dataset["height"] = String(facts.height);
      heard.current?.(facts);
    },
  };
  let end: (() => void) | null = null;
  const look = (seen: boolean) => {
    if (!seen) {
      end?.();
      end = null;
    } else if (!end) {
      sink.width = wantedWidth(canvas);
      end = watch(graph, node, sink);
    }
  };
  const fit = () => {
    const width = end ? wantedWidth(canvas) : sink.width;
    if (width === sink.width) return;
    sink.width = width;
    sized(graph, node);
  };
  const ends = [observed(sight, looks, canvas, look), observed(sizes, fits, canvas, fit), onSettled(fit)];
  return () => {
    for (const each of ends) each();
    look(false);
  };
}

// One observer for all canvases costs less than one for each.
const looks = new WeakMap<Element, (seen: boolean) => void>();
const fits = new WeakMap<Element, () => void>();
const sight = new IntersectionObserver(
  (entries) => entries.forEach(({ target, isIntersecting }) => looks.get(target)?.(isIntersecting)),
  { rootMargin: "64px", scrollMargin: "64px" },
);
const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => fits.get(target)?.()));

function observed<T>(
  observer: IntersectionObserver | ResizeObserver,
  hearers: WeakMap<Element, T>,
  canvas: HTMLCanvasElement,
  hearer: T,
): () => void {
  hearers.set(canvas, hearer);
  observer.observe(canvas);
  return () => observer.unobserve(canvas);
}

/** Device pixels of the longer side. */
function wantedWidth(canvas: HTMLCanvasElement): number {
  const { width, height } = (canvas.parentElement ?? canvas).getBoundingClientRect();
  return Math.max(Math.max(width, height) * devicePixelRatio * ENOUGH, 1);
}
