"""Bodies of requests with which analytics clients send events: what they wrap, out of its wrapping.

posthog-js sends JSON, JSON compressed with gzip, or a form whose field ``data`` is either in base64. What a body is
shows in its first bytes; the request's headers are often wrong about it.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from urllib.parse import parse_qs

from graph.sources.reading import GZIP_WITH_HEADER, Reading

MAX_WRAPPINGS = 5
"""A request's body, its form, base64, gzip: one more is no client's."""

_GZIP = b"\x1f\x8b"
_JSON = (b"{", b"[")
_FORM = (b"data=", b"compression=", b"ver=")


def captured_json(reading: Reading, body: bytes) -> bytes | None:
    """The JSON inside a captured request's body; None where there is none.

    Raises:
        RecordingUnreadable: it decompresses to more than the limit.
    """
    for _ in range(MAX_WRAPPINGS):
        plain = body.lstrip()
        if plain.startswith(_JSON):
            return plain
        unwrapped = _unwrapped(reading, plain)
        if unwrapped is None:
            return None
        body = unwrapped
    return None


def _unwrapped(reading: Reading, body: bytes) -> bytes | None:
    """One wrapping less."""
    if body.startswith(_GZIP):
        try:
            return reading.inflate(body, GZIP_WITH_HEADER)
        except zlib.error:
            return None
    if body.startswith(_FORM):
        fields = parse_qs(body.decode("ascii", "replace"), max_num_fields=10)
        return next(iter(fields.get("data", [])), "").replace(" ", "+").encode() or None
    try:
        return base64.b64decode(body, validate=True) or None
    except binascii.Error:
        return None
