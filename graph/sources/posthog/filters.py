"""Which sessions of a PostHog project somebody wants: a period, and conditions that keep their and/or."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

MAX_WORD = 500
"""Characters of one value; an address of a page fits."""

MAX_CONDITIONS = 50
"""Of one group. Each becomes a sub-query of its own."""


class Recordings(StrEnum):
    """Whose recordings are fetched; the product events of all sessions always are."""

    FLAGGED = "flagged"
    ALL = "all"
    NONE = "none"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SawPage(_Part):
    """Some event of the session happened on a page whose address contains this."""

    page: str = Field(min_length=1, max_length=MAX_WORD)

    @property
    def words(self) -> str:
        return f"on a page with {self.page!r} in its address"


class DidEvent(_Part):
    """The session has an event of this name."""

    event: str = Field(min_length=1, max_length=MAX_WORD)

    @property
    def words(self) -> str:
        return f"with the event {self.event!r}"


class ByPerson(_Part):
    """The session is of the person with this e-mail address or distinct id."""

    person: str = Field(min_length=1, max_length=MAX_WORD)

    @property
    def words(self) -> str:
        return f"by the person {self.person!r}"


class HadException(_Part):
    """The session has a captured exception."""

    exception: Literal[True] = True

    @property
    def words(self) -> str:
        return "with an exception"


class Comparison(StrEnum):
    """How a property is compared with a value."""

    IS = "is"
    IS_NOT = "is not"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does not contain"
    MORE_THAN = "more than"
    LESS_THAN = "less than"


class HasProperty(_Part):
    """Some event of the session (or its person) has a property that compares so."""

    name: str = Field(min_length=1, max_length=200, pattern=r"^[$\w][$\w .:-]*$")
    compared: Comparison = Comparison.IS
    value: str = Field(max_length=MAX_WORD)
    of: Literal["event", "person"] = "event"

    @property
    def words(self) -> str:
        owner = "person's " if self.of == "person" else ""
        return f"whose {owner}{self.name} {self.compared.value} {self.value!r}"


class Lasted(_Part):
    """The recording is at least, or at most, this long."""

    at_least_seconds: int | None = Field(default=None, ge=0)
    at_most_seconds: int | None = Field(default=None, ge=0)

    @property
    def words(self) -> str:
        bounds = (
            [f"at least {self.at_least_seconds} s"] if self.at_least_seconds is not None else []
        )
        bounds += [f"at most {self.at_most_seconds} s"] if self.at_most_seconds is not None else []
        return f"{' and '.join(bounds) or 'any time'} long"


class AllOf(_Part):
    """Every one of these holds."""

    all_of: tuple[Condition, ...] = Field(default=(), max_length=MAX_CONDITIONS)

    @property
    def words(self) -> str:
        return _joined(self.all_of, " and ")


class AnyOf(_Part):
    """At least one of these holds."""

    any_of: tuple[Condition, ...] = Field(min_length=1, max_length=MAX_CONDITIONS)

    @property
    def words(self) -> str:
        return _joined(self.any_of, " or ")


class NoneOf(_Part):
    """None of these holds."""

    none_of: tuple[Condition, ...] = Field(min_length=1, max_length=MAX_CONDITIONS)

    @property
    def words(self) -> str:
        return f"not ({_joined(self.none_of, ' or ')})"


Condition = (
    SawPage | DidEvent | ByPerson | HadException | HasProperty | Lasted | AllOf | AnyOf | NoneOf
)


class PostHogFilter(_Part):
    """Sessions that began in a period and meet the conditions."""

    since: AwareDatetime
    until: AwareDatetime
    conditions: AllOf = AllOf()
    recordings: Recordings = Recordings.FLAGGED

    @property
    def words(self) -> str:
        """The filter as a person would say it: shown before anything is asked of PostHog."""
        period = f"sessions that began from {_minute(self.since)} to {_minute(self.until)}"
        conditions = self.conditions.words
        fetched = {
            Recordings.FLAGGED: "recordings of sessions with friction in their product events",
            Recordings.ALL: "all their recordings",
            Recordings.NONE: "no recordings, product events only",
        }[self.recordings]
        return f"{period}{', ' + conditions if conditions else ''}; {fetched}"


AllOf.model_rebuild()
AnyOf.model_rebuild()
NoneOf.model_rebuild()


def _joined(conditions: Sequence[Condition], between: str) -> str:
    said = [
        f"({one.words})"
        if isinstance(one, AllOf | AnyOf | NoneOf) and len(conditions) > 1
        else one.words
        for one in conditions
    ]
    return between.join(said)


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z")
