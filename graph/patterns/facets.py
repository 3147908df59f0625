"""What an issue key says, taken apart: the values that the merge rules compare. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from functools import lru_cache

from graph.patterns.pages import PageFamilies
from graph.patterns.vocabulary import GENERIC_CONTROL_WORDS
from graph.patterns.wording import control_words, masked, telling_words
from graph.sessions.summary import IssueKey, SessionSummary


class Course(StrEnum):
    """How it went for the user. Only effects of one course can be faces of one fault."""

    STOPPED = "stopped"
    """What they asked for did not happen, or nothing said that it did."""
    LATE = "late"
    LOST = "lost"
    WRONG = "wrong"
    SEARCHING = "searching"


COURSES: Mapping[str, Course] = {
    "no_response": Course.STOPPED,
    "error_shown": Course.STOPPED,
    "error_after": Course.STOPPED,
    "failed_request": Course.STOPPED,
    "spinner": Course.STOPPED,
    "blank": Course.STOPPED,
    "exception": Course.STOPPED,
    "console_error": Course.STOPPED,
    "repeat_submit": Course.STOPPED,
    "validation": Course.STOPPED,
    "silent": Course.STOPPED,
    "slow": Course.LATE,
    "lost_input": Course.LOST,
    "refill": Course.LOST,
    "mismatch": Course.WRONG,
    "no_results": Course.SEARCHING,
    "wander": Course.SEARCHING,
    "quick_back": Course.SEARCHING,
    "hesitation": Course.SEARCHING,
}

THROWN_EFFECTS = frozenset({"exception", "console_error", "error_after"})
"""Effects whose message is for developers: users never see it."""

SHOWN_EFFECTS = frozenset({"error_shown", "validation", "no_results"})
"""Effects whose message users see."""

FOLLOW_UPS = frozenset({"refill", "repeat_submit", "hesitation", "quick_back", "wander"})
"""What people do after something went wrong: by itself weak, beside a cause its consequence."""

BACKGROUND = frozenset({"exception", "console_error"})
"""What happens all the time without anybody noticing; near everything by chance."""

WEAK = FOLLOW_UPS | BACKGROUND
"""Effects that never speak for a fault while another one does."""


class Naming(Enum):
    """How far the name of a control tells which control it is."""

    GENERIC = 0
    """``Save``, ``Continue``: every form has one."""
    ONE_WORD = 1
    """``Refund``: the same control within one section of the site."""
    DISTINCT = 2
    """``Add to cart``: the same control wherever it stands."""


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
    call: str
    """``PATCH /api/settings/#``; empty where the fingerprint names no request."""
    answer: str
    """``5xx``; empty where it is not known how the request ended."""
    shared_endpoint: bool
    """True for an address that serves everything: ``/graphql``."""
    message: str
    """The message as users saw it, masked."""
    thrown: str
    """The message as developers saw it, masked."""
    detail: str
    """What else the rules tell apart: how input was lost, which sum is wrong."""
    telling: bool
    """True where the message says more than "something went wrong"."""

    @property
    def bare(self) -> bool:
        """True where nothing was said: no message, no request."""
        return not (self.call or self.message or self.thrown or self.detail)


_REQUEST = re.compile(
    r"(?:^|\|)\s*(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S+)(?: (no answer|failed|[0-9](?:xx|[0-9]{2})))?",
    re.IGNORECASE,
)
_SHARED_ENDPOINTS = frozenset(
    {"graphql", "gql", "rpc", "trpc", "jsonrpc", "api", "rest", "batch", "query", "mutation", "v"}
)
_PLACE = re.compile(r"[/#?]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRequest:
    """The request that a fingerprint names: ``POST /api/orders 5xx``."""

    method: str
    path: str
    status: str
    """``502``, ``5xx``, ``no answer``; empty where the fingerprint does not say."""

    @property
    def call(self) -> str:
        """Equal for two requests to one endpoint."""
        return f"{self.method} {masked(self.path)}"

    @property
    def answer(self) -> str:
        """Equal for two requests that failed the same way; empty where that is not known."""
        return f"{self.status[0]}xx" if self.status[:1].isdigit() else self.status


def request_of(fingerprint: str) -> NamedRequest | None:
    """The request that a fingerprint names, alone or after ``message |``; None without one."""
    found = _REQUEST.search(fingerprint)
    if found is None or "/" not in found[2]:
        return None
    status = (found[3] or "").lower()
    return NamedRequest(
        method=found[1].upper(), path=found[2], status="" if status == "failed" else status
    )


def message_of(fingerprint: str) -> str:
    """The message that a fingerprint holds, without the request behind it."""
    found = _REQUEST.search(fingerprint)
    return (fingerprint[: found.start()] if found else fingerprint).strip(" |")


def canonical(key: IssueKey, families: PageFamilies) -> IssueKey:
    """The key without what differs by chance: a number in a label, letter case, a product's name."""
    request = request_of(key.fingerprint)
    message = masked(message_of(key.fingerprint))
    call = f"{request.call} {request.answer}".strip() if request else ""
    return IssueKey(
        effect=key.effect,
        element=masked(key.element),
        fingerprint=" | ".join(part for part in (message, call) if part),
        page=families.of(key.page),
    )


def key_order(key: IssueKey) -> tuple[str, str, str, str]:
    """A total order of keys."""
    return key.page, key.element, key.fingerprint, key.effect


@lru_cache(maxsize=16_384)
def facets_of(key: IssueKey) -> Facets:
    """A canonical key, taken apart."""
    request = request_of(key.fingerprint)
    words = message_of(key.fingerprint)
    shown = words if key.effect in SHOWN_EFFECTS else ""
    thrown = words if key.effect in THROWN_EFFECTS else ""
    return Facets(
        key=key,
        course=COURSES.get(key.effect, key.effect),
        effect=key.effect,
        element=key.element,
        naming=_naming(key.element),
        page=key.page,
        section=section_of(key.page),
        call=request.call if request else "",
        answer=_answer(key.effect, request),
        shared_endpoint=bool(request and _serves_everything(request.path)),
        message=shown,
        thrown=thrown,
        detail="" if shown or thrown else words,
        telling=len(telling_words(words)) >= (1 if thrown else 2),
    )


def section_of(page: str) -> str:
    """The part of the site a page belongs to: its first path segment."""
    return next((part for part in _PLACE.split(page) if part), "/")


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


def _naming(element: str) -> Naming:
    words = control_words(element)
    if all(word in GENERIC_CONTROL_WORDS for word in words):
        return Naming.GENERIC
    return Naming.DISTINCT if len(words) >= 2 else Naming.ONE_WORD


def _answer(effect: str, request: NamedRequest | None) -> str:
    """How the request ended: a change that was sent in silence and not refused went well."""
    if request is None:
        return ""
    return request.answer or ("2xx" if effect == "silent" else "")


def _serves_everything(path: str) -> bool:
    segments = [part for part in _PLACE.split(masked(path).split("?")[0]) if part not in {"", "#"}]
    return not segments or segments[-1] in _SHARED_ENDPOINTS
