/** The progress document of a run (`snags.progress`), as the page reads it. The one place that knows its form. */

export const ACTIVITY = "snags.progress";

export const NODES = [
  ["select", "Choose"],
  ["summarize", "Read"],
  ["patterns", "Group"],
  ["report", "Report"],
];

const ENDS = { done: "done", "done with gaps": "gaps", failed: "failed", cancelled: "cancelled" };

/** {run, status, ended, hasReport, requested, done, skipped, failed, nodes, sessions, patterns, message, elapsedMs} */
export function readProgress(content) {
  const status = ENDS[content.status] ?? content.status;
  return {
    run: content.run_id,
    status,
    ended: content.status in ENDS,
    hasReport: status === "done" || status === "gaps",
    requested: content.requested,
    done: content.summarized,
    skipped: content.skipped,
    failed: content.failed,
    nodes: content.nodes,
    sessions: content.sessions.map(readSession),
    patterns: content.patterns.map((one) => ({ ...one, id: one.pattern_id })),
    message: content.message,
    elapsedMs: content.elapsed_ms ?? null,
  };
}

function readSession(one) {
  const state = one.state === "summarized" ? (one.issues ? "issues" : "done") : one.state;
  return { id: one.session_id, name: one.session_id, state, note: one.note };
}
