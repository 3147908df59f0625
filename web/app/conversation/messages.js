/** What was said, and what was done in between. */

import { html, memo, useState } from "../shared/html.js";
import { Icon } from "../shared/icons.js";
import { Markdown } from "../shared/markdown.js";
import { askHere } from "./asking.js";
import { ProgressCard } from "./progress-card.js";
import { ACTIVITY } from "./progress.js";

/** `followed`: whether what is still going would be told here. */
export const Item = memo(({ item, followed }) => (DRAWN[item.kind] ?? (() => null))(item, followed));

const DRAWN = {
  user: (item) => html`<div class="message from-user"><p class="visually-hidden">You asked</p><div class="bubble">${item.text}</div></div>`,
  assistant: (item) => html`<${Spoken} item=${item} />`,
  tool: (item) => html`<${ToolLine} item=${item} />`,
  activity: (item, followed) => (item.type === ACTIVITY ? html`<${ProgressCard} content=${item.content} followed=${followed} />` : null),
  note: (item) => html`<p class="note">${item.text}</p>`,
  trouble: (item) => html`<div class="trouble" role="alert"><${Icon} name="alert" /><p>${item.text}</p></div>`,
};

/** How an answer ends that names questions which work: they become buttons once it is whole. */
const SUGGESTIONS = /(?:^|\n\n)You can ask:\n((?:- .+(?:\n|$))+)$/;

function splitSuggestions(text) {
  const found = SUGGESTIONS.exec(text);
  if (!found) return { said: text, suggestions: [] };
  const lines = found[1].trim().split("\n").map((line) => line.slice(2).replace(/\\([\\`*[\]<])/g, "$1"));
  return { said: text.slice(0, found.index), suggestions: lines };
}

function Spoken({ item }) {
  const { said, suggestions } = item.streaming ? { said: item.text, suggestions: [] } : splitSuggestions(item.text);
  return html`<div class=${`message from-snags ${item.streaming ? "streaming" : ""}`}>
    <p class="visually-hidden">Snags answered</p>
    <${Markdown} text=${said} />
    ${suggestions.length ? html`<ul class="suggestions" aria-label="You can ask">
      ${suggestions.map((question) => html`<li><button type="button" class="chip" onClick=${() => askHere(question)}>${question}</button></li>`)}
    </ul>` : null}
    ${item.streaming || !item.text ? null : html`<${Copy} text=${item.text} />`}
  </div>`;
}

function Copy({ text }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_600);
  };
  if (!navigator.clipboard) return null;
  return html`<button type="button" class="quiet copy" onClick=${copy}>
    <${Icon} name=${copied ? "check" : "copy"} size=${14} /><span>${copied ? "Copied" : "Copy"}</span>
  </button>`;
}

function ToolLine({ item }) {
  const words = item.name.replaceAll("_", " ");
  return html`<details class=${`tool ${item.running ? "running" : ""}`}>
    <summary>
      ${item.running ? html`<i class="spinner" aria-hidden="true"></i>` : html`<${Icon} name="check" size=${14} />`}
      <span>${words}</span><${Icon} name="chevron" size=${12} />
    </summary>
    ${item.arguments ? html`<pre tabindex="0"><code>${item.arguments}</code></pre>` : null}
    ${item.result ? html`<pre tabindex="0"><code>${item.result}</code></pre>` : null}
  </details>`;
}
