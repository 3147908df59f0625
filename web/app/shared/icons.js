/** Icons as inline SVG, drawn with the text's own colour. Decorative: the label stands beside them. */

import { html } from "./html.js";

const PATHS = {
  send: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  stop: "M4.5 4.5h7v7h-7z",
  plus: "M8 3v10M3 8h10",
  chevron: "m4 6 4 4 4-4",
  back: "M10 3 5 8l5 5",
  copy: "M5.5 5.5v-2h7v7h-2M3.5 5.5h7v7h-7z",
  check: "m3 8.5 3.5 3.5L13 4.5",
  cross: "m4 4 8 8M12 4l-8 8",
  download: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10",
  list: "M2.5 4h11M2.5 8h11M2.5 12h7",
  down: "M8 3v10M3.5 8.5 8 13l4.5-4.5",
  system: "M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13",
  light: "M8 5.25a2.75 2.75 0 1 1 0 5.5 2.75 2.75 0 0 1 0-5.5M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  dark: "M13 9.6A5.4 5.4 0 0 1 6.4 3a5.4 5.4 0 1 0 6.6 6.6Z",
  tool: "M6.5 2.5v3M9.5 2.5v3M4.5 5.5h7V8a3.5 3.5 0 0 1-7 0zM8 11.5v2",
  alert: "M8 5v3.5M8 11v.2M8 1.8l6.4 11.4H1.6z",
};

export function Icon({ name, size = 16 }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
  </svg>`;
}

/** A thread that caught on something. */
export function Mark({ size = 24 }) {
  return html`<svg class="mark" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d="M1.5 17.5h5.2c4.6 0 7.6-4.2 7.6-7.9 0-2.5-1.2-4.1-2.9-4.1s-2.9 1.6-2.9 4.1c0 3.7 3 7.9 7.6 7.9h6.4"
      fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
    <circle cx="11.4" cy="5.5" r="2.1" class="mark-hook" />
  </svg>`;
}
