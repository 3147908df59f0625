"""What a provider is asked, whichever protocol it came in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Protocol = Literal["openai", "google"]
Speaker = Literal["system", "user", "assistant", "tool"]

CHARACTERS_PER_TOKEN = 4
"""As the providers' own limiters estimate."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message."""

    speaker: Speaker
    text: str
    tool_call_id: str = ""
    tool_calls: tuple[str, ...] = ()
    """Names of the tools that an assistant's message calls."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture or a video that came with a request."""

    mime_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the model may call."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request for an answer."""

    protocol: Protocol
    model: str
    said: tuple[Said, ...]
    shown: tuple[Shown, ...] = ()
    tools: tuple[Tool, ...] = ()
    stream: bool = False
    max_output_tokens: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])
    """Everything else that was sent: temperature, effort ..."""

    @property
    def system(self) -> str:
        return "\n".join(one.text for one in self.said if one.speaker == "system")

    @property
    def user(self) -> str:
        """The last thing the user said."""
        return next((one.text for one in reversed(self.said) if one.speaker == "user"), "")

    @property
    def input_tokens(self) -> int:
        """Estimated; a frame of a picture or a second of video counts as 70 to 258 tokens elsewhere, as 258 here."""
        characters = sum(len(one.text) for one in self.said)
        characters += len(json.dumps([tool.parameters for tool in self.tools])) if self.tools else 0
        return characters // CHARACTERS_PER_TOKEN + 258 * len(self.shown) + 1

    @cached_property
    def digest(self) -> str:
        """Of the content: two requests with one digest ask the same."""
        hasher = hashlib.sha256(self.model.encode())
        for one in self.said:
            hasher.update(
                f"\0{one.speaker}\0{one.text}\0{one.tool_calls}".encode("utf-8", "replace")
            )
        for picture in self.shown:
            hasher.update(picture.data)
        for tool in self.tools:
            hasher.update(tool.name.encode())
        return hasher.hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that an answer makes."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answers."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()

    @property
    def output_tokens(self) -> int:
        called = sum(len(json.dumps(one.arguments)) for one in self.tool_calls)
        return (len(self.text) + called) // CHARACTERS_PER_TOKEN + 1
