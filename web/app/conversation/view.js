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
const ABOVE_QUESTION_PX = 22;

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
    ${state.items.map((item) => html`<${Guarded} key=${item.id} what="message"><${Item} item=${item} followed=${running || item.kind !== "activity"} /><//>`)}
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

/**
 * Follows what is written until the question stands at the top, so that an answer is read from its
 * start; leaves readers alone who have scrolled back.
 */
function Scroller({ state, children }) {
  const box = useRef(null);
  const following = useRef(true);
  const [more, setMore] = useState(false);
  const look = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    following.current = scrollTop >= restOf(box.current) - NEAR_PX;
    setMore(scrollHeight - scrollTop - clientHeight > NEAR_PX);
  };
  const asked = state.items.filter((item) => item.kind === "user").length;
  useLayoutEffect(() => {
    following.current = true;
    box.current.scrollTop = restOf(box.current);
  }, [state.thread, asked]);
  useLayoutEffect(() => {
    const rest = restOf(box.current);
    if (following.current && box.current.scrollTop < rest) box.current.scrollTop = rest;
    look();
  }, [state.items]);
  const toEnd = () => {
    box.current.scrollTop = box.current.scrollHeight;
  };
  return html`<div class="scroll-area">
    <div class="scroller" ref=${box} onScroll=${look} data-scroller tabindex="-1">${children}</div>
    ${more ? html`<button type="button" class="round to-end" onClick=${toEnd} aria-label="To the latest message"><${Icon} name="down" /></button>` : null}
  </div>`;
}

/** Where following comes to rest: the end, or the last question at the top. */
function restOf(box) {
  const end = box.scrollHeight - box.clientHeight;
  const question = [...box.querySelectorAll(".from-user")].at(-1);
  if (!question) return end;
  const top = question.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  return Math.min(end, top - ABOVE_QUESTION_PX);
}
