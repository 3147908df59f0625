"""The beginning of a JSON document, closed where it was cut, so that listing need not read on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

_MAX_DEPTH = 6
"""Deep enough for every wrapper around events; an event that was cut needs no more."""

_WHITESPACE = " \t\r\n"

_decode: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().raw_decode


class Beginning(NamedTuple):
    """What is whole in the first bytes of a file."""

    body: bytes
    by_line: bool
    """True for JSON Lines, false for one document."""


class _Cut(Exception):
    """The text ends here."""


def closed(head: bytes) -> Beginning | None:
    """Valid JSON or JSON Lines holding what is whole in ``head``; None where nothing is.

    Lines are kept up to the last line break. A document is parsed as far as it goes: members and
    items that are whole are kept, and the one that was cut is kept as far as it goes in turn.
    """
    first, newline, _ = head.partition(b"\n")
    if newline and _is_whole(first):
        return Beginning(head[: head.rindex(b"\n") + 1], by_line=True)
    text = head.decode("utf-8", "replace")
    try:
        value, _ = _value(text, 0, 0)
        return Beginning(json.dumps(value, separators=(",", ":")).encode(), by_line=False)
    except (_Cut, RecursionError):
        return None


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _value(text: str, position: int, depth: int) -> tuple[Any, int]:
    """The value at a position and where it ends; what there is of it, where it was cut."""
    position = _skip(text, position)
    try:
        return _decode(text, position)
    except ValueError as error:
        if depth < _MAX_DEPTH and text[position] == "[":
            return _items(text, position + 1, depth), len(text)
        if depth < _MAX_DEPTH and text[position] == "{":
            return _members(text, position + 1, depth), len(text)
        raise _Cut from error


def _items(text: str, position: int, depth: int) -> list[Any]:
    items: list[Any] = []
    try:
        while True:
            item, position = _value(text, position, depth + 1)
            items.append(item)
            position = _expect(text, position, ",")
    except _Cut:
        # Beside whole items, one that was cut adds nothing and would not be read.
        return items if len(items) < 2 or position < len(text) else items[:-1]


def _members(text: str, position: int, depth: int) -> dict[str, Any]:
    members: dict[str, Any] = {}
    try:
        while True:
            key, position = _value(text, position, _MAX_DEPTH)
            position = _expect(text, position, ":")
            members[str(key)], position = _value(text, position, depth + 1)
            position = _expect(text, position, ",")
    except _Cut:
        return members


def _expect(text: str, position: int, mark: str) -> int:
    position = _skip(text, position)
    if text[position] != mark:
        raise _Cut
    return position + 1


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _WHITESPACE:
        position += 1
    if position >= len(text):
        raise _Cut
    return position
