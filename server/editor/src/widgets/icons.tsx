// Drawn in lines of the text's colour, 16 by 16. They are ornaments: buttons have names of their own.

import type { ReactNode } from "react";

export function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="widget-icon"
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const TickIcon = () => (
  <Icon>
    <path d="m2 4.5 1.5 1.5L6 3M2 11.5 3.5 13 6 10M8.5 4.5H14M8.500 11.5H14" />
  </Icon>
);

export const DiceIcon = () => (
  <Icon>
    <rect x="2" y="2" width="12" height="12" rx="3" />
    <path d="M5.5 5.5h.01M10.5 5.5h.01M8 8h.01M5.5 10.5h.01M10.5 10.5h.01" strokeWidth="2" />
  </Icon>
);

export const PictureIcon = () => (
  <Icon>
    <rect x="1.7" y="2.7" width="12.6" height="10.6" rx="2" />
    <circle cx="5.4" cy="6.2" r="1.1" />
    <path d="m2 11.5 3.4-3 2.6 2.2 3-3.2 3.2 3" />
  </Icon>
);

export const UploadIcon = () => (
  <Icon>
    <path d="M8 10.5v-8M4.8 5.4 8 2.3l3.2 3.1M2.5 10.5v2a1.2 1.2 0 0 0 1.2 1.2h8.6a1.2 1.2 0 0 0 1.2-1.2v-2" />
  </Icon>
);

export const BrushIcon = () => (
  <Icon>
    <path d="M13.6 2.4c-2.6 1-5 3-6.7 5.4l1.4 1.4c2.4-1.7 4.4-4.1 5.3-6.8ZM6.4 8.6c-1.5-.2-2.6.7-2.9 2-.2 1.1-.7 1.8-1.5 2.2 2.4 1 5.4.2 5.8-2.8" />
  </Icon>
);

export const EraserIcon = () => (
  <Icon>
    <path d="m9.2 2.9 4 4a1 1 0 0 1 0 1.4l-4.9 4.9H5.5l-2.7-2.7a1 1 0 0 1 0-1.4l5-6.2a1 1 0 0 1 1.4 0ZM5.6 6.1l4.6 4.6M5.5 13.2h8" />
  </Icon>
);

export const FillIcon = () => (
  <Icon>
    <path d="M6.6 1.8 12.3 7.5 7.6 12.2a1.2 1.2 0 0 1-1.7 0L2.3 8.6a1.2 1.2 0 0 1 0-1.7L7 2.2M2.2 8h9.6M13.6 10.2c.8 1.1 1.1 1.7 1.1 2.2a1.1 1.1 0 0 1-2.2 0c0-.5.3-1.1 1.1-2.2Z" />
  </Icon>
);

export const RectangleIcon = () => (
  <Icon>
    <rect x="2.2" y="3.7" width="11.6" height="8.6" rx="1" />
  </Icon>
);

export const UndoIcon = () => (
  <Icon>
    <path d="M5.5 3 2.5 6l3 3M2.8 6h6.4a4 4 0 0 1 0 8H6" />
  </Icon>
);

export const RedoIcon = () => (
  <Icon>
    <path d="m10.5 3 3 3-3 3M13.2 6H6.8a4 4 0 0 0 0 8H10" />
  </Icon>
);
