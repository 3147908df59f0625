/** Every session of the report in one list: what became of it, and its issues on a small timeline. */

import { html, useMemo, useState } from "../shared/html.js";
import { count, duration } from "../shared/format.js";
import { hrefTo } from "../shared/router.js";
import { Windowed } from "../shared/windowed.js";
import { Empty, Outcome, Tag } from "./figures.js";
import { MiniTimeline } from "./timeline.js";

const FILTERS = [
  ["all", "All", () => true],
  ["stuck", "Got stuck", (one) => one.outcome === "failure" || one.outcome === "abandoned"],
  ["issues", "With issues", (one) => one.issues.length > 0],
  ["left", "Not read", (one) => one.status !== "summarized"],
];

export function Sessions({ report }) {
  const [filter, setFilter] = useState("all");
  const [words, setWords] = useState("");
  const found = useMemo(() => select(report.sessions, filter, words), [report, filter, words]);
  return html`<div class="session-tools">
      <div class="chips" role="group" aria-label="Which sessions">
        ${FILTERS.map(([key, name]) => html`<button type="button" class="chip" aria-pressed=${filter === key} onClick=${() => setFilter(key)}>${name}</button>`)}
      </div>
      <label class="search"><span class="visually-hidden">Find a session</span>
        <input type="search" placeholder="Find a session" value=${words} onInput=${(event) => setWords(event.target.value)} /></label>
    </div>
    <p class="muted" role="status">${found.length === report.sessions.length
      ? count(found.length, "session")
      : `${found.length} of ${count(report.sessions.length, "session")}`}</p>
    ${found.length
      ? html`<${Windowed} count=${found.length} estimate=${76} label="Sessions" className="session-list"
          row=${(at) => html`<${SessionEntry} run=${report.run_id} one=${found[at]} />`} />`
      : html`<${Empty} title="No session fits">Take another filter, or fewer words.<//>`}`;
}

function select(sessions, filter, words) {
  const wanted = words.trim().toLowerCase();
  const passes = FILTERS.find(([key]) => key === filter)[2];
  return sessions.filter((one) => passes(one)
    && (!wanted || `${one.session_id} ${one.file} ${one.headline}`.toLowerCase().includes(wanted)));
}

function SessionEntry({ run, one }) {
  const read = one.status === "summarized";
  return html`<a class="session-entry" href=${hrefTo({ run, session: one.session_id })}>
    <span class="session-top">
      <span class="session-id">${one.session_id}</span>
      ${read ? html`<${Outcome} outcome=${one.outcome} />` : html`<${Tag} look=${one.status}>${one.status}<//>`}
      ${one.duration_ms ? html`<span class="muted">${duration(one.duration_ms)}</span>` : null}
    </span>
    <span class="session-headline">${read ? one.headline : one.reason}</span>
    ${read && one.duration_ms ? html`<${MiniTimeline} session=${one} />` : null}
  </a>`;
}
