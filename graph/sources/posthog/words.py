"""A filter out of plain words: ``last 7 days, on /checkout, with an exception, longer than 1 minute``.

Conditions are separated by commas or ``and``; ``or``, ``not`` and parentheses keep their meaning. What is not
understood is refused by name: a filter that silently drops a condition looks at the wrong sessions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from pydantic import ValidationError

from graph.errors import InvalidRequest
from graph.sources.posthog.filters import (
    AllOf,
    AnyOf,
    ByPerson,
    Comparison,
    Condition,
    DidEvent,
    HadException,
    HasProperty,
    Lasted,
    NoneOf,
    PostHogFilter,
    Recordings,
    SawPage,
)

DEFAULT_PERIOD = timedelta(days=7)
MAX_WORDS = 2_000
MAX_NESTING = 20

EXAMPLE = (
    "last 7 days, on /checkout, with an exception, longer than 1 minute, "
    "(browser is Safari or browser is Firefox)"
)

_UNITS = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
}
_COMPARED = {
    "is not": Comparison.IS_NOT,
    "!=": Comparison.IS_NOT,
    "does not contain": Comparison.DOES_NOT_CONTAIN,
    "contains": Comparison.CONTAINS,
    "more than": Comparison.MORE_THAN,
    ">": Comparison.MORE_THAN,
    "less than": Comparison.LESS_THAN,
    "<": Comparison.LESS_THAN,
    "is": Comparison.IS,
    "=": Comparison.IS,
}
_STANDARD = {
    "browser": "$browser",
    "os": "$os",
    "device": "$device_type",
    "country": "$geoip_country_code",
    "city": "$geoip_city_name",
    "referrer": "$referring_domain",
}
"""PostHog's own names of what people name without a dollar sign."""

_TOKEN = re.compile(
    r"\s*(?:(\(|\)|,)|\b(and|or|not|without)\b|((?:\"[^\"]*\"|[^\s(),\"])+))", re.IGNORECASE
)
_LENGTH = re.compile(r"(?i)(?:lasting )?(longer|shorter) than (\d{1,6}) ?(second|minute|hour)s?$")
_PERSON = re.compile(r"(?i)(?:by |of )?(?:the )?(?:person|user) (?P<name>\S+)$")
_EVENT = re.compile(r"(?i)(?:with |has )?(?:the |an )?event (?P<name>.+)$")
_PAGE = re.compile(
    r"(?i)(?:on |visited |saw )?(?:the |a )?(?:pages? )?(?P<name>(?:/|https?://)\S*)$"
)
_NAMED_PAGE = re.compile(r"(?i)(?:on |visited |saw )?(?:the |a )?page (?P<name>\S+)$")
_EXCEPTION = re.compile(r"(?i)(?:with |had |has )?(?:an |any )?(?:exception|error)s?$")
_PROPERTY = re.compile(
    r"(?i)(?P<owner>person(?:'s)? )?(?P<name>[$\w][$\w.:-]*) "
    r"(?P<compared>is not|does not contain|contains|more than|less than|is|!=|=|<|>) (?P<value>.+)$"
)
_LAST = re.compile(
    r"(?i)(?:in |of |from )?(?:the )?(?:last|past) (?:(\d{1,4}) )?(minute|hour|day|week|month)s?$"
)
_DAY = re.compile(r"(?i)(since|until|on) (\d{4}-\d{2}-\d{2})$")
_FETCHED = {"all recordings": Recordings.ALL, "no recordings": Recordings.NONE}


def filter_of_words(text: str, now: datetime) -> PostHogFilter:
    """The filter that the words describe; without a period, the last seven days.

    Raises:
        InvalidRequest: some of the words are not understood; it names them, and shows what is.
    """
    if len(text) > MAX_WORDS:
        raise InvalidRequest(
            f"A filter of {len(text)} characters is too long; {MAX_WORDS} are read."
        )
    reader = _Reader(_tokens(text), now)
    conditions = reader.whole()
    since, until = reader.period
    if since >= until:
        raise InvalidRequest(f"The period of {text!r} ends before it begins.")
    own = conditions.all_of if isinstance(conditions, AllOf) else (conditions,)
    return PostHogFilter(
        since=since, until=until, conditions=AllOf(all_of=own), recordings=reader.recordings
    )


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for found in _TOKEN.finditer(text):
        mark, word, other = found.groups()
        tokens.append((mark or word or "").lower() or other)
    return tokens


@dataclass(slots=True)
class _Reader:
    """Reads conditions by recursive descent: alternatives, then what they join, then one phrase."""

    tokens: Sequence[str]
    now: datetime
    place: int = 0
    depth: int = 0
    recordings: Recordings = Recordings.FLAGGED
    since: datetime | None = None
    until: datetime | None = None

    @property
    def period(self) -> tuple[datetime, datetime]:
        until = self.until or self.now
        return self.since or until - DEFAULT_PERIOD, until

    def whole(self) -> Condition:
        read = self._alternatives()
        if self.place < len(self.tokens):
            raise _not_understood(" ".join(self.tokens[self.place :]))
        return read

    def _alternatives(self) -> Condition:
        found = [self._joined()]
        while self._next() == "or":
            self.place += 1
            found.append(self._joined())
        return found[0] if len(found) == 1 else AnyOf(any_of=tuple(found))

    def _joined(self) -> Condition:
        found: list[Condition] = []
        while self._next() not in ("", ")", "or"):
            if self._next() in (",", "and"):
                self.place += 1
                continue
            found += self._one()
        return found[0] if len(found) == 1 else AllOf(all_of=tuple(found))

    def _one(self) -> list[Condition]:
        word = self._next()
        if word in ("not", "without"):
            self.place += 1
            inner = self._one()
            if not inner:
                raise _not_understood(word)
            return [NoneOf(none_of=tuple(inner))]
        if word == "(":
            return [self._group()]
        return self._phrase()

    def _group(self) -> Condition:
        self.place += 1
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise InvalidRequest(f"The filter nests deeper than {MAX_NESTING} parentheses.")
        inner = self._alternatives()
        if self._next() != ")":
            raise InvalidRequest("A parenthesis of the filter is not closed.")
        self.place += 1
        self.depth -= 1
        return inner

    def _phrase(self) -> list[Condition]:
        start = self.place
        while self._next() not in ("", ")", "(", ",", "and", "or", "without") and not (
            self._next() == "not" and not self._is_comparison()
        ):
            self.place += 1
        phrase = " ".join(self.tokens[start : self.place])
        if self.depth == 0 and self._of_whole_filter(phrase):
            return []
        return [_condition(phrase)]

    def _is_comparison(self) -> bool:
        """``browser is not Safari`` and ``page does not contain``: this ``not`` belongs to the phrase."""
        return self.place > 0 and self.tokens[self.place - 1].lower() in ("is", "does")

    def _of_whole_filter(self, phrase: str) -> bool:
        """True for a period, or for which recordings are fetched; both are noted."""
        lowered = phrase.lower()
        if lowered in _FETCHED:
            self.recordings = _FETCHED[lowered]
            return True
        today = datetime.combine(self.now.date(), time(), UTC)
        if lowered in ("today", "yesterday"):
            self.since = today if lowered == "today" else today - timedelta(days=1)
            self.until = self.now if lowered == "today" else today
            return True
        if last := _LAST.match(phrase):
            self.since = self.now - timedelta(seconds=int(last[1] or 1) * _UNITS[last[2].lower()])
            return True
        if day := _DAY.match(phrase):
            self._note_day(day[1].lower(), day[2])
            return True
        return False

    def _note_day(self, word: str, day: str) -> None:
        try:
            begins = datetime.combine(datetime.fromisoformat(day).date(), time(), UTC)
        except ValueError as error:
            raise InvalidRequest(f"{day!r} is no day. Write it as 2026-01-31.") from error
        if word in ("since", "on"):
            self.since = begins
        if word in ("until", "on"):
            self.until = begins + timedelta(days=1)

    def _next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""


def _condition(phrase: str) -> Condition:
    try:
        for expression, read in _PHRASES:
            if found := expression.match(phrase):
                return read(found)
    except ValidationError as error:
        raise _not_understood(phrase) from error
    raise _not_understood(phrase)


def _length(found: re.Match[str]) -> Condition:
    seconds = int(found[2]) * _UNITS[found[3].lower()]
    longer = found[1].lower() == "longer"
    return Lasted(at_least_seconds=seconds) if longer else Lasted(at_most_seconds=seconds)


def _property(found: re.Match[str]) -> Condition:
    name, owner = found["name"], "person" if found["owner"] else "event"
    return HasProperty(
        name=_STANDARD.get(name.lower(), name) if owner == "event" else name,
        compared=_COMPARED[found["compared"].lower()],
        value=_bare(found["value"]),
        of="person" if owner == "person" else "event",
    )


def _bare(value: str) -> str:
    return value.strip().strip('"')


_PHRASES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Condition]], ...] = (
    (_LENGTH, _length),
    (_EXCEPTION, lambda _: HadException()),
    (_PERSON, lambda found: ByPerson(person=_bare(found["name"]))),
    (_EVENT, lambda found: DidEvent(event=_bare(found["name"]))),
    (_PAGE, lambda found: SawPage(page=_bare(found["name"]))),
    (_NAMED_PAGE, lambda found: SawPage(page=_bare(found["name"]))),
    (_PROPERTY, _property),
)


def _not_understood(phrase: str) -> InvalidRequest:
    return InvalidRequest(
        f"The filter's words {phrase!r} are not understood. What is understood, for example: {EXAMPLE}."
    )
