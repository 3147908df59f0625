/**
 * The open conversation: loads it, asks, follows the answer and survives a dropped connection.
 *
 * The server keeps every event of a thread in a log; an event's SSE id is its offset there. An event is
 * applied only if its offset is above the last one applied, so whatever happens to the connection, no
 * token is lost and none comes twice.
 */

import { signal } from "../shared/html.js";
import { RequestFailed, getJson, paths, send } from "../shared/api.js";
import { PatchFailed } from "../shared/json-patch.js";
import { readEvents } from "../shared/sse.js";
import { EMPTY, atRest, itemsOf, reduce } from "./events.js";

/** The status of a stream that has ended and of which the reader has everything. */
const NOTHING_FOLLOWS = 204;
const SILENCE_MS = 45_000;
const RETRY_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];

const CLOSED = { thread: null, ...EMPTY, offset: 0, link: "idle", loading: false, trouble: "" };

/** {thread, items, runs, offset, link: idle | open | reconnecting, loading, trouble} */
export const conversation = signal(CLOSED);

/** [{thread_id, title, created_at, updated_at}], newest first. */
export const threads = signal([]);

let listener = null;
let connection = null;
let waiting = [];
let flushing = null;

export function newThreadId() {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return `thread_${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export async function loadThreads() {
  try {
    const answer = await getJson("/v1/threads");
    threads.value = answer.threads;
  } catch {
    // The list is a convenience: the conversation that is open says what is wrong.
  }
}

/** Show a conversation as the server has it, and follow what is still going on in it. */
export async function openThread(thread) {
  stopListening();
  if (!thread) {
    conversation.value = CLOSED;
    return;
  }
  conversation.value = { ...CLOSED, thread, loading: true };
  try {
    const stored = await getJson(paths.thread(thread));
    if (conversation.peek().thread !== thread) return;
    const { messages, offset, turns } = stored;
    conversation.value = { ...CLOSED, thread, items: itemsOf(messages), offset, runs: turns };
    if (turns.length) listen((signal_) => follow(thread, signal_));
  } catch (problem) {
    if (conversation.peek().thread !== thread) return;
    conversation.value = { ...CLOSED, thread, trouble: problem.message };
  }
}

/**
 * Ask something in the open conversation; makes one where there is none. Returns its id. `report` is
 * the run whose report is on the screen: what the question is about, unless it says otherwise.
 */
export function ask(text, { thread, report }) {
  return post(text, thread ?? newThreadId(), report);
}

function post(text, thread, report) {
  const question = { id: `user_${newThreadId().slice(7)}`, role: "user", content: text };
  const run = `turn_${newThreadId().slice(7)}`;
  const before = conversation.peek().thread === thread ? conversation.peek() : { ...CLOSED, thread };
  const item = { kind: "user", id: question.id, text, streaming: false };
  conversation.value = { ...before, items: [...before.items, item], runs: [...before.runs, run], trouble: "" };
  const body = {
    threadId: thread, runId: run, messages: [question], tools: [], context: [],
    state: report ? { report } : {},
    forwardedProps: { after: before.offset },
  };
  // No abort signal: a question that is on its way must arrive, also where another one overtakes it.
  listen(() => send("/agui", { method: "POST", body, headers: { Accept: "text/event-stream" } }), run);
  return thread;
}

export async function stop() {
  const { thread } = conversation.peek();
  try {
    await send(`${paths.thread(thread)}/cancel`, { method: "POST", body: {} });
  } catch (problem) {
    conversation.value = { ...conversation.peek(), trouble: problem.message };
  }
}

function follow(thread, signal_) {
  const after = conversation.peek().offset;
  const headers = { Accept: "text/event-stream", "Last-Event-ID": String(after) };
  return send(`${paths.thread(thread)}/events?after=${after}`, { headers, signal: signal_ });
}

function stopListening() {
  listener?.abort();
  listener = null;
  waiting = [];
}

/** Read until no turn is open, however often the connection drops. `asking` is the turn that `open` begins. */
async function listen(open, asking = null) {
  stopListening();
  const control = new AbortController();
  listener = control;
  const { thread } = conversation.peek();
  let next = open;
  let attempt = 0;
  let answered = false;
  while (listener === control) {
    const before = conversation.peek().offset;
    try {
      await readAll(next, control, () => {
        answered = true;
      });
    } catch (problem) {
      if (listener !== control) return;
      if (problem instanceof RequestFailed && !(answered && mayRetry(problem))) refused(problem, answered ? null : asking);
    }
    if (listener !== control || !conversation.peek().runs.length) break;
    if (conversation.peek().offset > before) attempt = 0;
    next = (signal_) => follow(thread, signal_);
    update({ link: "reconnecting" });
    await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]);
    attempt += 1;
  }
  if (listener === control) {
    update({ link: "idle" });
    loadThreads();
  }
}

async function readAll(open, control, answered) {
  const ours = new AbortController();
  connection = ours;
  const cut = () => ours.abort();
  control.signal.addEventListener("abort", cut);
  let timer = setTimeout(cut, SILENCE_MS);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(cut, SILENCE_MS);
  };
  try {
    const response = await open(ours.signal);
    if (listener !== control || connection !== ours) {
      response.body?.cancel();
      return;
    }
    answered();
    update({ link: "open" });
    loadThreads();
    if (response.status === NOTHING_FOLLOWS) {
      update(atRest(conversation.peek()));
      return;
    }
    for await (const event of readEvents(response, heard, ours.signal)) {
      if (listener !== control) return;
      receive(event);
    }
  } finally {
    clearTimeout(timer);
    control.signal.removeEventListener("abort", cut);
    if (listener === control) flush();
  }
}

/** A server that restarts is waited for; what a server refuses is not asked for again. */
function mayRetry(problem) {
  return problem.status === 0 || problem.status >= 500;
}

/** The turn that was asked for did not begin; where none was, nothing here goes on. */
function refused(problem, asking) {
  const runs = asking ? conversation.peek().runs.filter((run) => run !== asking) : [];
  update({ runs, trouble: problem.message });
}

function update(fields) {
  conversation.value = { ...conversation.peek(), ...fields };
}

function pause(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done);
  });
}

function receive({ id, data }) {
  const event = JSON.parse(data);
  waiting.push({ offset: id ? Number(id) : null, event });
  if (flushing === null) flushing = setTimeout(flush, document.hidden ? 250 : 16);
}

/** Apply what has come in, all at once: one drawing per frame, however many tokens. */
function flush() {
  clearTimeout(flushing);
  flushing = null;
  const events = waiting;
  waiting = [];
  if (!events.length) return;
  let state = conversation.peek();
  try {
    for (const { offset, event } of events) {
      if (offset !== null && offset <= state.offset) continue;
      state = { ...reduce(state, event), offset: offset ?? state.offset };
    }
  } catch (problem) {
    if (!(problem instanceof PatchFailed)) throw problem;
    startOver();
    return;
  }
  conversation.value = state;
}

/** What is here does not fit the changes that come: take the whole log again. */
function startOver() {
  update({ items: [], offset: 0 });
  connection.abort();
}
