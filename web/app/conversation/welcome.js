/** A first visit: what this is in one line, what there is to look at, and three questions to click. */

import { html, signal } from "../shared/html.js";
import { getJson } from "../shared/api.js";
import { count } from "../shared/format.js";
import { Icon, Mark } from "../shared/icons.js";

const QUESTIONS = [
  "What did people get stuck on?",
  "Where did people give up?",
  "Which error did people run into most?",
];

const sources = signal(null);

export async function loadSources() {
  try {
    const answer = await getJson("/v1/sources");
    sources.value = answer.sources ?? answer;
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
    <p class="muted own">Your own recordings: <code>snags serve PATH</code>. Nothing leaves this machine unless you set a model.</p>
  </div>`;
}

function Sources() {
  if (!sources.value?.length) return null;
  return html`<ul class="sources" aria-label="Recordings to ask about">${sources.value.map((one) => html`<li>
    <b>${one.label}</b>${one.sessions === undefined || one.sessions === null ? null : html`<span>${count(one.sessions, "session")}</span>`}
    ${one.description ? html`<p>${one.description}</p>` : null}
  </li>`)}</ul>`;
}
