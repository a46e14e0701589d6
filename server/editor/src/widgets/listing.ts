// A text of several names, separated by commas.

/** The names in a text, each once. */
export const namesIn = (text: string): string[] => [...new Set(text.split(",").map((name) => name.trim()).filter(Boolean))];

/** The text with a name more, or less; one more takes its place in the order in which names are offered. */
export function toggled(text: string, name: string, offered: readonly string[]): string {
  const names = namesIn(text);
  if (names.includes(name)) return names.filter((each) => each !== name).join(", ");
  const place = offered.indexOf(name);
  const before = names.findIndex((each) => offered.indexOf(each) > place);
  return names.toSpliced(before < 0 ? names.length : before, 0, name).join(", ");
}
