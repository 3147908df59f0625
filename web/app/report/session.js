/** One session: where it went on a timeline, its issues, and its rows scrolled to the moment. */

import { html, memo, useMemo, useState } from "../shared/html.js";
import { clock, count, dateTime, duration } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { hrefTo, route } from "../shared/router.js";
import { Windowed } from "../shared/windowed.js";
import { Outcome, Severity, Tag } from "./figures.js";
import { sessionOf } from "./store.js";
import { Timeline } from "./timeline.js";
import { Waiting } from "./waiting.js";

export function SessionView({ run, session }) {
  const { status, value, message } = sessionOf(run, session).value;
  const { ms } = route.value;
  return html`<div class="session-view">
    <div class="session-bar">
      <p class="crumb"><a href=${hrefTo({ run, tab: "sessions" })}><${Icon} name="back" /> Report</a></p>
      <h2>${session}</h2>
      ${value ? html`<${Timeline} run=${run} session=${value.session} at=${ms} blind=${value.blind} />` : null}
    </div>
    ${value ? html`<${Told} run=${run} told=${value} ms=${ms} />` : html`<${Waiting} status=${status} message=${message} what="the session" />`}
  </div>`;
}

function Told({ run, told, ms }) {
  const one = told.session;
  return html`
    <header class="session-header">
      <p class="session-meta">
        ${one.status === "summarized" ? html`<${Outcome} outcome=${one.outcome} />` : html`<${Tag} look=${one.status}>${one.status}<//>`}
        <span>${duration(one.duration_ms)}${one.active_ms ? `, active ${duration(one.active_ms)}` : ""}</span>
        ${one.start_ms ? html`<span>${dateTime(one.start_ms)}</span>` : null}
        <span class="path">${one.file}</span>
      </p>
      <p class="headline">${one.headline || one.reason}</p>
    </header>
    ${one.issues.length ? html`<section aria-label="Issues"><h3>Issues <${Tag}>${one.issues.length}<//></h3>
      <ol class="issue-list">${one.issues.map((issue) => html`<${IssueEntry} run=${run} session=${one.session_id} issue=${issue} />`)}</ol>
    </section>` : null}
    ${one.notes.length || one.blind_reasons.length ? html`<details class="notes"><summary>What to know about this recording</summary>
      <ul>${[...one.notes, ...one.blind_reasons.map((reason) => `Not seen: ${reason}`)].map((note) => html`<li>${note}</li>`)}</ul>
    </details>` : null}
    <${Rows} told=${told} ms=${ms} />`;
}

const IssueEntry = memo(({ run, session, issue }) => html`<li>
  <a class="issue-entry" href=${hrefTo({ run, session, ms: issue.ms })}>
    <span class="moment-time">${clock(issue.ms)}</span>
    <span class="issue-words">${issue.claim}</span>
  </a>
  <span class="issue-tags"><${Severity} level=${issue.harm} label=${`${issue.kind}, ${issue.harm} harm`} />
    ${issue.overcame ? html`<${Tag} look="good">Got past it<//>` : null}
    ${issue.pattern ? html`<a href=${hrefTo({ run, pattern: issue.pattern })}>the pattern</a>` : null}</span>
</li>`);

const SHOWN = [
  ["all", "Everything", () => true],
  ["user", "What the user did", (row) => USER_KINDS.has(row.kind)],
  ["signals", "Friction only", (row) => row.signals.length > 0],
];
const USER_KINDS = new Set(["page", "click", "double click", "input", "key"]);

function Rows({ told, ms }) {
  const [shown, setShown] = useState("all");
  const passes = SHOWN.find(([key]) => key === shown)[2];
  const rows = useMemo(() => told.rows.filter(passes), [told, shown]);
  const target = useMemo(() => nearest(rows, ms), [rows, ms]);
  const cited = useMemo(() => new Set(told.session.issues.flatMap((issue) => issue.event_ids)), [told]);
  return html`<section aria-label="What happened" class="rows">
    <header class="rows-header"><h3>What happened <${Tag}>${count(rows.length, "row")}<//></h3>
      <div class="chips" role="group" aria-label="Which rows">${SHOWN.map(([key, name]) => html`<button type="button" class="chip"
        aria-pressed=${shown === key} onClick=${() => setShown(key)}>${name}</button>`)}</div>
    </header>
    <${Windowed} count=${rows.length} estimate=${38} target=${target} label="Rows of the session" className="row-list"
      row=${(at) => html`<${RowEntry} row=${rows[at]} here=${at === target} cited=${cited.has(rows[at].event_id)} pages=${told.pages} />`} />
  </section>`;
}

/** The row at a moment: the last one that is not after it. */
function nearest(rows, ms) {
  if (ms === null || !rows.length) return null;
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].ms < ms) low = middle + 1;
    else high = middle;
  }
  return rows[low]?.ms === ms ? low : Math.max(0, low - 1);
}

const RowEntry = memo(({ row, here, cited, pages }) => html`<div class=${`row ${here ? "here" : ""} ${cited ? "cited" : ""} kind-${row.kind.replace(" ", "-")}`}
  aria-current=${here ? "true" : undefined}>
  <span class="row-time">${clock(row.ms)}</span>
  <span class="row-kind" title=${pages[row.page] ?? ""}>${row.kind}</span>
  <span class="row-words">${row.words}${row.count > 1 ? html` <span class="muted">×${row.count}</span>` : null}
    ${row.effect ? html`<span class="row-effect">${row.effect}</span>` : null}
    ${row.signals.map((signal) => html` <${Tag} look="signal">${signal.replaceAll("_", " ")}<//>`)}</span>
  <code class="row-id">${row.event_id}</code>
</div>`);
