"""Regular expressions for recorded text: linear time whatever it holds, and typed answers.

RE2 does not backtrack, so that no text a page wrote can make a pattern slow. Its Python package has
no types and does not take lone surrogates; both end here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import re2


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place where an expression matched."""

    start: int
    groups: tuple[str, ...]
    """Empty for a group that took no part."""


class Expression:
    """One compiled expression."""

    def __init__(self, expression: str) -> None:
        self._compiled: Any = re2.compile(expression)

    def search(self, text: str) -> Found | None:
        """The first match, wherever it is."""
        match = self._compiled.search(_encodable(text))
        if match is None:
            return None
        groups = tuple(group or "" for group in match.groups())
        return Found(start=match.start(), groups=groups)

    def every(self, text: str) -> list[str]:
        """What the whole of each match, or its only group, holds."""
        return list(self._compiled.findall(_encodable(text)))

    def parts(self, text: str) -> list[str]:
        """What lies between the matches."""
        return list(self._compiled.split(_encodable(text)))

    def fits(self, text: str) -> bool:
        """Whether the whole text matches."""
        return self._compiled.fullmatch(_encodable(text)) is not None

    def replace(self, text: str, by: str | Callable[[str], str]) -> str:
        """The text with each match replaced, by a template or by what a function makes of it."""
        new = by if isinstance(by, str) else _on_match(by)
        return str(self._compiled.sub(new, _encodable(text)))


def _on_match(make: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda match: make(match.group(0))


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
