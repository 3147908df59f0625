/**
 * Markdown as elements, never as HTML: the text is cut into tokens and each becomes a node whose content
 * is text. Nothing an answer or a recording says is ever parsed as markup, so there is nothing to
 * sanitise. Links lead to places of this page only; any other address is shown as text, and so are images.
 */

import { marked } from "../../vendor/marked.js";
import { html, memo } from "./html.js";

const OWN_PAGES = /^#\/(runs|threads)\/[^\s]*$/;
const OWN_FILES = /^\/v1\/runs\/[\w-]+\/report(\?format=(markdown|json|html))?$/;

export const Markdown = memo(({ text }) => html`<div class="markdown">${blocks(marked.lexer(text, { gfm: true }))}</div>`);

const BLOCKS = {
  space: () => null,
  hr: () => html`<hr />`,
  heading: (token) => html`<h3 class=${`level-${Math.min(token.depth, 4)}`}>${inlines(token)}</h3>`,
  html: (token) => html`<p class="as-written">${token.raw.trim()}</p>`,
  paragraph: (token) => html`<p>${inlines(token)}</p>`,
  text: (token) => inlines(token),
  code: (token) => html`<pre tabindex="0"><code>${token.text}</code></pre>`,
  blockquote: (token) => html`<blockquote>${blocks(token.tokens)}</blockquote>`,
  list: (token) => {
    const items = token.items.map((item) => html`<li>${item.task ? (item.checked ? "☑ " : "☐ ") : null}${blocks(item.tokens)}</li>`);
    return token.ordered ? html`<ol start=${token.start || 1}>${items}</ol>` : html`<ul>${items}</ul>`;
  },
  table: (token) => html`<div class="table-scroll" tabindex="0"><table>
    <thead><tr>${token.header.map((cell) => html`<th scope="col">${inlines(cell)}</th>`)}</tr></thead>
    <tbody>${token.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${inlines(cell)}</td>`)}</tr>`)}</tbody>
  </table></div>`,
};

const INLINES = {
  text: (token) => (token.tokens ? inlines(token) : plain(token.text)),
  escape: (token) => plain(token.text),
  strong: (token) => html`<strong>${inlines(token)}</strong>`,
  em: (token) => html`<em>${inlines(token)}</em>`,
  del: (token) => html`<del>${inlines(token)}</del>`,
  codespan: (token) => html`<code>${token.text}</code>`,
  br: () => html`<br />`,
  link: (token) => link(token),
  image: (token) => html`<span class="inert">[image: ${plain(token.text || token.href)}]</span>`,
};

function blocks(tokens) {
  return tokens.map((token) => (BLOCKS[token.type] ?? asWritten)(token));
}

function inlines(token) {
  if (!token.tokens) return plain(token.text ?? "");
  return token.tokens.map((one) => (INLINES[one.type] ?? asWritten)(one));
}

/** Inline HTML, definitions and whatever a later version of the library may add: the source, as text. */
function asWritten(token) {
  return token.type === "def" ? null : token.raw;
}

function link(token) {
  const href = String(token.href);
  if (OWN_PAGES.test(href)) return html`<a href=${href}>${inlines(token)}</a>`;
  if (OWN_FILES.test(href)) return html`<a href=${href} download>${inlines(token)}</a>`;
  const shown = token.text === href ? null : inlines(token);
  return html`<span class="inert">${shown}${shown ? " " : ""}<span class="address">${shown ? `(${href})` : href}</span></span>`;
}

const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** Character references become their characters; as text nodes they are harmless. */
function plain(text) {
  return text.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(amp|lt|gt|quot|apos|nbsp));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[name.toLowerCase()];
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
