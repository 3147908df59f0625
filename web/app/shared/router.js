/**
 * Where the reader is, kept in the URL's hash: the conversation on the left, a run's report or one of
 * its sessions on the right. Reloading, going back and sending the link to someone all work on it.
 *
 *   #/                                  nothing yet
 *   #/threads/<thread>                  a conversation
 *   #/runs/<run>                        its report; /refuted, /sessions, ... for a tab
 *   #/runs/<run>/patterns/<pattern>     one pattern, opened
 *   #/runs/<run>/sessions/<id>?ms=      one session, at a moment
 *
 * `?t=<thread>` says which conversation stands beside a report. A link without it (an answer cites a
 * session, say) keeps the conversation that is open.
 */

import { computed, signal } from "./html.js";

export const TABS = ["patterns", "sessions", "refuted", "coverage", "withheld", "cost"];

const NOWHERE = { thread: null, run: null, tab: "patterns", pattern: null, session: null, ms: null };

export const route = signal(NOWHERE);
export const thread = computed(() => route.value.thread);

/** "conversation" or "report": which of the two a phone shows. */
export const pane = signal("conversation");

export function parseHash(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const parts = path.split("/").map(decode);
  const parameters = new URLSearchParams(query);
  if (parts[0] === "threads" && parts[1]) return { ...NOWHERE, thread: parts[1] };
  const thread_ = parameters.get("t") || null;
  if (parts[0] !== "runs" || !parts[1]) return { ...NOWHERE, thread: thread_ };
  const here = { ...NOWHERE, thread: thread_, run: parts[1] };
  const rest = parts.slice(3).join("/");
  if (parts[2] === "patterns" && rest) return { ...here, pattern: rest };
  if (parts[2] === "sessions" && rest) return { ...here, session: rest, tab: "sessions", ms: moment(parameters) };
  return TABS.includes(parts[2]) ? { ...here, tab: parts[2] } : here;
}

function moment(parameters) {
  const ms = Number.parseInt(parameters.get("ms") ?? "", 10);
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The hash of a place. What is left out is taken from where the reader is: the conversation. */
export function hrefTo({ run, tab, pattern, session, ms, thread: thread_ = route.peek().thread }) {
  if (!run) return thread_ ? `#/threads/${encodeURIComponent(thread_)}` : "#/";
  const parameters = new URLSearchParams();
  let path = `#/runs/${encodeURIComponent(run)}`;
  if (session) {
    path += `/sessions/${session.split("/").map(encodeURIComponent).join("/")}`;
    if (ms !== null && ms !== undefined) parameters.set("ms", String(Math.round(ms)));
  } else if (pattern) path += `/patterns/${encodeURIComponent(pattern)}`;
  else if (tab && tab !== "patterns") path += `/${tab}`;
  if (thread_) parameters.set("t", thread_);
  const query = parameters.toString();
  return query ? `${path}?${query}` : path;
}

/** Go there. `quietly` replaces the entry in the history: for moves the reader did not make. */
export function go(place, { quietly = false } = {}) {
  const hash = hrefTo(place);
  if (hash === location.hash) return;
  if (quietly) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  route.value = parseHash(hash);
}

export function startRouter() {
  follow();
  const { run, session, pattern, tab, thread: beside } = route.value;
  if (run && (session || pattern || tab !== "patterns" || !beside)) pane.value = "report";
  window.addEventListener("hashchange", () => {
    follow();
    pane.value = route.value.run ? "report" : "conversation";
  });
  window.addEventListener("popstate", follow);
}

function follow() {
  const next = parseHash(location.hash);
  const kept = route.peek().thread;
  if (next.run && !next.thread && kept) {
    history.replaceState(null, "", hrefTo({ ...next, thread: kept }));
    next.thread = kept;
  }
  route.value = next;
}
