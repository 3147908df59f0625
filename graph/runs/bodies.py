"""Bodies of the run store: values as bytes, and bytes packed. Pure and deterministic."""

from __future__ import annotations

import gzip
import zlib
from typing import Any, TypeVar

import msgspec

from graph.errors import BodyDamaged

T = TypeVar("T")

GZIP_LEVEL = 5
"""Traces shrink about tenfold; levels above cost twice the time for a few per cent."""

_ENCODER = msgspec.json.Encoder(order="deterministic")


def encode(value: Any) -> bytes:  # noqa: ANN401 - any frozen dataclass or plain value
    """A value (frozen dataclasses, tuples, plain values) as JSON; equal values, equal bytes."""
    return _ENCODER.encode(value)


def decode(body: bytes, kind: type[T]) -> T:
    """The value again, as the type it was.

    Raises:
        BodyDamaged: the body was written by a version whose values had another form.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise BodyDamaged(
            f"A stored body is no {getattr(kind, '__name__', kind)}: {error}. It was written by "
            "another version of Snags; start the run again."
        ) from error


def pack(body: bytes) -> bytes:
    """Compressed, without a time stamp: equal bodies stay equal bytes."""
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


def unpack(packed: bytes) -> bytes:
    """The body again.

    Raises:
        BodyDamaged: the bytes are damaged.
    """
    try:
        return gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise BodyDamaged(f"A stored body is damaged: {error}. Start the run again.") from error
