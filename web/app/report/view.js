/** The report beside the conversation: the answer first, then what it stands on. */

import { html, useEffect, useRef } from "../shared/html.js";
import { clock, count, dateTime, duration, percent } from "../shared/format.js";
import { Guarded } from "../shared/guarded.js";
import { Icon } from "../shared/icons.js";
import { paths } from "../shared/api.js";
import { TABS, go, route } from "../shared/router.js";
import { Answer } from "./answer.js";
import { Empty, Severity } from "./figures.js";
import { Figure } from "./sections.js";
import * as sections from "./sections.js";
import { Patterns } from "./patterns.js";
import { SessionView } from "./session.js";
import { Sessions } from "./sessions.js";
import { loadReport, reportOf } from "./store.js";
import { Waiting } from "./waiting.js";

/** `unsure`: whether the run is still going is about to be known. */
export function ReportPane({ progress, unsure }) {
  const { run, session } = route.value;
  const scroller = useRef(null);
  useEffect(() => {
    if (!session) scroller.current.scrollTop = 0;
  }, [run, session]);
  return html`<section id="report" class="report-pane" aria-label="Report" data-scroller ref=${scroller} tabindex="-1">
    ${session
      ? html`<${Guarded} key=${`${run} ${session}`} what="session"><${SessionView} run=${run} session=${session} /><//>`
      : html`<${Guarded} key=${run} what="report"><${Report} run=${run} progress=${progress} unsure=${unsure} /><//>`}
  </section>`;
}

function Report({ run, progress, unsure }) {
  if (unsure) return html`<${Waiting} status="loading" what="the report" />`;
  if (progress && !progress.hasReport) {
    return progress.ended ? html`<${WithoutReport} progress=${progress} />` : html`<${BeingMade} progress=${progress} />`;
  }
  const { status, value, message } = reportOf(run).value;
  if (!value) {
    return html`<${Waiting} status=${status} message=${message} what="the report" retry=${() => loadReport(run)} />`;
  }
  return html`<article class="report">
    <${Head} report=${value} provisional=${Boolean(progress && !progress.ended)} />
    <${Tabs} report=${value} />
  </article>`;
}

function WithoutReport({ progress }) {
  return html`<${Empty} title=${progress.status === "cancelled" ? "Cancelled before the report was ready" : "This run has no report"}>
    ${progress.message || "Ask again for a new one."}
  <//>`;
}

function BeingMade({ progress }) {
  return html`<div class="being-made">
    <h2>The report is being made</h2>
    <p>${progress.done} of ${count(progress.requested, "session")} read. ${progress.patterns.length
      ? "What has been found so far; counts still grow."
      : "Patterns appear here as soon as they are checked."}</p>
    <ol class="patterns">${progress.patterns.slice(0, 12).map((one) => html`<li key=${one.id} class=${`pattern provisional-card is-${one.severity}`}>
      <span class="pattern-top"><${Severity} level=${one.severity} /><span class="kind">${one.kind}</span>
        <span class="so-far">${one.firm ? `${one.affected} of ${one.eligible}` : `${one.affected} of ${one.seen} so far`}</span></span>
      <span class="pattern-title">${one.title}</span>
    </li>`)}</ol>
    ${progress.findings.length ? html`<h3>Found last</h3>
      <ul class="findings">${progress.findings.slice(0, 5).map((one) => html`<li key=${one.session_id + one.event_ids[0]}>
        <span class="moment-time">${clock(one.ms)}</span><span>${one.claim} <span class="muted">${one.session_id}</span></span>
      </li>`)}</ul>` : null}
  </div>`;
}

function Head({ report, provisional }) {
  const { coverage } = report;
  const affected = report.sessions.filter((one) => one.issues.length > 0).length;
  const stuck = report.sessions.filter((one) => one.outcome === "failure" || one.outcome === "abandoned").length;
  return html`<header class="report-head">
    <div class="report-line">
      <h2>${report.title}</h2>
      <div class="export" role="group" aria-label="Export">
        <${Icon} name="download" />
        ${[["markdown", "Markdown"], ["json", "JSON"], ["html", "HTML"]].map(([format, name]) => html`<a
          href=${paths.report(report.run_id, format)} download=${`snags-${report.run_id}.${format === "markdown" ? "md" : format}`}>${name}</a>`)}
      </div>
    </div>
    <p class="muted">${report.source} · ${dateTime(report.created_at)}${report.usage.final_ms === null ? "" : ` · made in ${duration(report.usage.final_ms)}`}
      ${provisional ? html` · <b class="provisional">provisional</b>` : null}</p>
    <section class="answer" aria-label="Answer">
      ${report.focus ? html`<p class="asked">${report.focus}</p>` : null}
      <${Answer} report=${report} />
    </section>
    <div class="numbers">
      <${Figure} value=${`${coverage.summarized} of ${coverage.requested}`} name="sessions read" />
      <${Figure} value=${report.patterns.length.toLocaleString("en")} name=${report.patterns.length === 1 ? "pattern" : "patterns"} />
      <${Figure} value=${affected.toLocaleString("en")} name="sessions with issues" />
      <${Figure} value=${coverage.summarized ? percent(stuck / coverage.summarized) : "0%"} name="failed or gave up" />
    </div>
  </header>`;
}

const NAMES = {
  patterns: "Patterns", sessions: "Sessions", refuted: "Refuted", coverage: "Coverage",
  withheld: "Claims withheld", cost: "Cost",
};

const BODIES = {
  patterns: Patterns, sessions: Sessions, refuted: sections.Refuted, coverage: sections.Coverage,
  withheld: sections.WithheldClaims, cost: sections.Cost,
};

function Tabs({ report }) {
  const { tab } = route.value;
  const counts = {
    patterns: report.patterns.length, sessions: report.sessions.length,
    refuted: report.refuted.length, withheld: report.claim_audit.withheld,
  };
  const select = (name) => go({ run: report.run_id, tab: name }, { quietly: true });
  const onKeyDown = (event) => {
    const moves = { ArrowRight: 1, ArrowLeft: -1, Home: -TABS.indexOf(tab), End: TABS.length - 1 - TABS.indexOf(tab) };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + moves[event.key] + TABS.length) % TABS.length];
    select(next);
    document.getElementById(`tab-${next}`).focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label="Parts of the report" onKeyDown=${onKeyDown}>
      ${TABS.map((name) => html`<button type="button" role="tab" id=${`tab-${name}`} aria-selected=${tab === name}
        aria-controls="tab-panel" tabindex=${tab === name ? 0 : -1} onClick=${() => select(name)}>
        ${NAMES[name]}${counts[name] === undefined ? null : html`<span class="tab-count">${counts[name].toLocaleString("en")}</span>`}
      </button>`)}
    </div>
    <div id="tab-panel" role="tabpanel" aria-labelledby=${`tab-${tab}`} class="tab-panel" key=${tab}>
      <${BODIES[tab]} report=${report} />
    </div>`;
}
