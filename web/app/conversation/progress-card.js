/** A run while it goes, inside the conversation: sessions filling up, patterns growing, and a way out. */

import { html, memo, useMemo, useState } from "../shared/html.js";
import { RequestFailed, paths, send } from "../shared/api.js";
import { count, duration, sentence } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { hrefTo } from "../shared/router.js";
import { Windowed } from "../shared/windowed.js";
import { Severity } from "../report/figures.js";
import { NODES, readProgress } from "./progress.js";
import { STATES, Strip } from "./strip.js";

const PATTERNS_SHOWN = 5;

export const ProgressCard = memo(({ content, followed }) => {
  const progress = useMemo(() => leftAlone(readProgress(content), followed), [content, followed]);
  return html`<section class=${`progress ${progress.ended ? "ended" : "going"} is-${progress.status}`} aria-label="Progress of the report">
    <${Head} progress=${progress} />
    ${progress.sessions.length ? html`<${Strip} sessions=${progress.sessions} label=${inWords(progress)} />` : null}
    <${Counts} progress=${progress} />
    ${progress.ended ? null : html`<${Stages} nodes=${progress.nodes} />`}
    ${progress.ended || !progress.patterns.length ? null : html`<${Provisional} progress=${progress} />`}
    ${progress.sessions.length ? html`<${SessionDetails} sessions=${progress.sessions} />` : null}
    <p class="visually-hidden" role="status">${milestone(progress)}</p>
  </section>`;
});

/** A run that goes on after its turn was stopped: what is shown of it is where it stood. */
function leftAlone(progress, followed) {
  return progress.ended || followed ? progress : { ...progress, status: "left", ended: true, hasReport: true };
}

const TITLES = {
  queued: "Waiting to start", running: "Reading sessions", done: "Report ready", gaps: "Report ready, with gaps",
  failed: "The run failed", cancelled: "Cancelled", left: "Goes on by itself",
};

function Head({ progress }) {
  return html`<header class="progress-head">
    <h2>${progress.ended ? null : html`<i class="spinner" aria-hidden="true"></i>`}${TITLES[progress.status]}</h2>
    ${progress.elapsedMs === null ? null : html`<span class="muted">${duration(progress.elapsedMs)}</span>`}
    ${progress.ended
      ? progress.hasReport && html`<a class="button small" href=${hrefTo({ run: progress.run })}>Open the report</a>`
      : html`<${Cancel} run=${progress.run} />`}
    ${progress.message ? html`<p class="progress-message">${sentence(progress.message)}</p>` : null}
  </header>`;
}

function Cancel({ run }) {
  const [state, setState] = useState("");
  const cancel = async () => {
    setState("Cancelling…");
    try {
      await send(`${paths.run(run)}/cancel`, { method: "POST", body: {} });
    } catch (problem) {
      if (!(problem instanceof RequestFailed)) throw problem;
      setState(problem.message);
    }
  };
  return state
    ? html`<span class="muted" role="status">${state}</span>`
    : html`<button type="button" class="quiet small" onClick=${cancel}>Cancel</button>`;
}

function inWords(progress) {
  const parts = [`${progress.done} of ${count(progress.requested, "session")} read`];
  if (progress.skipped) parts.push(`${progress.skipped} skipped`);
  if (progress.failed) parts.push(`${progress.failed} failed`);
  return parts.join(", ");
}

/** What a screen reader is told: every quarter, and the end; not every session. */
function milestone(progress) {
  if (progress.ended) return `${TITLES[progress.status]}. ${inWords(progress)}.`;
  if (!progress.requested) return "";
  const quarter = Math.floor(((progress.done + progress.skipped + progress.failed) / progress.requested) * 4);
  return quarter ? `${quarter * 25} percent of the sessions read` : "Reading sessions";
}

function Counts({ progress }) {
  const issues = progress.sessions.filter((one) => one.state === "issues").length;
  const items = [
    ["done", progress.done - issues, "without issues"],
    ["issues", issues, "with issues"],
    ["skipped", progress.skipped, "skipped"],
    ["failed", progress.failed, "failed"],
    ["unreadable", progress.unreadable, progress.unreadable === 1 ? "file unreadable" : "files unreadable"],
    ["queued", Math.max(0, progress.requested - progress.done - progress.skipped - progress.failed), "waiting"],
  ];
  return html`<ul class="counts">${items.filter(([, value]) => value > 0).map(([look, value, name]) => html`<li>
    <i class=${`cell is-${look}`} aria-hidden="true"></i><b>${value.toLocaleString("en")}</b> ${name}</li>`)}</ul>`;
}

function Stages({ nodes }) {
  return html`<ol class="stages" aria-label="Steps">${NODES.map(([key, name]) => html`<li class=${`is-${nodes[key]}`}>
    <i aria-hidden="true"></i>${name}<span class="visually-hidden">: ${nodes[key]}</span></li>`)}</ol>`;
}

function Provisional({ progress }) {
  const more = progress.patterns.length - PATTERNS_SHOWN;
  return html`<div class="provisional-patterns">
    <h3>Found so far</h3>
    <ol>${progress.patterns.slice(0, PATTERNS_SHOWN).map((one) => html`<li key=${one.id}>
      <${Severity} level=${one.severity} label="" />
      <span class="provisional-title">${one.title}</span>
      <span class="provisional-count">${one.firm
        ? `${one.affected} of ${one.eligible}`
        : `${one.affected} of ${one.seen} so far`}</span>
    </li>`)}</ol>
    ${more > 0 ? html`<p class="muted">and ${more} more</p>` : null}
  </div>`;
}

function SessionDetails({ sessions }) {
  const [open, setOpen] = useState(false);
  return html`<details class="session-details" onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>Sessions <${Icon} name="chevron" /></summary>
    ${open ? html`<div class="session-box" data-scroller tabindex="0" role="region" aria-label="Sessions of this run">
      <${Windowed} count=${sessions.length} estimate=${30} label="Sessions" row=${(at) => html`<${SessionLine} one=${sessions[at]} />`} />
    </div>` : null}
  </details>`;
}

const SessionLine = memo(({ one }) => html`<div class="session-line">
  <i class=${`cell is-${one.state}`} aria-hidden="true"></i>
  <span class="session-line-name">${one.name}</span>
  <span class="session-line-note">${one.note || STATES[one.state]}</span>
</div>`);
