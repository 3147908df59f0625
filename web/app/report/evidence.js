/** The evidence of a pattern: each moment with its rows, and what the user did before and after. */

import { html, memo, useState } from "../shared/html.js";
import { clock, count } from "../shared/format.js";
import { hrefTo } from "../shared/router.js";
import { Tag } from "./figures.js";

const STEP = 5;

export function EvidenceList({ run, evidence }) {
  const [shown, setShown] = useState(STEP);
  const left = evidence.length - shown;
  return html`<div class="evidence-list">
    <ol>${evidence.slice(0, shown).map((one) => html`<${Moment} key=${one.session_id + one.ms} run=${run} one=${one} />`)}</ol>
    ${left > 0
      ? html`<button type="button" class="quiet" onClick=${() => setShown(shown + 4 * STEP)}>
          Show ${Math.min(left, 4 * STEP)} more of ${count(left, "moment")}
        </button>`
      : null}
  </div>`;
}

const VERDICTS = { confirmed: "Seen in the clip", refuted: "Not seen in the clip", unclear: "Clip unclear" };

const Moment = memo(({ run, one }) => html`<li class="moment">
  <header>
    <a class="moment-link" href=${hrefTo({ run, session: one.session_id, ms: one.ms })}>
      <span class="moment-time">${clock(one.ms)}</span>
      <span class="moment-session">${one.session_id}</span>
    </a>
    ${one.verdict ? html`<${Tag} look=${`verdict-${one.verdict}`}>${VERDICTS[one.verdict]}<//>` : null}
    <${Tag} look=${one.overcame ? "good" : "bad"}>${one.overcame ? "Got past it" : "Did not get past it"}<//>
  </header>
  <p class="claim">${one.claim}</p>
  <${Steps} before=${one.before} rows=${one.rows} after=${one.after} />
</li>`);

/** Three key actions, the rows that carry the claim, three key actions: one rail, in order. */
function Steps({ before, rows, after }) {
  const cited = new Set(rows.map((row) => row.event_id));
  const around = (list) => list.filter((step) => !cited.has(step.event_id));
  const step = (one, look, label) => html`<li class=${look}>
    <span class="step-time">${clock(one.ms)}</span>
    <span class="step-words">${label ? html`<span class="visually-hidden">${label}: </span>` : null}${one.words}</span>
    <code class="step-id">${look === "cited" ? one.event_id : null}</code>
  </li>`;
  return html`<ol class="steps">
    ${around(before).map((one) => step(one, "around", "before"))}
    ${rows.map((one) => step(one, "cited", "evidence"))}
    ${around(after).map((one) => step(one, "around", "after"))}
  </ol>`;
}
