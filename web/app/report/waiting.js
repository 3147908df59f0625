/** What stands where something is not there yet, or cannot be had. */

import { html } from "../shared/html.js";
import { Icon } from "../shared/icons.js";

export function Waiting({ status, message, what, retry }) {
  if (status === "loading") {
    return html`<div class="skeleton" role="status"><span class="visually-hidden">Loading ${what}</span><i></i><i></i><i></i></div>`;
  }
  if (status === "going") {
    return html`<p class="being-made" role="status"><span><i class="spinner" aria-hidden="true"></i> ${message}</span></p>`;
  }
  return html`<div class="trouble" role="alert"><${Icon} name="alert" /><div><p>${message}</p>
    ${retry ? html`<button type="button" class="quiet" onClick=${retry}>Try again</button>` : null}</div></div>`;
}
