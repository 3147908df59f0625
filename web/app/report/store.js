/** Reports and sessions, fetched once; a report that is still being made is fetched again as it grows. */

import { signal } from "../shared/html.js";
import { getJson, paths } from "../shared/api.js";

const KEPT = 8;
const reports = new Map();
const sessions = new Map();

const LOADING = { status: "loading", value: null, message: "" };

/** A signal of {status: loading | ready | pending | failed, value, message}. */
export function reportOf(run) {
  return remembered(reports, run, () => loadReport(run));
}

export function sessionOf(run, session) {
  const key = `${run} ${session}`;
  return remembered(sessions, key, () => load(sessions, key, paths.session(run, session)));
}

/** Fetch it again: a run has come further than what is on the screen. */
export function loadReport(run) {
  return load(reports, run, paths.report(run));
}

function remembered(store, key, start) {
  const found = store.get(key);
  if (found) return found;
  const fresh = signal(LOADING);
  store.set(key, fresh);
  if (store.size > KEPT) store.delete(store.keys().next().value);
  start();
  return fresh;
}

async function load(store, key, path) {
  const cell = store.get(key) ?? signal(LOADING);
  store.set(key, cell);
  try {
    cell.value = { status: "ready", value: await getJson(path), message: "" };
  } catch (problem) {
    if (cell.peek().value) return;
    const pending = problem.status === 404 || problem.status === 409;
    cell.value = { status: pending ? "pending" : "failed", value: null, message: problem.message };
  }
}
