// Times as a person says them.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const times = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const years = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** How many there are of something: 1 node, 12 nodes. */
export const counted = (count: number, noun: string): string => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** How long ago something was, in seconds since 1970: 5 minutes ago, yesterday, 3 Mar. */
export function ago(then: number, now = Date.now() / 1000): string {
  const past = now - then;
  if (past < MINUTE) return "just now";
  if (past < HOUR) return `${counted(Math.floor(past / MINUTE), "minute")} ago`;
  if (past < 12 * HOUR) return `${counted(Math.floor(past / HOUR), "hour")} ago`;
  const [day, today] = [dayOf(then), dayOf(now)];
  if (day === today) return `today, ${times.format(then * 1000)}`;
  if (day === today - 1) return `yesterday, ${times.format(then * 1000)}`;
  const year = new Date(then * 1000).getFullYear() === new Date(now * 1000).getFullYear();
  return (year ? days : years).format(then * 1000);
}

/** A day's number, where the person is. */
function dayOf(seconds: number): number {
  const date = new Date(seconds * 1000);
  return Math.floor((seconds - date.getTimezoneOffset() * MINUTE) / DAY);
}

/** The time of day; with the day if that is another one: 12:03, 24 Nov 12:03. */
export function at(then: number, now = Date.now() / 1000): string {
  const time = times.format(then * 1000);
  return dayOf(then) === dayOf(now) ? time : `${days.format(then * 1000)} ${time}`;
}

/** How long something took: 8 s, 3:05, 1:02:03. */
export function lasting(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  const two = (number: number) => String(number).padStart(2, "0");
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  if (whole < HOUR) return `${minutes}:${two(whole % MINUTE)}`;
  return `${Math.floor(whole / HOUR)}:${two(minutes)}:${two(whole % MINUTE)}`;
}
