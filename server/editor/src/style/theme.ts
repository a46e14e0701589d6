import type { Theme } from "../state/store";

/** Show the page in a theme, and remember it. */
export function dressed(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  localStorage.setItem("capriccio.theme", theme);
}
