/** The conversations there are. */

import { html } from "../shared/html.js";
import { ago } from "../shared/format.js";
import { Icon } from "../shared/icons.js";
import { hrefTo, route } from "../shared/router.js";
import { Windowed } from "../shared/windowed.js";
import { conversation, threads } from "./thread.js";

export function ConversationList({ onPick }) {
  const here = route.value.thread;
  const all = threads.value;
  const working = conversation.value.runs.length > 0;
  return html`<nav class="conversations" aria-label="Conversations">
    <a class="button new" href="#/" onClick=${onPick}><${Icon} name="plus" /> New conversation</a>
    <div class="conversation-box" data-scroller>
      ${all.length
        ? html`<${Windowed} count=${all.length} estimate=${52} label="Conversations" row=${(at) => html`<a class="conversation"
            href=${hrefTo({ thread: all[at].thread_id })} aria-current=${all[at].thread_id === here ? "page" : undefined} onClick=${onPick}>
            <span class="conversation-title">${all[at].title || "Untitled"}</span>
            <span class="muted">${working && all[at].thread_id === here ? html`<i class="spinner small" aria-hidden="true"></i> working` : ago(all[at].updated_at)}</span>
          </a>`} />`
        : html`<p class="muted none">Your conversations will stand here.</p>`}
    </div>
  </nav>`;
}
