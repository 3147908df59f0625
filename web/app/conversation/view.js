/** The conversation: messages, and the place to type the next one. */

import { html, useEffect, useLayoutEffect, useRef, useState } from "../shared/html.js";
import { Guarded } from "../shared/guarded.js";
import { Icon } from "../shared/icons.js";
import { route } from "../shared/router.js";
import { askHere } from "./asking.js";
import { Composer } from "./composer.js";
import { Item } from "./messages.js";
import { conversation, openThread, stop } from "./thread.js";
import { Welcome } from "./welcome.js";

const NEAR_PX = 80;

export function ConversationPane() {
  const { thread } = route.value;
  const state = conversation.value;
  useEffect(() => {
    if (conversation.peek().thread !== thread) openThread(thread);
  }, [thread]);
  const running = state.runs.length > 0;
  const last = state.items.findLast((item) => item.kind === "user")?.text;
  const fresh = !thread && !state.items.length;
  return html`<section class=${`conversation-pane ${fresh ? "fresh" : ""}`} aria-label="Conversation">
    <${Scroller} state=${state} running=${running}>
      ${fresh ? html`<${Welcome} onAsk=${askHere} />` : html`<${Messages} state=${state} running=${running} />`}
    <//>
    <${Connection} link=${state.link} />
    <${Composer} running=${running} last=${last} onAsk=${askHere} onStop=${stop} />
  </section>`;
}

function Messages({ state, running }) {
  return html`<div class="messages" role="log" aria-live="polite" aria-busy=${running} aria-label="Messages">
    ${state.loading ? html`<div class="skeleton"><span class="visually-hidden">Loading the conversation</span><i></i><i></i></div>` : null}
    ${state.items.map((item) => html`<${Guarded} key=${item.id} what="message"><${Item} item=${item} /><//>`)}
    ${running && silent(state.items) ? html`<p class="thinking"><span class="visually-hidden">Snags is working</span><i></i><i></i><i></i></p>` : null}
    ${state.trouble ? html`<${Trouble} state=${state} />` : null}
  </div>`;
}

/** True while nothing on the screen shows that an answer is on its way. */
function silent(items) {
  const last = items.at(-1);
  return !last || last.kind === "user" || (last.kind === "tool" && !last.running);
}

function Trouble({ state }) {
  const last = state.items.at(-1);
  const again = last?.kind === "user"
    ? () => {
        conversation.value = { ...state, items: state.items.slice(0, -1) };
        askHere(last.text);
      }
    : () => openThread(state.thread);
  return html`<div class="trouble" role="alert"><${Icon} name="alert" /><div>
    <p>${state.trouble}</p><button type="button" class="quiet" onClick=${again}>Try again</button></div></div>`;
}

function Connection({ link }) {
  return link === "reconnecting"
    ? html`<p class="connection" role="status"><i class="spinner" aria-hidden="true"></i> Connection lost. Reconnecting; nothing is lost.</p>`
    : null;
}

/** Keeps to the end while the reader is there, and leaves them alone where they are not. */
function Scroller({ state, children }) {
  const box = useRef(null);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    setAway(!atEnd.current);
  };
  const toEnd = () => {
    box.current.scrollTop = box.current.scrollHeight;
  };
  const asked = state.items.filter((item) => item.kind === "user").length;
  useLayoutEffect(toEnd, [state.thread, asked]);
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
  }, [state.items]);
  return html`<div class="scroll-area">
    <div class="scroller" ref=${box} onScroll=${onScroll} data-scroller tabindex="-1">${children}</div>
    ${away ? html`<button type="button" class="round to-end" onClick=${toEnd} aria-label="To the latest message"><${Icon} name="down" /></button>` : null}
  </div>`;
}
