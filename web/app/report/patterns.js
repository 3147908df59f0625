/** Patterns by severity; open one to see why it counts and what carries it. */

import { html, memo, useEffect, useRef } from "../shared/html.js";
import { count, percent } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { go, route } from "../shared/router.js";
import { EvidenceList } from "./evidence.js";
import { Empty, Severity, Share, Tag } from "./figures.js";

const ORDER = ["critical", "high", "medium", "low"];

export function bySeverity(patterns) {
  return patterns
    .map((pattern, at) => ({ pattern, at }))
    .sort((one, other) => ORDER.indexOf(one.pattern.severity) - ORDER.indexOf(other.pattern.severity) || one.at - other.at)
    .map(({ pattern }) => pattern);
}

export function Patterns({ report }) {
  const open = route.value.pattern;
  if (!report.patterns.length) {
    return html`<${Empty} title="No recurring issue">
      Nothing was found that got in people's way. What was looked at, and what could not be seen, stands under Coverage.
    <//>`;
  }
  return html`<ol class="patterns">
    ${bySeverity(report.patterns).map((pattern) => html`<${PatternCard}
      key=${pattern.id} pattern=${pattern} run=${report.run_id} open=${pattern.id === open} />`)}
  </ol>`;
}

const PatternCard = memo(({ pattern, run, open }) => {
  const card = useRef(null);
  useEffect(() => {
    if (open) card.current.scrollIntoView({ block: "nearest" });
  }, [open]);
  const toggle = () => go({ run, pattern: open ? null : pattern.id }, { quietly: true });
  const body = `pattern-${pattern.id}`;
  return html`<li class=${`pattern is-${pattern.severity} ${open ? "open" : ""}`} ref=${card}>
    <h3>
      <button type="button" aria-expanded=${open} aria-controls=${body} onClick=${toggle}>
        <span class="pattern-top">
          <${Severity} level=${pattern.severity} />
          <span class="kind">${pattern.kind}</span>
          <${Share} affected=${pattern.affected} eligible=${pattern.eligible} interval=${pattern.interval} />
        </span>
        <span class="pattern-title">${pattern.title}</span>
        <span class="pattern-foot">
          <span class="pages">${pattern.pages.slice(0, 3).join(", ")}${pattern.pages.length > 3 ? ` and ${pattern.pages.length - 3} more` : ""}</span>
          ${pattern.lift ? html`<span>${liftWords(pattern.lift)}</span>` : null}
          <${Icon} name="chevron" />
        </span>
      </button>
    </h3>
    <div id=${body} class="pattern-body" hidden=${!open}>${open ? html`<${Details} pattern=${pattern} run=${run} />` : null}</div>
  </li>`;
});

function liftWords(lift) {
  if (lift.ratio >= 1.05) return `fails ${lift.ratio.toFixed(1)}× as often`;
  if (lift.ratio <= 0.95) return `fails less often (${lift.ratio.toFixed(1)}×)`;
  return "fails about as often";
}

function Details({ pattern, run }) {
  const { lift } = pattern;
  return html`
    <dl class="facts">
      <div><dt>Why ${pattern.severity}</dt><dd>${pattern.why}</dd></div>
      <div><dt>Counts when</dt><dd>${pattern.criterion}</dd></div>
      <div><dt>How many</dt><dd>
        ${pattern.affected} of ${count(pattern.eligible, "session")} that could show it: ${percent(pattern.eligible ? pattern.affected / pattern.eligible : 0)}
        <span class="muted"> (95% interval ${percent(pattern.interval[0])} to ${percent(pattern.interval[1])})</span>.
        ${` ${pattern.success_despite} of them succeeded all the same.`}
      </dd></div>
      ${lift ? html`<div><dt>Lift</dt><dd><${Lift} lift=${lift} /></dd></div>` : null}
    </dl>
    <h4>Evidence <${Tag}>${count(pattern.evidence.length, "moment")}<//></h4>
    <${EvidenceList} run=${run} evidence=${pattern.evidence} />`;
}

/** Failure with and without the pattern, as two bars to compare. */
function Lift({ lift }) {
  const bar = (name, failed, total) => html`<div class="lift-row">
    <span>${name}</span>
    <span class="lift-bar" aria-hidden="true"><i style=${{ width: `${total ? (failed / total) * 100 : 0}%` }}></i></span>
    <span>${failed} of ${total} failed</span>
  </div>`;
  return html`<div class="lift">
    ${bar("with it", lift.failed_with, lift.with_total)}
    ${bar("without it", lift.failed_without, lift.without_total)}
    <p class="muted">${lift.ratio.toFixed(1)}× as often; 95% interval ${lift.low.toFixed(1)}× to ${lift.high.toFixed(1)}×.</p>
  </div>`;
}
