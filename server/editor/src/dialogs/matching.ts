// Which things fit what was typed: words in any order, or first letters.

/** Without case and accents. */
const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

interface Folded {
  whole: string;
  words: string[];
  /** The first ones of the words. */
  letters: string;
}

const known = new Map<string, Folded>(); // folding takes most of the time, and the same texts come with every key
const MOST = 20_000;

function textOf(text: string): Folded {
  const there = known.get(text);
  if (there) return there;
  const whole = folded(text);
  const words = whole.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const made = { whole, words, letters: words.map((word) => word[0]).join("") };
  if (known.size >= MOST) known.clear();
  known.set(text, made);
  return made;
}

/** How well a text fits, 0 the best; null if it does not. */
export function fit(text: string, query: string): number | null {
  const wanted = folded(query).trim();
  if (!wanted) return 0;
  const { whole, words, letters } = textOf(text);
  if (whole === wanted) return 0;
  if (whole.startsWith(wanted)) return 1;
  let worst = 0;
  for (const word of wanted.split(/\s+/)) {
    const rank = wordFit(whole, words, word) ?? initials(letters, word);
    if (rank === null) return null;
    worst = Math.max(worst, rank);
  }
  return worst;
}

function wordFit(whole: string, words: string[], word: string): number | null {
  if (words.includes(word)) return 2;
  if (words.some((each) => each.startsWith(word))) return 3;
  return whole.includes(word) ? 5 : null;
}

/** "gl" fits Gram loss, "sa" fits Save as. */
function initials(letters: string, wanted: string): number | null {
  const at = wanted.length > 1 ? letters.indexOf(wanted) : -1;
  return at < 0 ? null : at === 0 ? 4 : 6;
}

/** The things whose texts fit, the best first; of a thing's texts the first counts most. */
export function best<T>(things: readonly T[], query: string, texts: (thing: T) => string[]): T[] {
  if (!query.trim()) return [...things];
  const found: { thing: T; rank: number; index: number }[] = [];
  things.forEach((thing, index) => {
    const ranks = texts(thing).map((text, place) => ranked(fit(text, query), place));
    const rank = Math.min(...ranks);
    if (rank < Infinity) found.push({ thing, rank, index });
  });
  return found.sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ thing }) => thing);
}

const ranked = (rank: number | null, place: number): number => (rank === null ? Infinity : rank + 10 * place);
