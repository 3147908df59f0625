/** The progress document of a run (`snags.progress`), as the page reads it. The one place that knows its form. */

export const ACTIVITY = "snags.progress";

export const NODES = [
  ["select", "Choose"],
  ["summarize", "Read"],
  ["patterns", "Group"],
  ["report", "Report"],
];

const ENDS = { done: "done", "done with gaps": "gaps", failed: "failed", cancelled: "cancelled" };

const SEVERITIES = ["critical", "high", "medium", "low"];

/** What the page needs of it; sessions and patterns keep the ids that other places know them by. */
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
    unreadable: content.unreadable.length,
    nodes: content.nodes,
    sessions: content.sessions.map(readSession),
    patterns: content.patterns.map((one) => ({ ...one, id: one.pattern_id })).sort(worstFirst),
    findings: content.findings.toReversed(),
    message: content.message,
    elapsedMs: content.elapsed_ms,
  };
}

function worstFirst(one, other) {
  return SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) || other.affected - one.affected;
}

function readSession(one) {
  const state = one.state === "summarized" ? (one.issues ? "issues" : "done") : one.state;
  return { id: one.session_id, name: one.session_id, state, note: one.note };
}
