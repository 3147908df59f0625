"""The seam to models: a call, its answer, and whoever answers. Values and one protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Literal, Protocol, TypeVar

from graph.ids import digest_of
from graph.models.roles import Role, Roles
from graph.models.usage import TokenUsage

T = TypeVar("T")

DEFAULT_OUTPUT_TOKENS = 2_000
"""Room for an account of one session; what a model thinks comes on top (``graph.models.parameters``)."""


@dataclass(frozen=True)
class Media:
    """A clip or a picture that goes with a call."""

    mime_type: str
    data: bytes = field(repr=False)
    fps: float | None = None
    """Frames a second that a model looks at; None leaves it to the model (1 for Gemini)."""

    @cached_property
    def digest(self) -> str:
        """Of what the model is shown, so that the same clip is paid for once."""
        return digest_of(self.data + f"|{self.mime_type}|{self.fps}".encode())


@dataclass(frozen=True, slots=True)
class Message:
    """What was said after the first message, where a call goes on with its answer."""

    speaker: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One question to a model. What it costs depends on this and on the role's model, on nothing else."""

    role: Role
    prompt: str
    """Name of the prompt's folder."""
    prompt_digest: str
    system: str
    user: str
    media: tuple[Media, ...] = ()
    follow_up: tuple[Message, ...] = ()
    max_output_tokens: int = DEFAULT_OUTPUT_TOKENS
    session_id: str = ""
    """Whose events it is about; empty where it is about several."""
    step: str = ""
    """What it is for, in the report's figures: ``summary``, ``verdict`` ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """What a model answered, read and checked."""

    value: T
    text: str
    model: str
    usage: TokenUsage
    cost_usd: float
    from_ledger: bool = False
    """True where it had been paid for before."""


class TextReader(Protocol):
    """Takes an answer while it streams."""

    def begin(self) -> None:
        """An answer begins; where one had begun before, that one is void."""
        ...

    def take(self, text: str) -> None:
        """The next piece of it."""
        ...


class Models(Protocol):
    """The models of one run."""

    @property
    def roles(self) -> Roles:
        """Which model each role has here."""
        ...

    async def ask(
        self, call: ModelCall, check: Callable[[str], T], reader: TextReader | None = None
    ) -> Answer[T]:
        """The answer to a call, read by ``check``.

        Where ``check`` raises a DraftError the model is told what was wrong and asked once more.

        Raises:
            ModelError: no answer could be had; its leaf says why.
            DraftError: the second answer cannot be used either.
        """
        ...
