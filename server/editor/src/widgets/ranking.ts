// Which of many names fit what was typed, the best ones first.

/** Indices of the names that hold every word, ranked: equal, begins with it, a word does, anywhere. */
export function ranked(names: readonly string[], query: string): number[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return names.map((_, index) => index);
  const found: { index: number; rank: number }[] = [];
  names.forEach((name, index) => {
    const rank = rankOf(folded(name), words);
    if (rank !== null) found.push({ index, rank });
  });
  return found.sort((a, b) => a.rank - b.rank || a.index - b.index).map((each) => each.index);
}

function rankOf(name: string, words: string[]): number | null {
  if (name === words.join(" ")) return 0;
  let sum = 0;
  for (const word of words) {
    const at = name.indexOf(word);
    if (at < 0) return null;
    sum += at === 0 ? 1 : beginsWord(name, word) ? 2 : 3;
  }
  return sum;
}

function beginsWord(name: string, word: string): boolean {
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(name[at - 1] ?? "")) return true;
  }
  return false;
}

/** Without case and accents. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
