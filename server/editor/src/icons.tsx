// Icons: 16 px, drawn with strokes in the colour of the text.

const PATHS = {
  undo: "M6 3.5 2.5 7 6 10.5 M2.5 7H10a3.5 3.5 0 0 1 0 7H6.5",
  redo: "M10 3.5 13.5 7 10 10.5 M13.5 7H6a3.5 3.5 0 0 0 0 7h3.5",
  open: "M1.5 12.5v-9h4l1.5 2h7.5v7z",
  save: "M2.5 2.5h8.5l2.5 2.5v8.5h-11z M5 2.5v3.5h5v-3.5 M5 13.5v-4h6v4",
  templates: "M2 2h5v5H2z M9 2h5v5H9z M2 9h5v5H2z M9 9h5v5H9z",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z M8 1v1.5 M8 13.5V15 M1 8h1.5 M13.5 8H15 M3 3l1 1 M12 12l1 1 M3 13l1-1 M12 4l1-1",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  help: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.4 8.600 8 9 8 10 M8 12.200v.3 M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13z",
  stop: "M4 4h8v8H4z",
  play: "M4.500 2.500 13 8l-8.500 5.500z",
  pause: "M5 3v10 M11 3v10",
  close: "M4 4l8 8 M12 4l-8 8",
  plus: "M8 3v10 M3 8h10",
  minus: "M3 8h10",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9z M10.500 10.500 14 14",
  chevron: "M5.500 3 10.500 8l-5 5",
  down: "M3 5.500 8 10.500l5-5",
  up: "M3 10.500 8 5.500l5 5",
  trash: "M3 4.500h10 M6 4.500v-2h4v2 M4.500 4.500l.5 9h6l.5-9",
  dots: "M3.500 8h.01 M8 8h.01 M12.500 8h.01",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8z M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  compare: "M8 1.500v13 M2.500 4h3.500v8H2.500z M10 4h3.500v8H10",
  socket: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z M1 8h4",
  link: "M6.500 9.500l3-3 M7 4.500l1.500-1.500a3 3 0 0 1 4.500 4.500L11.500 9 M9 11.500 7.500 13A3 3 0 0 1 3 8.500L4.500 7",
  reset: "M3 8a5 5 0 1 0 1.500-3.500L3 6 M3 2.500V6h3.500",
  download: "M8 2v8 M4.500 7 8 10.500 11.500 7 M2.500 13.500h11",
  warn: "M8 2 14.500 13.500h-13z M8 6.500v3 M8 11.500v.2",
  panel_left: "M2 2.500h12v11H2z M6 2.500v11",
  panel_right: "M2 2.500h12v11H2z M10 2.500v11",
  graph: "M2 3h4v3H2z M10 6.500h4v3h-4z M2 10h4v3H2z M6 4.500h2v7H6 M8 8h2",
  queue: "M2.500 4h11 M2.500 8h11 M2.500 12h7",
  fit: "M2.500 6v-3.500H6 M10 2.500h3.500V6 M13.500 10v3.500H10 M6 13.500H2.500V10",
  lock: "M4 7.500h8v6H4z M5.500 7.500V5a2.500 2.500 0 0 1 5 0v2.500",
  swap: "M5 2.500 2 5.500l3 3 M2 5.500h9.500 M11 7.500l3 3-3 3 M14 10.500H4.500",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon-drawing" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
