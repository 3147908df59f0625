/** Small drawings of numbers. Each says in words what it shows. */

import { html } from "../shared/html.js";
import { percent, sentence } from "../shared/format.js";

const LEVELS = ["low", "medium", "high", "critical"];

/** Severity as a word and a meter of four: colour is never the only sign. */
export function Severity({ level, label = sentence(level) }) {
  const filled = LEVELS.indexOf(level) + 1;
  return html`<span class=${`severity is-${level}`}>
    <span class="meter" aria-hidden="true">${LEVELS.map((_, at) => html`<i class=${at < filled ? "on" : ""}></i>`)}</span>
    ${label}
  </span>`;
}

/** n of N as a bar, with the 95% interval as a whisker over it. */
export function Share({ affected, eligible, interval }) {
  const share = eligible ? affected / eligible : 0;
  const [low, high] = interval;
  const words = `${affected} of ${eligible} sessions that could show it, ${percent(share)}; 95% interval ${percent(low)} to ${percent(high)}`;
  return html`<span class="share" title=${words}>
    <span class="share-number"><b>${affected}</b> of ${eligible}</span>
    <span class="share-bar" role="img" aria-label=${words}>
      <i class="fill" style=${{ width: `${share * 100}%` }}></i>
      <i class="whisker" style=${{ left: `${low * 100}%`, width: `${Math.max(0, high - low) * 100}%` }}></i>
    </span>
  </span>`;
}

/** Parts of a whole as one bar with its legend. */
export function Parts({ parts, label }) {
  const total = parts.reduce((sum, part) => sum + part.value, 0) || 1;
  const shown = parts.filter((part) => part.value > 0);
  return html`<div class="parts">
    <div class="parts-bar" role="img" aria-label=${`${label}: ${parts.map((part) => `${part.value} ${part.name}`).join(", ")}`}>
      ${shown.map((part) => html`<i class=${`part-${part.look}`} style=${{ width: `${(part.value / total) * 100}%` }}></i>`)}
    </div>
    <ul class="legend" aria-hidden="true">
      ${parts.map((part) => html`<li><i class=${`part-${part.look}`}></i><b>${part.value.toLocaleString("en")}</b> ${part.name}</li>`)}
    </ul>
  </div>`;
}

const OUTCOMES = {
  success: ["success", "Reached the goal"],
  "success after friction": ["detour", "Reached the goal after friction"],
  failure: ["failure", "Did not reach the goal"],
  abandoned: ["abandoned", "Gave up"],
  unclear: ["unclear", "Outcome unclear"],
  "no user activity": ["nothing", "No user activity"],
};

export function outcomeLook(outcome) {
  return (OUTCOMES[outcome] ?? OUTCOMES.unclear)[0];
}

export function outcomeWords(outcome) {
  return (OUTCOMES[outcome] ?? ["", sentence(outcome)])[1];
}

export function Outcome({ outcome }) {
  return html`<span class=${`outcome is-${outcomeLook(outcome)}`}><i aria-hidden="true"></i>${outcomeWords(outcome)}</span>`;
}

export function Tag({ children, look = "" }) {
  return html`<span class=${`tag ${look}`}>${children}</span>`;
}

export function Empty({ title, children }) {
  return html`<div class="empty"><p class="empty-title">${title}</p><p>${children}</p></div>`;
}
