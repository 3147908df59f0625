/** The answer of a report: one statement per line; those that start with a number name patterns. */

import { html } from "../shared/html.js";
import { hrefTo } from "../shared/router.js";

const NUMBERED = /^\d+\.\s+(.*)$/;

export function Answer({ report }) {
  return groups(report.answer.split("\n").filter((line) => line.trim())).map(({ numbered, lines }) => (numbered
    ? html`<ol>${lines.map((line) => html`<li><${Statement} report=${report} line=${line} /></li>`)}</ol>`
    : lines.map((line) => html`<p>${line}</p>`)));
}

function groups(lines) {
  const found = [];
  for (const line of lines) {
    const match = NUMBERED.exec(line);
    const numbered = Boolean(match);
    if (found.at(-1)?.numbered !== numbered) found.push({ numbered, lines: [] });
    found.at(-1).lines.push(match ? match[1] : line);
  }
  return found;
}

/** A line that begins with the title of a pattern leads to it. */
function Statement({ report, line }) {
  const pattern = report.patterns.find((one) => line.startsWith(one.title));
  if (!pattern) return line;
  const href = hrefTo({ run: report.run_id, pattern: pattern.id });
  return html`<a href=${href}>${pattern.title}</a>${line.slice(pattern.title.length)}`;
}
