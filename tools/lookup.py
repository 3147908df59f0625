"""What a reader means: a pattern by number, id or words; a session by id or file; a moment.

Everything here resolves a phrase against one report and either returns exactly one thing or raises
an error that lists what there is, so that neither a model nor a person has to guess twice.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from graph.errors import InvalidRequest, UnknownPattern, UnknownSession
from graph.reports.report import Report, ReportPattern, ReportSession
from graph.reports.words import clock
from graph.traces.trace import Row, Trace
from tools.answer import first_few, plain


def vocabulary(text: str) -> tuple[str, ...]:
    """Words that stand for a list of words, so that tables of them stay readable."""
    return tuple(text.split())


ORDINALS = vocabulary(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
)
NUMBERS = vocabulary("one two three four five six seven eight nine ten eleven twelve")
SUPERLATIVES = {
    "worst": "severity",
    "top": "severity",
    "biggest": "severity",
    "main": "severity",
    "severest": "severity",
    "severe": "severity",
    "serious": "severity",
    "important": "severity",
    "common": "reach",
    "frequent": "reach",
    "widespread": "reach",
    "rarest": "rarity",
}
"""One word that picks a pattern: reports list patterns by severity, so the worst is the first."""

FILLERS = frozenset(
    vocabulary(
        "a about affected an and at by did do does for from has have how i in is issue it its most "
        "no number of on one or pattern patterns problem session sessions that the their them this "
        "to was were when where which who why with"
    )
)
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[0-9]{1,6}")
_CLOCK = re.compile(r"([0-9]{1,3}):([0-5]?[0-9])(?::([0-5]?[0-9]))?(?:[.,]([0-9]{1,3}))?")
_MINUTES = re.compile(r"([0-9]{1,4}) ?(?:m|min|mins|minute|minutes)\b")
_SECONDS = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?(?:s|sec|secs|second|seconds)\b")
_MILLIS = re.compile(r"([0-9]{1,9}) ?(?:ms|millis|milliseconds)\b")

Item = TypeVar("Item")


def is_number(word: str) -> bool:
    """True for plain digits, up to nine; ``str.isdigit`` takes a superscript two for a number."""
    return len(word) < 10 and word.isascii() and word.isdigit()


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers of a text, in order."""
    return _WORD.findall(text.casefold())


def find_pattern(report: Report, reference: str) -> ReportPattern:
    """The pattern a reference names: ``2``, ``#2``, ``second``, ``worst``, its id, or its words.

    Raises:
        UnknownPattern: none or several fit; the message lists them.
    """
    patterns = report.patterns
    if not patterns:
        raise UnknownPattern("This report found no pattern, so there is none to open.")
    by_id = [pattern for pattern in patterns if pattern.id == reference.strip()]
    if by_id:
        return by_id[0]
    position = ordinal_in(reference)
    if position is not None:
        return _at(patterns, position)
    picked = _by_superlative(patterns, words_of(reference))
    if picked is not None:
        return picked
    return _only(_by_words(patterns, reference, _pattern_text), reference, report)


def ordinal_in(reference: str) -> int | None:
    """The position a phrase names, from 1; -1 for the last. None where it names none.

    Only a phrase that is nothing but the position counts: "Error 500 on pay" names no pattern 500.
    """
    words = [word for word in words_of(reference) if word not in FILLERS or word == "one"]
    if len(words) > 1:
        words = [word for word in words if word != "one"]
    if len(words) != 1:
        return None
    word = words[0]
    if word == "last":
        return -1
    for names in (ORDINALS, NUMBERS):
        if word in names:
            return names.index(word) + 1
    digits = _DIGITS.match(word)
    if digits and word[digits.end() :] in ("", "st", "nd", "rd", "th"):
        return int(digits.group())
    return None


def find_session(report: Report, reference: str) -> ReportSession:
    """The session a reference names: its id, its file, a part of either, or its number.

    Raises:
        UnknownSession: none or several fit; the message lists them.
    """
    wanted = reference.strip().strip("\"'`").casefold()
    sessions = report.sessions
    for exact in (_session_id, _session_file, _session_stem):
        same = [one for one in sessions if exact(one).casefold() == wanted]
        if len(same) == 1:
            return same[0]
    parts = [
        one for one in sessions if wanted and wanted in f"{one.session_id}\n{one.file}".casefold()
    ]
    if len(parts) == 1:
        return parts[0]
    names = [plain(one.session_id) for one in parts or sessions]
    if parts:
        raise UnknownSession(
            f"{reference!r} fits {len(parts)} sessions: {first_few(names, 8)}. Name one of them."
        )
    close = difflib.get_close_matches(reference, [one.session_id for one in sessions], n=3)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are {first_few(names, 8)}."
    raise UnknownSession(f"No session {reference!r} in this report. {hint}")


def read_moment(text: str) -> int | None:
    """Milliseconds since the session's start that a text names, or None.

    ``1:23``, ``1:02:03``, ``1:23.5``, ``83 s``, ``2 min``, ``1m23s``, ``83000 ms``.
    """
    lowered = text.lower()
    if clocked := _CLOCK.search(lowered):
        return _clock_ms(clocked)
    if millis := _MILLIS.search(lowered):
        return int(millis.group(1))
    minutes = re.search(_MINUTES, _split_units(lowered))
    seconds = re.search(_SECONDS, _split_units(lowered))
    if not (minutes or seconds):
        return None
    total = 60_000 * int(minutes.group(1)) if minutes else 0
    return total + (round(1_000 * float(seconds.group(1))) if seconds else 0)


def nearest_row(trace: Trace, at: str, ms: int) -> Row:
    """The row a moment names: by event id where ``at`` is one, else the last up to that second.

    Raises:
        InvalidRequest: the trace has no rows, or the id is not one of them.
    """
    if not trace.rows:
        raise InvalidRequest(
            f"Session {trace.session_id!r} has no rows: nothing was recorded in it."
        )
    by_id = next((row for row in trace.rows if row.event_id == at.strip()), None)
    if by_id is not None:
        return by_id
    if at.strip() and read_moment(at) is None and not _DIGITS.fullmatch(at.strip()):
        raise InvalidRequest(
            f"{at!r} is neither a time such as '1:23' nor an event id of session "
            f"{trace.session_id!r}, which runs from 0:00 to {clock(trace.duration_ms)}."
        )
    before = [row for row in trace.rows if row.ms // 1_000 <= ms // 1_000]
    return before[-1] if before else trace.rows[0]


def matching(patterns: Sequence[ReportPattern], text: str) -> list[ReportPattern]:
    """Patterns whose title, criterion, pages or claims hold every content word of a text."""
    wanted = content_words(text)
    return [one for one in patterns if _holds_all(words_of(_pattern_text(one)), wanted)]


def content_words(text: str) -> list[str]:
    """The words of a text that say something: no articles, no "pattern", no "session"."""
    return [word for word in words_of(text) if word not in FILLERS]


def _clock_ms(found: re.Match[str]) -> int:
    first, second, third, fraction = found.groups()
    seconds = int(first) * 60 + int(second)
    if third is not None:
        seconds = seconds * 60 + int(third)
    return seconds * 1_000 + (int(fraction.ljust(3, "0")) if fraction else 0)


def _split_units(text: str) -> str:
    """``1m23s`` as ``1m 23s``, so that each unit ends at a word boundary."""
    return re.sub(r"([0-9][ms])(?=[0-9])", r"\1 ", text)


def _at(patterns: Sequence[ReportPattern], position: int) -> ReportPattern:
    if position == -1:
        return patterns[-1]
    if 1 <= position <= len(patterns):
        return patterns[position - 1]
    raise UnknownPattern(
        f"There is no pattern {position}: this report has {len(patterns)}, "
        f"numbered 1 to {len(patterns)} by severity."
    )


def _by_superlative(patterns: Sequence[ReportPattern], words: list[str]) -> ReportPattern | None:
    picks = {SUPERLATIVES[word] for word in words if word in SUPERLATIVES}
    others = [word for word in words if word not in SUPERLATIVES and word not in FILLERS]
    if len(picks) != 1 or others:
        return None
    pick = picks.pop()
    if pick == "reach":
        return max(patterns, key=lambda pattern: pattern.affected)
    if pick == "rarity":
        return min(patterns, key=lambda pattern: pattern.affected)
    return patterns[0]


def _by_words(items: Sequence[Item], reference: str, text_of: Callable[[Item], str]) -> list[Item]:
    """Items that hold most of the reference's words; only the best share is kept."""
    wanted = content_words(reference)
    if not wanted:
        return []
    scored = [(_share(words_of(text_of(item)), wanted), item) for item in items]
    best = max((score for score, _ in scored), default=0.0)
    return [item for score, item in scored if score == best and score >= 0.5]


def _share(have: list[str], wanted: list[str]) -> float:
    return sum(_holds(have, word) for word in wanted) / len(wanted)


def _holds_all(have: list[str], wanted: list[str]) -> bool:
    return all(_holds(have, word) for word in wanted)


def _holds(have: list[str], word: str) -> bool:
    """True where a word stands in a list, also in the plural, as a stem, or with a slip of the key."""
    if word in have or word.rstrip("s") in have or f"{word}s" in have:
        return True
    if len(word) < 4:
        return False
    if any(other.startswith(word) or (len(other) > 3 and word.startswith(other)) for other in have):
        return True
    return len(word) > 4 and bool(difflib.get_close_matches(word, have, n=1, cutoff=0.8))


def _only(found: list[ReportPattern], reference: str, report: Report) -> ReportPattern:
    if len(found) == 1:
        return found[0]
    numbers = {pattern.id: number for number, pattern in enumerate(report.patterns, start=1)}
    names = [f"{numbers[one.id]}. {plain(one.title)}" for one in found or report.patterns]
    problem = f"fits {len(found)} patterns" if found else "fits no pattern of this report"
    raise UnknownPattern(f"{reference!r} {problem}. Name one by its number: {first_few(names, 8)}.")


def _pattern_text(pattern: ReportPattern) -> str:
    claims = " ".join(one.claim for one in pattern.evidence[:3])
    return f"{pattern.title} {pattern.kind} {pattern.criterion} {' '.join(pattern.pages)} {claims}"


def _session_id(session: ReportSession) -> str:
    return session.session_id


def _session_file(session: ReportSession) -> str:
    return session.file


def _session_stem(session: ReportSession) -> str:
    return session.file.rsplit("/", maxsplit=1)[-1].split(".", maxsplit=1)[0]
