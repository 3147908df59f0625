"""JSON Patch (RFC 6902), the part of it that a progress document needs: add, replace, remove. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NotRequired, TypedDict, cast


class Operation(TypedDict):
    """One operation, as it travels."""

    op: Literal["add", "replace", "remove"]
    path: str
    value: NotRequired[Any]


class PatchFailed(ValueError):
    """An operation names a place that the document does not have."""


def pointer(*tokens: str | int) -> str:
    """A JSON Pointer; ``~`` and ``/`` inside a token are escaped."""
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in tokens)


def apply_patch(document: dict[str, Any], operations: Iterable[Operation]) -> None:
    """Change a document in place.

    Raises:
        PatchFailed: an operation does not fit; those before it have been applied.
    """
    for operation in operations:
        tokens = _tokens(operation["path"])
        place = _walk(document, tokens[:-1], operation)
        if isinstance(place, dict):
            _change_object(place, tokens[-1], operation)
        else:
            _change_array(place, tokens[-1], operation)


def _tokens(path: str) -> list[str]:
    if not path.startswith("/"):
        raise PatchFailed(f"{path!r} does not begin with a slash.")
    return [token.replace("~1", "/").replace("~0", "~") for token in path[1:].split("/")]


def _walk(
    document: dict[str, Any], tokens: list[str], operation: Operation
) -> dict[str, Any] | list[Any]:
    place: Any = document
    for token in tokens:
        try:
            place = place[int(token) if isinstance(place, list) else token]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise PatchFailed(f"There is no {operation['path']!r} in the document.") from error
    if not isinstance(place, dict | list):
        raise PatchFailed(f"{operation['path']!r} leads into a plain value.")
    return cast("dict[str, Any] | list[Any]", place)


def _change_object(place: dict[str, Any], key: str, operation: Operation) -> None:
    if operation["op"] != "add" and key not in place:
        raise PatchFailed(f"There is no {operation['path']!r} to {operation['op']}.")
    if operation["op"] == "remove":
        del place[key]
    else:
        place[key] = operation.get("value")


def _change_array(place: list[Any], part: str, operation: Operation) -> None:
    last = len(place) if operation["op"] == "add" else len(place) - 1
    at = len(place) if part == "-" and operation["op"] == "add" else _index(part)
    if not 0 <= at <= last:
        raise PatchFailed(f"There is no {operation['path']!r} to {operation['op']}.")
    if operation["op"] == "add":
        place.insert(at, operation.get("value"))
    elif operation["op"] == "replace":
        place[at] = operation.get("value")
    else:
        del place[at]


def _index(part: str) -> int:
    """An array index; -1, which no array has, for anything else, leading zeros included."""
    return int(part) if part.isascii() and part.isdigit() and part == str(int(part)) else -1
