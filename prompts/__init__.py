"""Text the models read. A prompt is a folder, and a contract.

    prompts/<name>/prompt.md      front matter, then the user message
    prompts/<name>/system.md      the system message
    prompts/<name>/example.yaml   the output shown to the model

The front matter declares the inputs, and loading fails unless exactly those are used. Inputs are
finished text: what recordings hold stands between named tags, and no input can close them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import Environment, StrictUndefined, meta
from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["FrontMatter", "Prompt", "PromptInvalid", "Rendered", "load", "names"]

FOLDER = Path(__file__).parent
FILES = ("prompt.md", "system.md", "example.yaml")
EXAMPLE = "example"
"""The input that a prompt need not be given: its own example."""


class PromptInvalid(ValueError):
    """The files of a prompt, or the inputs given to it, do not fit its declaration."""


class FrontMatter(BaseModel):
    """What a prompt says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: int
    """For people: raised when the meaning changes."""
    purpose: str
    role: Literal["fast", "reasoning", "video", "chat"]
    """Settings map a role to a model."""
    inputs: tuple[str, ...]
    output: str
    """What the answer is parsed as."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The two messages of a prompt, filled in."""

    system: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt, ready to be filled in."""

    front: FrontMatter
    system: str
    user: str
    example: str
    digest: str
    """Of the files, not of what is filled in: part of every step key."""

    def render(self, **inputs: str) -> Rendered:
        """Fill in the inputs; the example is filled in by itself.

        Raises:
            PromptInvalid: an input is missing, or one is given that is not declared.
        """
        given = {**self._own_example(), **inputs}
        missing = set(self.front.inputs) - set(given)
        unknown = set(given) - set(self.front.inputs)
        if missing or unknown:
            raise PromptInvalid(
                f"Prompt {self.front.name!r} misses {_listed(missing)} and does not know "
                f"{_listed(unknown)}; its inputs are {_listed(self.front.inputs)}."
            )
        fenced = {name: _unable_to_close_a_tag(text) for name, text in given.items()}
        environment = _environment()
        return Rendered(
            system=environment.from_string(self.system).render(fenced).strip(),
            user=environment.from_string(self.user).render(fenced).strip(),
        )

    def _own_example(self) -> dict[str, str]:
        return {EXAMPLE: self.example.strip()} if EXAMPLE in self.front.inputs else {}


@lru_cache
def load(name: str) -> Prompt:
    """The prompt of a name. Reads files once: call it first where blocking does no harm.

    Raises:
        PromptInvalid: there is no such prompt, or it is not what it declares.
    """
    if name not in names():
        raise PromptInvalid(f"There is no prompt {name!r}; there are {_listed(names())}.")
    texts = {file: (FOLDER / name / file).read_text(encoding="utf-8") for file in FILES}
    front, user = _split(name, texts["prompt.md"])
    prompt = Prompt(
        front=front,
        system=texts["system.md"],
        user=user,
        example=texts["example.yaml"],
        digest=_digest_of(texts.values()),
    )
    used = _inputs_of(prompt.system) | _inputs_of(prompt.user)
    if used != set(front.inputs) or front.name != name:
        raise PromptInvalid(
            f"Prompt {name!r} declares the name {front.name!r} and the inputs "
            f"{_listed(front.inputs)}, and uses {_listed(used)}. Declare exactly what is used."
        )
    return prompt


def names() -> tuple[str, ...]:
    """Every prompt there is."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/prompt.md")))


def _split(name: str, text: str) -> tuple[FrontMatter, str]:
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise PromptInvalid(
            f"Prompt {name!r} does not begin with front matter between '---' lines."
        )
    fields: Any = yaml.safe_load(parts[1])
    try:
        return FrontMatter.model_validate(fields), parts[2]
    except ValidationError as error:
        raise PromptInvalid(f"The front matter of prompt {name!r} is wrong: {error}") from error


@lru_cache
def _environment() -> Environment:
    # Prompts are plain text, so nothing is escaped as HTML; what is filled in is never a template.
    return Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701


def _inputs_of(template: str) -> set[str]:
    return meta.find_undeclared_variables(_environment().parse(template))


def _unable_to_close_a_tag(text: str) -> str:
    """``</session>`` inside a session's own text must not end the place where it stands."""
    return text.replace("</", "<\\/")


def _digest_of(texts: Iterable[str]) -> str:
    hasher = hashlib.blake2b(digest_size=16)
    for text in texts:
        body = text.encode()
        hasher.update(len(body).to_bytes(8, "big"))
        hasher.update(body)
    return hasher.hexdigest()


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "none"
