"""The truth format: what really happened in the sessions of a corpus. Public, read by anyone.

``CORPUS/truth.json``, UTF-8; times are milliseconds since the first event of a session's recording.
Others write such files, so unknown fields are ignored and everything that carries no figure may be
left out; what does carry one is checked, and the first mistake is named with its place.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from graph.errors import RequestError
from graph.sessions.summary import Harm, IssueKind

TRUTH_FILE = "truth.json"
REMEDY = "The format is described in docs/evaluation.md."

Batch = Literal["main", "clean"]
BATCHES: tuple[Batch, ...] = ("main", "clean")

WITHIN_MS = 5_000
"""How far evidence may lie from what it is said to show."""

PAIR_WITHIN_MS = 8_000
"""How far any flag may lie from an occurrence to have noticed it at all."""


class TruthUnreadable(RequestError):
    """A truth file is missing or wrong: names the file, the place in it, and the remedy."""

    def __init__(self, file: str, place: str, problem: str) -> None:
        super().__init__(f"Cannot read the truth {file!r} at {place}: {problem}. {REMEDY}")
        self.file = file
        self.place = place
        self.problem = problem


def _whole(value: object) -> object:
    return round(value) if isinstance(value, float) else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, (int, float)) else value


Milliseconds = Annotated[int, BeforeValidator(_whole), Field(ge=0)]


class TruthPart(BaseModel):
    """Base of every part: unknown fields are other people's business, values do not change."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Occurrence(TruthPart):
    """One meeting of a user with a fault, from when to when."""

    ms: Milliseconds
    end_ms: Milliseconds | None = None
    """Absent where the fault is a moment."""
    page: str = ""

    @property
    def until_ms(self) -> int:
        """When it was over; its own moment where no end is given."""
        return self.ms if self.end_ms is None else self.end_ms

    def distance_ms(self, ms: int) -> int:
        """How far a moment lies from the interval; 0 inside it."""
        return max(self.ms - ms, ms - self.until_ms, 0)

    @model_validator(mode="after")
    def _in_order(self) -> Occurrence:
        if self.until_ms < self.ms:
            raise ValueError(f"end_ms {self.end_ms} lies before ms {self.ms}")
        return self


class SessionFault(TruthPart):
    """A planted fault that this session met."""

    fault: str
    occurrences: tuple[Occurrence, ...] = ()
    """Empty where the fault was switched on and never met: such a session does not count for it."""
    overcame: bool | None = None
    abandoned: bool | None = None


class SessionDecoy(TruthPart):
    """Something that looks like trouble and harmed nobody."""

    decoy: str
    ms: Annotated[tuple[Milliseconds, ...], BeforeValidator(_listed)] = ()


class SessionGoal(TruthPart):
    """What the user came to do, and whether it was done."""

    id: str
    goal: str = ""
    achieved: bool | None = None


class TruthSession(TruthPart):
    """What really happened in one session."""

    file: str
    """Path of the recording, relative to the corpus."""
    batch: Batch = "main"
    session: str = ""
    start_ms: int | None = None
    duration_ms: Milliseconds | None = None
    habit: str = ""
    goals: tuple[SessionGoal, ...] = ()
    faults: tuple[SessionFault, ...] = ()
    decoys: tuple[SessionDecoy, ...] = ()
    traits: tuple[str, ...] = ()

    @field_validator("file")
    @classmethod
    def _inside(cls, file: str) -> str:
        path = PurePosixPath(file.replace("\\", "/"))
        if not path.name or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise ValueError(f"{file!r} is not a path relative to the corpus and inside it")
        return str(path)

    @property
    def occurrences(self) -> dict[str, tuple[Occurrence, ...]]:
        """What was met, by fault; a fault that was never met is not in it."""
        met: dict[str, tuple[Occurrence, ...]] = {}
        for fault in self.faults:
            if fault.occurrences:
                met[fault.fault] = met.get(fault.fault, ()) + fault.occurrences
        return met

    @property
    def fault_free(self) -> bool:
        """True where no fault was met: whatever is reported here is a false alarm."""
        return not self.occurrences

    def faults_at(self, ms: int, within_ms: int) -> frozenset[str]:
        """The faults with an occurrence at most so far from a moment."""
        return frozenset(
            fault
            for fault, occurrences in self.occurrences.items()
            if any(occurrence.distance_ms(ms) <= within_ms for occurrence in occurrences)
        )

    def decoys_at(self, ms: int, within_ms: int) -> frozenset[str]:
        """The decoys that happened at most so far from a moment."""
        return frozenset(
            decoy.decoy
            for decoy in self.decoys
            if any(abs(ms - moment) <= within_ms for moment in decoy.ms)
        )


class Fault(TruthPart):
    """A planted fault: a switch in the application."""

    id: str
    title: str = ""
    kind: IssueKind
    severity: Harm
    """Of one occurrence, by the corpus's ``severity_rule``."""
    pages: tuple[str, ...] = ()
    element: str = ""
    truth: str = ""


class Groups(TruthPart):
    """Faults that are easily confused."""

    look_alikes: tuple[tuple[str, ...], ...] = ()
    """Same message, different cause: one pattern each."""
    one_cause_two_pages: tuple[str, ...] = ()
    """One cause that shows on two pages: one pattern."""


class Truth(TruthPart):
    """Everything that was planted in a corpus, and everything that was not."""

    app: str = ""
    severity_rule: str = ""
    split: str = ""
    """``dev`` where the corpus may be tuned on, ``test`` where it is held out."""
    faults: tuple[Fault, ...]
    decoys: Mapping[str, str] = Field(default_factory=dict[str, str])
    groups: Groups = Groups()
    sessions: tuple[TruthSession, ...]

    def batch(self, name: Batch) -> tuple[TruthSession, ...]:
        """The sessions of one batch, in the file's order."""
        return tuple(session for session in self.sessions if session.batch == name)

    def fault(self, fault_id: str) -> Fault:
        """The planted fault of that id; every id a session names is one."""
        return next(fault for fault in self.faults if fault.id == fault_id)

    @model_validator(mode="after")
    def _consistent(self) -> Truth:
        if not self.sessions:
            raise ValueError("sessions is empty, and there is nothing to score without them")
        known = _unique("faults", [fault.id for fault in self.faults])
        _unique("sessions", [session.file for session in self.sessions])
        for index, session in enumerate(self.sessions):
            for fault in session.faults:
                _known(fault.fault, known, f"sessions[{index}] ({session.file!r})")
        for group in (*self.groups.look_alikes, self.groups.one_cause_two_pages):
            for fault_id in group:
                _known(fault_id, known, "groups")
        return self


def _unique(place: str, names: list[str]) -> frozenset[str]:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ValueError(f"{place} names {repeated[0]!r} more than once")
    return frozenset(names)


def _known(fault_id: str, known: frozenset[str], place: str) -> None:
    if fault_id not in known:
        raise ValueError(f"{place} names the fault {fault_id!r}, which is not under faults")


def read_truth(corpus: Path) -> Truth:
    """The truth of a corpus: a folder with ``truth.json``, or that file.

    Raises:
        TruthUnreadable: it is missing or wrong; names the place.
    """
    file = corpus if corpus.is_file() else corpus / TRUTH_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise TruthUnreadable(str(file), "the file", "there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise TruthUnreadable(str(file), "the file", str(error)) from error
    return parse_truth(text, str(file))


def parse_truth(text: str, file: str) -> Truth:
    """A truth from its JSON.

    Raises:
        TruthUnreadable: it is no JSON, or does not fit the format.
    """
    try:
        body: object = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise TruthUnreadable(file, place, f"not JSON ({error.msg})") from error
    except RecursionError as error:
        raise TruthUnreadable(file, "the top", "nested too deeply") from error
    try:
        return Truth.model_validate(body)
    except ValidationError as error:
        raise TruthUnreadable(file, *_first_problem(error, body)) from error


def _first_problem(error: ValidationError, body: object) -> tuple[str, str]:
    """The place and the words of the first mistake, and how many follow it."""
    mistakes = error.errors(include_url=False)
    first = mistakes[0]
    problem = first["msg"].removeprefix("Value error, ")
    if first["type"] not in ("missing", "value_error"):
        problem += f", not {_short(first['input'])}"
    if len(mistakes) > 1:
        problem += f" (and {len(mistakes) - 1} more)"
    return _place(first["loc"], body), problem


def _place(location: tuple[int | str, ...], body: object) -> str:
    """A path such as ``sessions[3].faults[0].fault``, with the session's file for a reader."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    if location[:1] == ("sessions",) and (file := _file_of(location, body)):
        path += f" (file {file!r})"
    return path or "the top"


class _Files(TruthPart):
    """Of a truth file that is wrong somewhere, what can still be read."""

    sessions: tuple[object, ...] = ()

    class Session(TruthPart):
        file: str = ""


def _file_of(location: tuple[int | str, ...], body: object) -> str:
    """The file of the session a mistake stands in; empty where it stands in none."""
    try:
        index = int(location[1])
        return _Files.Session.model_validate(_Files.model_validate(body).sessions[index]).file
    except (ValidationError, LookupError, ValueError):
        return ""


def _short(value: object) -> str:
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:57]}..."
