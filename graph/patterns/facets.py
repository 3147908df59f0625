"""What an issue key says, taken apart: the values that the merge rules compare. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from graph.patterns.controls import Naming, is_control, naming_of
from graph.patterns.linear import Expression
from graph.patterns.pages import PageFamilies
from graph.patterns.wording import about_permission, masked, telling_words
from graph.sessions.summary import Issue, IssueKey, SessionSummary


class Course(StrEnum):
    """What the application did. One fault makes it do the same to everybody who meets it.

    Patient and hasty people show one fault in different ways, so dead, rage and spinner are one
    course; but an answer that somebody saw and an answer that never came are two.
    """

    IGNORED = "ignored"
    """Nothing came of what the user asked for, or nothing said so."""
    REFUSED = "refused"
    """An error or a refusal came of it."""
    COVERED = "covered"
    """Clicks fell on something that lay over what they were meant for."""
    BLANK = "blank"
    LATE = "late"
    LOST = "lost"
    WRONG = "wrong"
    SEARCHING = "searching"


COURSES: Mapping[str, Course] = {
    "no_response": Course.IGNORED,
    "spinner": Course.IGNORED,
    "silent": Course.IGNORED,
    "repeat_submit": Course.IGNORED,
    "error_after": Course.IGNORED,
    "exception": Course.IGNORED,
    "console_error": Course.IGNORED,
    "error_shown": Course.REFUSED,
    "failed_request": Course.REFUSED,
    "failure_event": Course.REFUSED,
    "validation": Course.REFUSED,
    "blocked_click": Course.COVERED,
    "blank": Course.BLANK,
    "slow": Course.LATE,
    "lost_input": Course.LOST,
    "refill": Course.LOST,
    "mismatch": Course.WRONG,
    "no_results": Course.SEARCHING,
    "wander": Course.SEARCHING,
    "quick_back": Course.SEARCHING,
    "hesitation": Course.SEARCHING,
}

STOPPED = frozenset({Course.IGNORED, Course.REFUSED, Course.BLANK})
"""Courses in which the user did not get what was asked for."""

FAMILIES: Mapping[str, str] = {
    "rage": "no_response",
    "slow_rage": "no_response",
    "dead": "no_response",
    "unresponsive": "no_response",
    "retry_succeeded": "failed_request",
}
"""Signals as effects: an issue that came without a key carries its first signal's name."""

SHOWN_EFFECTS = frozenset({"error_shown", "validation", "no_results", "failure_event"})
"""Effects whose fingerprint is a message that users see, and the request behind it."""

EMPTIED = "empt"
"""In how input was lost: a form lost all of it."""

NO_VALUE = "shows "
"""At the start of how numbers are wrong: the page shows what is no value, such as ``NaN``."""

EVERYWHERE = frozenset({"failure_event"})
"""Effects that are what they are wherever they come: the application itself names them."""

THROWN_EFFECTS = frozenset({"error_after", "exception", "console_error"})
"""Effects whose fingerprint is a message for developers."""

CALL_EFFECTS = frozenset({"failed_request", "silent"})
"""Effects whose fingerprint is a request."""

DETAIL_EFFECTS = frozenset({"lost_input", "refill", "mismatch", "wander", "blocked_click"})
"""Effects whose fingerprint tells apart how they came about."""

WAITS = frozenset({"slow", "spinner"})
"""Effects whose claim quotes what the page showed meanwhile."""

FOLLOW_UPS = frozenset({"refill", "repeat_submit", "hesitation", "quick_back", "wander"})
"""What people do after something went wrong: by itself weak, beside a cause its consequence."""

BACKGROUND = frozenset({"exception", "console_error"})
"""What happens all the time without anybody noticing; near everything by chance."""

WEAK = FOLLOW_UPS | BACKGROUND
"""Effects that never speak for a fault while another one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """An issue key, taken apart and masked."""

    key: IssueKey
    course: str
    effect: str
    element: str
    naming: Naming
    page: str
    section: str
    control: bool
    """False for a click on nothing: text, an area, a picture."""
    call: str
    """``PATCH /api/settings/#``; empty where the fingerprint names no request."""
    answer: str
    """``5xx``; empty where it is not known how the request ended."""
    shared_endpoint: bool
    """True for an address that serves everything: ``/graphql``."""
    message: str
    """What users saw, masked: an error, or what the page said while it was busy."""
    thrown: str
    """What developers saw, masked."""
    detail: str
    """What else the rules tell apart: how input was lost, which sum is wrong."""
    telling: bool
    """True where the words say more than "something went wrong" or "loading"."""
    permission: bool
    """True where the message is about who the user is, not about what they did."""

    @property
    def words(self) -> str:
        """What was said, whoever it was said to."""
        return self.message or self.thrown

    @property
    def bare(self) -> bool:
        """True where nothing was said: no message, no request."""
        detail = "" if self.effect == "blocked_click" else self.detail
        return not (self.call or self.words or detail)


_REQUEST = Expression(
    r"(?:^|\|)\s*([A-Z]{3,20}) (\S*/\S*)(?: (no answer|failed|[0-9](?:xx|[0-9]{2})))?"
)
FAILED = "failed"
"""A request that failed, with a status that the fingerprint does not tell."""

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_ANSWERED = Expression(r"\banswered ([1-5]\d\d)\b")
_LOST_FIELD = Expression(r'^([\p{L} ]{1,30} "[^"]{1,80}")(?: and \d+ more)? (?:was|were|had) ')
_COVER = Expression(r'\blies over the page \(([^"()]*(?:"[^"]*"|\([^()]*\)))')
_SHOWN_WHILE_BUSY = Expression(r"^\"([^\"]{1,120})\" was (?:still )?shown\b")
_SHARED_ENDPOINTS = frozenset(
    {"graphql", "gql", "rpc", "trpc", "jsonrpc", "api", "rest", "batch", "query", "mutation", "v"}
)
_PLACE = Expression(r"[/#?]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRequest:
    """The request that a fingerprint names: ``POST /api/orders 5xx``."""

    method: str
    path: str
    status: str
    """``502``, ``5xx``, ``no answer``, ``failed``; empty where the fingerprint does not say."""

    @property
    def call(self) -> str:
        """Equal for two requests to one endpoint."""
        return f"{self.method} {masked(self.path)}"

    @property
    def answer(self) -> str:
        """Equal for two requests that failed the same way; empty where that is not known."""
        if self.status[:1].isdigit():
            return f"{self.status[0]}xx"
        return "" if self.status == FAILED else self.status


def request_of(fingerprint: str) -> NamedRequest | None:
    """The request that a fingerprint names, alone or after ``message |``; None without one."""
    found = _REQUEST.search(fingerprint)
    if found is None:
        return None
    method, path, status = found.groups
    return NamedRequest(method=method, path=path, status=status)


def message_of(fingerprint: str) -> str:
    """The message that a fingerprint holds, without the request behind it."""
    found = _REQUEST.search(fingerprint)
    return (fingerprint[: found.start] if found else fingerprint).strip(" |")


def canonical(issue: Issue, families: PageFamilies) -> IssueKey:
    """The key without what differs by chance: a number in a label, letter case, a product's name.

    What only happened beside the issue is left out too: the control that was used last before a sum
    was found wrong, and the error nearest to a click without answer, which is a poll or a ticker as
    often as the cause. A request that changes something is no poll, so it stays.
    """
    effect = FAMILIES.get(issue.key.effect, issue.key.effect)
    if effect == "no_response" and "blocked_click" in issue.signals:
        effect = "blocked_click"
    return IssueKey(
        effect=effect,
        element=masked(_element(effect, issue)),
        fingerprint=_fingerprint(effect, issue),
        page="" if effect in EVERYWHERE else families.of(issue.key.page),
    )


def lost_field(claim: str) -> str:
    """The field that a claim of lost input is about: ``Field "Name"``; empty where it says none."""
    found = _LOST_FIELD.search(claim)
    return found.groups[0] if found else ""


def cover_of(claim: str) -> str:
    """What a blocked click fell on, as the claim has it; empty where it says nothing of it."""
    found = _COVER.search(claim)
    return found.groups[0] if found else ""


def _element(effect: str, issue: Issue) -> str:
    """The element that the issue is about, where that is not the one used last before it."""
    if effect == "blocked_click" or effect in EVERYWHERE:
        return ""
    if effect == "mismatch":
        return issue.key.element if request_of(issue.key.fingerprint) else ""
    if effect == "lost_input":
        role, _, name = lost_field(issue.claim).partition(" ")
        return f"{role}:{name.strip(chr(34))}" if name else issue.key.element
    return issue.key.element


def _fingerprint(effect: str, issue: Issue) -> str:
    said = issue.key.fingerprint
    if effect == "blocked_click":
        return masked(cover_of(issue.claim))
    if effect in DETAIL_EFFECTS or effect in THROWN_EFFECTS:
        return masked(said)
    request = request_of(said)
    if effect in WAITS:
        words = _waited_with(issue.claim)
    else:
        words = masked(message_of(said)) if effect in SHOWN_EFFECTS else ""
    if request is not None and effect not in SHOWN_EFFECTS | CALL_EFFECTS:
        request = request if request.method in _WRITES and effect not in WAITS else None
    call = _call(request, issue.claim) if request else ""
    return " | ".join(part for part in (words, call) if part)


def _call(request: NamedRequest, claim: str) -> str:
    """The request with its answer; where the fingerprint does not say, the claim may."""
    answered = _ANSWERED.search(claim)
    answer = request.answer or (f"{answered.groups[0][0]}xx" if answered else request.status)
    return f"{request.call} {answer}".strip()


def _waited_with(claim: str) -> str:
    found = _SHOWN_WHILE_BUSY.search(claim)
    return masked(found.groups[0]).rstrip(" .…") if found else ""


def key_order(key: IssueKey) -> tuple[str, str, str, str]:
    """A total order of keys."""
    return key.page, key.element, key.fingerprint, key.effect


@lru_cache(maxsize=16_384)
def facets_of(key: IssueKey) -> Facets:
    """A canonical key, taken apart."""
    is_detail = key.effect in DETAIL_EFFECTS
    request = None if is_detail else request_of(key.fingerprint)
    words = key.fingerprint if is_detail else message_of(key.fingerprint)
    thrown = words if key.effect in THROWN_EFFECTS else ""
    message = "" if is_detail or thrown else words
    one_is_enough = bool(thrown) or key.effect in WAITS
    return Facets(
        key=key,
        course=COURSES.get(key.effect, key.effect),
        effect=key.effect,
        element=key.element,
        naming=naming_of(key.element),
        page=key.page,
        section=section_of(key.page),
        control=is_control(key.element),
        call=request.call if request else "",
        answer=_answer(key.effect, request),
        shared_endpoint=bool(request and _serves_everything(request.path)),
        message=message,
        thrown=thrown,
        detail=words if is_detail else "",
        telling=len(telling_words(message or thrown)) >= (1 if one_is_enough else 2),
        permission=bool(message) and about_permission(message),
    )


def section_of(page: str) -> str:
    """The part of the site a page belongs to: its first path segment."""
    return next((part for part in _PLACE.parts(page) if part), "/")


def site_wide_elements(summaries: Iterable[SessionSummary]) -> frozenset[str]:
    """Elements that people used in three or more sections: a header, a menu, a search box."""
    sections: dict[str, set[str]] = {}
    for summary in summaries:
        for exposure in summary.exposures:
            if exposure.element:
                sections.setdefault(masked(exposure.element), set()).add(section_of(exposure.page))
    return frozenset(element for element, seen in sections.items() if len(seen) >= 3)


def widened(facets: Facets, site_wide: frozenset[str]) -> Facets:
    """The facets, with a one-word name counted as distinct where the element is on every page."""
    if facets.naming is Naming.ONE_WORD and facets.element in site_wide:
        return replace(facets, naming=Naming.DISTINCT)
    return facets


def _answer(effect: str, request: NamedRequest | None) -> str:
    """How the request ended: a change that was sent in silence and not refused went well."""
    if request is None:
        return ""
    return request.answer or ("2xx" if effect == "silent" and request.status != FAILED else "")


def _serves_everything(path: str) -> bool:
    segments = [part for part in _PLACE.parts(masked(path).split("?")[0]) if part not in {"", "#"}]
    return not segments or segments[-1] in _SHARED_ENDPOINTS
