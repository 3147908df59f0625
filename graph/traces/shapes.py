"""Recorded JSON at the edge: a value of the shape that was expected, or an empty one.

A recording is hostile input; whatever has another shape is treated as if it were not there.
"""

from __future__ import annotations

from typing import Any, cast


def as_dict(value: object) -> dict[str, Any]:
    """The value where it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value where it is an array, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The value where it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def as_id(value: object) -> int:
    """The value where it is a node id, else one that no node has."""
    return value if isinstance(value, int) else -1
