/** The tabs beside the patterns: what was refuted, covered, withheld and spent. */

import { html } from "../shared/html.js";
import { clock, count, duration, percent } from "../shared/format.js";
import { hrefTo } from "../shared/router.js";
import { Windowed } from "../shared/windowed.js";
import { Empty, Parts, Tag } from "./figures.js";

export function Refuted({ report }) {
  if (!report.refuted.length) {
    return html`<${Empty} title="Nothing was refuted">
      Findings that the evidence speaks against are kept here, with the reason. This report has none.
    <//>`;
  }
  return html`<p class="section-lead">Findings that looked serious and that the evidence spoke against.</p>
    <${Windowed} count=${report.refuted.length} estimate=${132} label="Refuted findings" className="cards" row=${(at) => {
      const one = report.refuted[at];
      return html`<div class="entry">
        <p class="entry-title">${one.title}</p>
        <p>${one.claim}</p>
        <p class="reason"><b>Refuted:</b> ${one.reason}</p>
        <p class="entry-foot"><${MomentLink} run=${report.run_id} session=${one.session_id} ms=${one.ms} /><span>${one.page}</span></p>
      </div>`;
    }} />`;
}

function MomentLink({ run, session, ms = null }) {
  return html`<a href=${hrefTo({ run, session, ms })}>${session}${ms === null ? "" : ` at ${clock(ms)}`}</a>`;
}

export function Coverage({ report }) {
  const { coverage } = report;
  const left = report.sessions.filter((session) => session.status !== "summarized");
  const blind = report.sessions.filter((session) => session.blind_ms > 0).length;
  return html`
    <${Parts} label=${`${coverage.requested} sessions requested`} parts=${[
      { name: "summarized", value: coverage.summarized, look: "done" },
      { name: "skipped", value: coverage.skipped, look: "skipped" },
      { name: "failed", value: coverage.failed, look: "failed" },
    ]} />
    <dl class="facts">
      <div><dt>Selection</dt><dd>${coverage.selection}</dd></div>
      <div><dt>Success ratio</dt><dd>${percent(coverage.success_ratio)} <span class="muted">of the sessions that were tried</span></dd></div>
      <div><dt>Recorded</dt><dd>${duration(coverage.recorded_ms)}, of which people were active ${duration(coverage.active_ms)}</dd></div>
      <div><dt>Could not be seen</dt><dd>${coverage.blind_ms || coverage.blind_reasons.length
        ? html`${duration(coverage.blind_ms)} in ${count(blind, "session")}: ${coverage.blind_reasons.join("; ") || "no reason recorded"}`
        : "nothing was hidden from us"}</dd></div>
      ${coverage.duplicates ? html`<div><dt>Duplicates</dt><dd>${count(coverage.duplicates, "identical recording")} counted once</dd></div>` : null}
    </dl>
    ${left.length ? html`<h3>Left out <${Tag}>${left.length}<//></h3>
      <${Windowed} count=${left.length} estimate=${64} label="Sessions left out" row=${(at) => html`<div class="entry">
        <p class="entry-title">${left[at].session_id} <${Tag} look=${left[at].status}>${left[at].status}<//></p>
        <p>${left[at].reason}</p><p class="muted path">${left[at].file}</p>
      </div>`} />` : null}
    ${coverage.unreadable.length ? html`<h3>Files that could not be read <${Tag}>${coverage.unreadable.length}<//></h3>
      <${Windowed} count=${coverage.unreadable.length} estimate=${64} label="Unreadable files" row=${(at) => html`<div class="entry">
        <p class="entry-title path">${coverage.unreadable[at].file}</p><p>${coverage.unreadable[at].reason}</p>
      </div>`} />` : null}`;
}

export function WithheldClaims({ report }) {
  const audit = report.claim_audit;
  return html`<p class="section-lead">
      ${count(audit.claims, "claim")} made, <b>${audit.withheld}</b> withheld
      ${audit.unknown_event_ids ? `, ${count(audit.unknown_event_ids, "event id")} that did not exist` : ""}.
      A claim is withheld where the rows it cites do not carry it.
    </p>
    ${audit.items.length
      ? html`<${Windowed} count=${audit.items.length} estimate=${110} label="Claims withheld" row=${(at) => {
          const one = audit.items[at];
          return html`<div class="entry">
            <p class="entry-title">${one.claim}</p>
            <p class="reason"><b>Withheld:</b> ${one.reason}</p>
            <p class="entry-foot"><${MomentLink} run=${report.run_id} session=${one.session_id} /><span>${one.kind}</span><span>by ${one.found_by}</span>
              ${one.event_ids.length ? html`<code>${one.event_ids.join(" ")}</code>` : null}</p>
          </div>`;
        }} />`
      : html`<${Empty} title="No claim was withheld">Every claim of this report stands on the rows it cites.<//>`}`;
}

export function Cost({ report }) {
  const { usage, egress } = report;
  return html`<div class="numbers">
      <${Figure} value=${`$${usage.cost_usd.toFixed(usage.cost_usd && usage.cost_usd < 1 ? 4 : 2)}`} name="spent" />
      <${Figure} value=${usage.model_calls.toLocaleString("en")} name="model calls" />
      <${Figure} value=${(usage.input_tokens + usage.output_tokens).toLocaleString("en")} name="tokens" />
    </div>
    <dl class="facts">
      <div><dt>Found by</dt><dd>${usage.analysts.join(", ")}</dd></div>
      <${Clock} name="First finding" ms=${usage.first_finding_ms} />
      <${Clock} name="Usable" ms=${usage.usable_ms} />
      <${Clock} name="Final" ms=${usage.final_ms} />
    </dl>
    <h3>What left this machine</h3>
    ${egress.length
      ? html`<div class="table-scroll" tabindex="0"><table>
          <thead><tr><th scope="col">To</th><th scope="col">Requests</th><th scope="col">Bytes</th><th scope="col">Redactions</th></tr></thead>
          <tbody>${egress.map((one) => html`<tr><td>${one.provider}</td><td>${one.requests.toLocaleString("en")}</td>
            <td>${one.bytes_sent.toLocaleString("en")}</td><td>${one.redactions.toLocaleString("en")}</td></tr>`)}</tbody>
        </table></div>`
      : html`<p>Nothing. The recordings were read here, and no model was asked.</p>`}`;
}

function Clock({ name, ms }) {
  return ms === null ? null : html`<div><dt>${name}</dt><dd>after ${duration(ms)}</dd></div>`;
}

export function Figure({ value, name }) {
  return html`<div class="figure"><b>${value}</b><span>${name}</span></div>`;
}
