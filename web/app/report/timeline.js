/** A session on a line: segments by outcome, issues as marks, what could not be seen hatched. */

import { html } from "../shared/html.js";
import { clock } from "../shared/format.js";
import { hrefTo } from "../shared/router.js";
import { outcomeLook, outcomeWords } from "./figures.js";

function place(start, end, whole) {
  const left = Math.min(100, (start / whole) * 100);
  return { left: `${left}%`, width: `${Math.max(0.6, Math.min(100 - left, ((end - start) / whole) * 100))}%` };
}

/** One thin line, for lists. */
export function MiniTimeline({ session }) {
  const whole = Math.max(1, session.duration_ms);
  return html`<span class="mini-timeline" aria-hidden="true">
    ${session.segments.map((one) => html`<i class=${`segment is-${outcomeLook(one.outcome)}`} style=${place(one.start_ms, one.end_ms, whole)}></i>`)}
    ${session.issues.map((one) => html`<i class=${`dot is-${one.harm}`} style=${{ left: `${Math.min(100, (one.ms / whole) * 100)}%` }}></i>`)}
  </span>`;
}

/** The whole session: every mark is a link to its moment. */
export function Timeline({ run, session, at, blind = [] }) {
  const whole = Math.max(1, session.duration_ms);
  const to = (ms) => hrefTo({ run, session: session.session_id, ms });
  return html`<div class="timeline">
    <div class="lane issues">${session.issues.map((one) => html`<a href=${to(one.ms)} class=${`issue-mark is-${one.harm}`}
      style=${{ left: `${Math.min(100, (one.ms / whole) * 100)}%` }} title=${`${clock(one.ms)} ${one.claim}`}
      aria-label=${`Issue at ${clock(one.ms)}: ${one.claim}`}></a>`)}</div>
    <div class="lane segments">
      ${session.segments.map((one) => html`<a href=${to(one.start_ms)} class=${`segment is-${outcomeLook(one.outcome)}`}
        style=${place(one.start_ms, one.end_ms, whole)} title=${`${clock(one.start_ms)} to ${clock(one.end_ms)}: ${one.title}. ${outcomeWords(one.outcome)}.`}
        aria-label=${`Segment ${one.title}, ${clock(one.start_ms)} to ${clock(one.end_ms)}: ${outcomeWords(one.outcome)}`}><span>${one.title}</span></a>`)}
      ${blind.map((one) => html`<i class="blind" style=${place(one.start_ms, one.end_ms, whole)} title=${`Not seen: ${one.reason}`}></i>`)}
      ${at === null ? null : html`<i class="playhead" style=${{ left: `${Math.min(100, (at / whole) * 100)}%` }}></i>`}
    </div>
    <div class="axis" aria-hidden="true">${ticks(whole).map((ms) => html`<span style=${{ left: `${(ms / whole) * 100}%` }}>${clock(ms)}</span>`)}</div>
  </div>`;
}

const STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map((seconds) => seconds * 1000);

function ticks(whole) {
  const step = STEPS.find((one) => whole / one <= 6) ?? STEPS.at(-1);
  const found = [];
  for (let ms = 0; ms <= whole * 0.97 && found.length < 40; ms += step) found.push(ms);
  return found;
}
