/** Reports and sessions, fetched once; a report that is still being made is fetched again as it grows. */

import { signal } from "../shared/html.js";
import { getJson, paths } from "../shared/api.js";

const KEPT = 8;
const LOOK_AGAIN_MS = 2_000;
const GOING = new Set(["queued", "running"]);
const reports = new Map();
const sessions = new Map();

const LOADING = { status: "loading", value: null, message: "" };

/** A signal of {status: loading | going | ready | failed, value, message}. */
export function reportOf(run) {
  return remembered(reports, run, () => loadReport(run));
}

export function sessionOf(run, session) {
  const key = `${run} ${session}`;
  return remembered(sessions, key, () => load(sessions, key, paths.session(run, session)));
}

/** Fetch it, or fetch it again: a run has come further than what is on the screen. */
export async function loadReport(run) {
  const problem = await load(reports, run, paths.report(run));
  if (problem?.status === 404) waitFor(run);
}

/** A run that somebody else started and that is still going: its report is looked for until it ends. */
async function waitFor(run) {
  const cell = reports.get(run);
  try {
    const { status, message } = await getJson(paths.run(run));
    if (GOING.has(status)) {
      cell.value = { status: "going", value: null, message: "This run is still going. Its report will stand here." };
      setTimeout(() => reports.get(run) === cell && loadReport(run), LOOK_AGAIN_MS);
    } else if (message) cell.value = { status: "failed", value: null, message };
  } catch {
    // What the report's own address said stands.
  }
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

/** Returns what went wrong, if anything did and there is nothing to show instead. */
async function load(store, key, path) {
  const cell = store.get(key) ?? signal(LOADING);
  store.set(key, cell);
  try {
    cell.value = { status: "ready", value: await getJson(path), message: "" };
  } catch (problem) {
    if (cell.peek().value) return null;
    if (cell.peek().status !== "going") cell.value = { status: "failed", value: null, message: problem.message };
    return problem;
  }
  return null;
}
