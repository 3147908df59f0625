/** A first visit: what this is in one line, what there is to look at, and three questions to click. */

import { html, signal } from "../shared/html.js";
import { getJson } from "../shared/api.js";
import { count } from "../shared/format.js";
import { Icon, Mark } from "../shared/icons.js";

const QUESTIONS = [
  "Summarize the demo sessions",
  "Which problems in the demo blocked people?",
  "What goes wrong on the checkout in the demo?",
];

const sources = signal(null);

export async function loadSources() {
  try {
    const answer = await getJson("/v1/sources");
    sources.value = answer.sources;
  } catch {
    sources.value = [];
  }
}

export function Welcome({ onAsk }) {
  return html`<div class="welcome">
    <${Mark} size=${44} />
    <h2>See where people got stuck</h2>
    <p class="lead">Snags reads session recordings, finds what users got stuck on, and shows the evidence for every claim.</p>
    <${Sources} />
    <ul class="questions" aria-label="Questions to begin with">
      ${QUESTIONS.map((question) => html`<li><button type="button" onClick=${() => onAsk(question)}>
        <span>${question}</span><${Icon} name="send" /></button></li>`)}
    </ul>
    <p class="muted own">To look at your own, name a file or folder of recordings in your question. Recordings are read on this machine.</p>
  </div>`;
}

/** Sources that are known to hold sessions; a folder that may be named is no news to its owner. */
function Sources() {
  const held = sources.value?.filter((one) => one.sessions) ?? [];
  if (sources.value && !held.length) return null;
  return html`<ul class="sources" aria-label="Recordings to ask about">${held.map((one) => html`<li>
    <b>${one.label}</b><span>${count(one.sessions, "session")}</span>
    ${one.description ? html`<p>${one.description}</p>` : null}
  </li>`)}</ul>`;
}
