"""Where a run stands, in words: what a question is answered from while the run goes. Pure."""

from __future__ import annotations

from graph.reports.words import count as counted
from tools.answer import Answer, Citation, bullets, plain, sentence
from tools.lookup import content_words, words_of
from tools.run_progress import Finding, PatternProgress, ProgressDocument

MAX_PATTERNS = 8
MAX_FINDINGS = 3
STEPS = {
    "select": "choosing the sessions",
    "summarize": "reading the sessions",
    "patterns": "looking for what they share",
    "report": "writing the report",
}
SEVERITY_ORDER = ("critical", "high", "medium", "low")


def tell_progress(document: ProgressDocument, about: str = "") -> Answer:
    """How far a run is, and what it has found so far; about a few words only, where given."""
    patterns = sorted(document["patterns"], key=_rank)
    findings = document["findings"][::-1]
    if wanted := content_words(about):
        patterns = [one for one in patterns if _mentions(one["title"], wanted)]
        findings = [one for one in findings if _mentions(f"{one['claim']} {one['page']}", wanted)]
    citations = [_citation(document["run_id"], one) for one in findings[:MAX_FINDINGS]]
    parts = [_where(document), _patterns(patterns, about)]
    if citations:
        lines = [
            f"{citation.link}: {plain(finding['claim'])} ({finding['kind']}, harm {finding['harm']})"
            for citation, finding in zip(citations, findings, strict=False)
        ]
        parts.append(f"Found last:\n{bullets(lines)}")
    text = "\n\n".join(part for part in parts if part)
    return Answer(run_id=document["run_id"], text=text, citations=tuple(citations))


def _where(document: ProgressDocument) -> str:
    left = [
        f"{document['skipped']} skipped" if document["skipped"] else "",
        f"{document['failed']} failed" if document["failed"] else "",
        counted(len(document["unreadable"]), "unreadable file") if document["unreadable"] else "",
    ]
    aside = ", ".join(part for part in left if part)
    read = f"{document['summarized']} of {counted(document['requested'], 'session')} read"
    read = f"{read} ({aside})" if aside else read
    if document["status"] not in ("queued", "running"):
        return (
            f"The run is over ({document['status']}): {read}. {plain(document['message'])}".strip()
        )
    steps = [STEPS[node] for node, state in document["nodes"].items() if state == "running"]
    doing = f"; now {' and '.join(steps)}" if steps else ""
    return f"The run is still going: {read}{doing}. Everything below is provisional."


def _patterns(patterns: list[PatternProgress], about: str) -> str:
    if not patterns:
        which = f" about {about!r}" if content_words(about) else ""
        return f"No pattern{which} so far."
    lines = [_pattern(one) for one in patterns[:MAX_PATTERNS]]
    left = len(patterns) - MAX_PATTERNS
    more = [f"…and {left} more"] if left > 0 else []
    return f"{sentence(counted(len(patterns), 'pattern'))} so far:\n{bullets([*lines, *more])}"


def _pattern(pattern: PatternProgress) -> str:
    stands = "" if pattern["firm"] else f", after {counted(pattern['seen'], 'session')}"
    return (
        f"**{plain(pattern['title'])}**: {pattern['severity']}, {pattern['kind']}, "
        f"{pattern['affected']} of {counted(pattern['eligible'], 'session')} that could meet it{stands}"
    )


def _rank(pattern: PatternProgress) -> tuple[int, int]:
    known = pattern["severity"] in SEVERITY_ORDER
    return (
        SEVERITY_ORDER.index(pattern["severity"]) if known else len(SEVERITY_ORDER),
        -pattern["affected"],
    )


def _mentions(text: str, wanted: list[str]) -> bool:
    have = set(words_of(text))
    return any(word in have or word.rstrip("s") in have for word in wanted)


def _citation(run_id: str, finding: Finding) -> Citation:
    return Citation(
        run_id=run_id,
        session_id=finding["session_id"],
        ms=finding["ms"],
        event_ids=tuple(finding["event_ids"]),
    )
