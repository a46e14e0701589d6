// A thread of its own that decodes pictures: even where the page is slow, what it shows is new.

import { bitmaps } from "./bitmaps";
import type { Decoded, Job } from "./decoding";

addEventListener("message", ({ data: { id, data, count } }: MessageEvent<Job>) => {
  bitmaps(data, count).then(
    (made) => postMessage({ id, bitmaps: made } satisfies Decoded, { transfer: made }),
    () => postMessage({ id, bitmaps: null } satisfies Decoded),
  );
});
