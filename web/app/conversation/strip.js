/** The strip of sessions that fills while they are read: one cell each. */

import { html, memo } from "../shared/html.js";

const CHUNK = 50;
const CELLS = 1_500;

export const STATES = { queued: "waiting", reading: "being read", done: "read", issues: "read, with issues", skipped: "skipped", failed: "failed" };

export function Strip({ sessions, label }) {
  if (sessions.length > CELLS) return html`<${Totals} sessions=${sessions} label=${label} />`;
  const chunks = [];
  for (let at = 0; at < sessions.length; at += CHUNK) {
    const part = sessions.slice(at, at + CHUNK);
    chunks.push(html`<${Chunk} key=${at} states=${part.map((one) => one.state).join(" ")} names=${part.map((one) => one.name).join("\n")} />`);
  }
  return html`<div class=${`strip ${sessions.length > 240 ? "dense" : ""}`} role="img" aria-label=${label}>${chunks}</div>`;
}

/** Fifty cells; drawn again only when one of them changed. */
const Chunk = memo(({ states, names }) => {
  const titles = names.split("\n");
  return states.split(" ").map((state, at) => html`<i class=${`cell is-${state}`} title=${`${titles[at]}: ${STATES[state]}`}></i>`);
});

/** More cells than anybody can tell apart: one bar. */
function Totals({ sessions, label }) {
  const totals = new Map(Object.keys(STATES).map((state) => [state, 0]));
  for (const one of sessions) totals.set(one.state, totals.get(one.state) + 1);
  const order = ["done", "issues", "skipped", "failed", "reading", "queued"];
  return html`<div class="strip-bar" role="img" aria-label=${label}>
    ${order.map((state) => html`<i class=${`cell is-${state}`} style=${{ width: `${(totals.get(state) / sessions.length) * 100}%` }}></i>`)}
  </div>`;
}
