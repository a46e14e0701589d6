// The time, for those who write how long ago something was.

import { useEffect, useState } from "react";

/** Seconds since 1970, told anew every so many milliseconds. */
export function useNow(every = 30_000): number {
  const [now, tick] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now() / 1000), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

const dates = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

/** The full date and time of seconds since 1970. */
export const exactly = (then: number): string => dates.format(then * 1000);
