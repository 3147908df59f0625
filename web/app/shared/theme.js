/** System, light or dark; remembered, and applied before anything is drawn. */

import { signal } from "./html.js";

const KEY = "snags.theme";
export const THEMES = ["system", "light", "dark"];
export const theme = signal(stored());

function stored() {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.includes(value) ? value : "system";
  } catch {
    return "system";
  }
}

export function setTheme(value) {
  theme.value = value;
  applyTheme();
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // A browser that keeps nothing still gets its theme for this visit.
  }
}

export function applyTheme() {
  if (theme.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
}
