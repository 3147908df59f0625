"""A pattern in words: its title, and the question that decides whether a session belongs to it.

Composed by code from the keys and the quoted words of the claims, so that a title can state nothing
that was not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from graph.ids import SessionId
from graph.patterns.facets import (
    EMPTIED,
    NO_VALUE,
    WAITS,
    WEAK,
    canonical,
    cover_of,
    facets_of,
    lost_field,
    request_of,
)
from graph.patterns.linear import Expression
from graph.patterns.pages import PageFamilies
from graph.patterns.phrases import FACES, PHRASES
from graph.patterns.together import Sighting
from graph.patterns.wording import MASK, control_words, masked, plain
from graph.sessions.summary import Issue, IssueKind
from graph.traces.wording import fingerprint

MAX_CONTROL = 40
MAX_CLAIM = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the phrases are filled with."""

    control: str
    where: str
    """`` on /checkout``, with its space; empty where no page is known."""
    page: str
    message: str
    value: str
    """What the first claim quotes: ``“£NaN”``."""
    request: str
    answer: str
    """``fails with 502``."""
    also: str
    """`` and shows “Could not save”``; empty where nothing was shown."""


_TELLING_ORDER = tuple(PHRASES)
_STATUS = Expression(r"\banswered ([1-5]\d\d)\b")
_QUOTED = Expression(r"[“\"]([^“”\"]{1,200})[”\"]")


def title_of(sightings: Sequence[Sighting]) -> str:
    """What a product engineer would write on a ticket. ``sightings``: best evidence first."""
    effect = _telling_effect(sightings)
    phrase = PHRASES.get(_variant(effect, sightings))
    if phrase is None:
        return plain(sightings[0].issue.claim, MAX_CLAIM).rstrip(".")
    subject = _subject(sightings)
    text = (phrase.control if subject.control else phrase.page).format(**_fields(subject))
    return text[0].upper() + text[1:]


def criterion_of(sightings: Sequence[Sighting]) -> str:
    """The yes or no question that decides whether a session belongs to the pattern."""
    effect = _telling_effect(sightings)
    phrase = PHRASES.get(_variant(effect, sightings))
    if phrase is None:
        claim = plain(sightings[0].issue.claim, MAX_CLAIM).rstrip(".")
        return f"Does the session show this: {claim}?"
    subject = _subject(sightings)
    question = phrase.control_question if subject.control else phrase.page_question
    return question.format(**_fields(subject)).rstrip("?") + _other_faces(effect, sightings) + "?"


def title_of_issue(issue: Issue) -> str:
    """The title of one issue by itself."""
    facets = facets_of(canonical(issue, PageFamilies(())))
    return title_of([Sighting(session_id=SessionId(""), issue=issue, facets=facets)])


def pages_of(sightings: Iterable[Sighting]) -> tuple[str, ...]:
    """The pages of the sightings as visited, the commonest first."""
    return tuple(_sessions_per((one.issue.page, one) for one in sightings if one.issue.page))


def kind_of(kinds: Sequence[IssueKind]) -> IssueKind:
    """The commonest kind, one per session; of equally common ones the most serious."""
    counts = Counter(kinds)
    return max(IssueKind, key=lambda kind: (counts[kind], -list(IssueKind).index(kind)))


def _other_faces(effect: str, sightings: Sequence[Sighting]) -> str:
    counted = _sessions_per((one.facets.effect, one) for one in sightings)
    others = [FACES[face] for face in counted if face != effect and face in FACES]
    return f" (also seen as {', '.join(others)})" if others else ""


def _fields(subject: Subject) -> dict[str, str]:
    return {
        "control": subject.control,
        "where": subject.where,
        "page": subject.page,
        "message": subject.message,
        "value": subject.value,
        "request": subject.request,
        "answer": subject.answer,
        "also": subject.also,
    }


def _telling_effect(sightings: Sequence[Sighting]) -> str:
    """Of the effects that about as many sessions show, the one that says most."""
    known = [one for one in sightings if one.facets.effect not in WEAK]
    counted = _sessions_per((one.facets.effect, one) for one in known or sightings)
    most = max(counted.values())
    common = [effect for effect, count in counted.items() if 2 * count >= most]
    return min(common, key=_telling_rank)


def _telling_rank(effect: str) -> tuple[bool, int, str]:
    known = effect in PHRASES
    favoured = ("failed_request", "error_shown", "validation")
    order = (*favoured, *(one for one in _TELLING_ORDER if one not in favoured))
    return not known, order.index(effect) if known else 0, effect


def _variant(effect: str, sightings: Sequence[Sighting]) -> str:
    if effect == "error_shown" and _mostly_behind_request(sightings):
        return "error_behind_request"
    details = {one.facets.detail for one in sightings if one.facets.effect == effect}
    if effect == "lost_input" and not any(EMPTIED in detail for detail in details):
        return "taken_back"
    if effect == "mismatch" and all(detail.startswith(NO_VALUE) for detail in details):
        return "no_value"
    if effect in WAITS and _message(sightings, thrown=False):
        return f"{effect}_with_words"
    if effect == "validation" and sightings[0].issue.element.startswith(("button", "link")):
        return "refused_submit"
    return effect


def _mostly_behind_request(sightings: Sequence[Sighting]) -> bool:
    shown = [one for one in sightings if one.facets.effect == "error_shown"]
    return 2 * sum(bool(one.facets.answer) for one in shown) > len(shown)


def _subject(sightings: Sequence[Sighting]) -> Subject:
    counted = _sessions_per((one.facets.page, one) for one in sightings)
    pages = [page for page in counted if page.startswith("/")]
    shown = _message(sightings, thrown=False)
    quotes = _QUOTED.every(sightings[0].issue.claim)
    message = shown or _message(sightings, thrown=True)
    quoted = f"“{message}”" if message else "an error"
    return Subject(
        control=_controls(sightings),
        where=f" on {_places(pages)}" if pages else "",
        page=_places(pages) or "A page",
        message=quoted,
        value=f"“{plain(quotes[0])}”" if quotes else "no value",
        request=_request(sightings) or "a request",
        answer=_answer(sightings),
        also=f" and shows “{shown}”" if shown else "",
    )


def _places(pages: Sequence[str]) -> str:
    """``/cart``, ``/cart and /checkout``, ``5 pages under /products``."""
    if len(pages) <= 2:
        return " and ".join(plain(page) for page in pages)
    sections = {page.lstrip("/").split("/")[0] for page in pages}
    under = f" under /{plain(sections.pop())}" if len(sections) == 1 else ""
    return f"{len(pages)} pages{under}"


def _controls(sightings: Sequence[Sighting]) -> str:
    """The control that at least half of the sessions name; of a form, how many fields more."""
    named = [(words, one) for one in sightings if (words := _control_words(one))]
    counted = _sessions_per((_shown_control(words), one) for words, one in named)
    if not counted:
        return ""
    first, sessions = next(iter(counted.items()))
    more = len(counted) - 1
    if more and all(one.facets.effect in {"lost_input", "refill"} for _, one in named):
        return f"{first} and {more} more field{'s' if more > 1 else ''}"
    if more and all(one.facets.effect in WAITS and one.facets.telling for _, one in named):
        return ""  # what the page waits for names it, not whatever was clicked to get there
    return first if 2 * sessions >= len({one.session_id for one in sightings}) else ""


def _control_words(sighting: Sighting) -> str:
    """The element in words, where the issue is about one: ``button "Pay now"``."""
    if sighting.facets.effect == "lost_input":
        return lost_field(sighting.issue.claim) or sighting.issue.element
    if sighting.facets.effect == "blocked_click":
        return cover_of(sighting.issue.claim)
    if not sighting.facets.element:
        return ""
    return sighting.issue.element or " ".join(control_words(sighting.facets.element))


def _shown_control(words: str) -> str:
    quoted = _QUOTED.search(words)
    if quoted:
        return f"“{plain(quoted.groups[0], MAX_CONTROL)}”"
    return f"the {plain(words.replace(' without a name', ''), MAX_CONTROL)}"


def _request(sightings: Sequence[Sighting]) -> str:
    """The request most sessions name, as it was recorded: ``POST /api/orders/{id}``."""
    requests = [(request_of(one.issue.key.fingerprint), one) for one in sightings]
    named = _sessions_per(
        (f"{request.method} {request.path}", one)
        for request, one in requests
        if request and one.facets.call
    )
    return plain(next(iter(named), ""))


def _answer(sightings: Sequence[Sighting]) -> str:
    """How the request ends: the key knows the class of the status, the claims the status."""
    ends = _sessions_per((one.facets.answer, one) for one in sightings if one.facets.answer)
    end = next(iter(ends), "")
    if not end[:1].isdigit():
        return "gets no answer" if end else "fails"
    said = [(code, one) for one in sightings for code in _STATUS.every(one.issue.claim)]
    exact = _sessions_per((code, one) for code, one in said if code[0] == end[0])
    return f"fails with {next(iter(exact), end)}"


def _message(sightings: Sequence[Sighting], *, thrown: bool) -> str:
    """The message most sessions show, as it was written where a claim quotes it."""
    said = [(one.facets.thrown if thrown else one.facets.message, one) for one in sightings]
    counted = _sessions_per((words, one) for words, one in said if words)
    if not counted:
        return ""
    wanted = next(iter(counted))
    for one in sightings:
        for quote in _QUOTED.every(one.issue.claim):
            if _same_words(quote, wanted):
                return plain(quote)
    return plain(wanted.replace(MASK, "…").capitalize())


def _same_words(quote: str, message: str) -> bool:
    said, wanted = (masked(text).rstrip(" .!…") for text in (fingerprint(quote), message))
    return said == wanted or (quote.endswith("…") and wanted.startswith(said))


def _sessions_per(named: Iterable[tuple[str, Sighting]]) -> dict[str, int]:
    """Sessions per name, the commonest first; of equally common ones the best evidence first."""
    sessions: dict[str, set[str]] = {}
    for name, sighting in named:
        sessions.setdefault(name, set()).add(sighting.session_id)
    ordered = sorted(sessions.items(), key=lambda item: -len(item[1]))
    return {name: len(seen) for name, seen in ordered}
