/** Where a question is typed. Enter sends, Shift+Enter is a new line, Escape stops, ↑ brings the last one back. */

import { html, signal, useEffect, useRef } from "../shared/html.js";
import { Icon } from "../shared/icons.js";

/** What is being typed; kept here, so that it survives a change of pane. */
export const draft = signal("");

const MAX_LENGTH = 2_000;

export function Composer({ running, last, onAsk, onStop }) {
  const field = useRef(null);
  const text = draft.value;
  useEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, 200)}px`;
  }, [text]);
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current.focus();
  }, []);
  const submit = (event) => {
    event?.preventDefault();
    const question = draft.peek().trim();
    if (!question) return;
    draft.value = "";
    onAsk(question);
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) submit(event);
    else if (event.key === "Escape" && running) onStop();
    else if (event.key === "ArrowUp" && !draft.peek() && last) {
      event.preventDefault();
      draft.value = last;
    }
  };
  return html`<form class="composer" onSubmit=${submit}>
    <label class="visually-hidden" for="question">Your question</label>
    <textarea id="question" ref=${field} rows="1" maxlength=${MAX_LENGTH} placeholder="Ask about the sessions"
      aria-describedby="composer-hint" value=${text} enterkeyhint="send" autocomplete="off"
      onInput=${(event) => { draft.value = event.target.value; }} onKeyDown=${onKeyDown}></textarea>
    <div class="composer-buttons">
      ${running ? html`<button type="button" class="round stop" onClick=${onStop} aria-label="Stop" title="Stop (Escape)"><${Icon} name="stop" /></button>` : null}
      <button type="submit" class="round send" disabled=${!text.trim()} aria-label="Send" title="Send (Enter)"><${Icon} name="send" /></button>
    </div>
    <p id="composer-hint" class="hint">Enter sends, Shift+Enter starts a new line</p>
  </form>`;
}
