// A square with a small picture in it, or with the sign of one.

import { PictureIcon } from "./icons";

interface ThumbProps {
  url: string | null;
  /** Show the pixels as they are, for maps of classes. */
  hard?: boolean;
}

export function Thumb({ url, hard }: ThumbProps) {
  return (
    <span className="widget-thumb" data-hard={hard || undefined}>
      {url === null ? <PictureIcon /> : <img src={url} alt="" draggable={false} />}
    </span>
  );
}
