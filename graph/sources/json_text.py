"""JSON values out of bytes that are nearly JSON, and where it breaks if they are not.

Recorders write what JavaScript gives them: half an emoji (a lone surrogate), ``NaN``, a byte order
mark. A file is never lost for that; the strict and fast parser is tried first, and the repairs below
run only where it refuses.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, Protocol

import msgspec
import re2

from graph.sources.reading import Reading

_DOCUMENT = msgspec.json.Decoder(msgspec.Raw)
_ANYTHING = msgspec.json.Decoder()

HALF_AN_EMOJI = "half an emoji (a lone surrogate) was replaced"
NOT_A_NUMBER = "a number that JSON does not have (NaN, Infinity) was emptied"
ODD_TEXT = "an event with text or numbers that no parser accepts was repaired"

_BROKEN_LINES_TOLERATED = 100
"""One line in this many may be broken: recorders that crash leave half a line."""

_SURROGATES: Any = re2.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"  # a pair: keep
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"  # one alone
)
_NOT_NUMBERS: Any = re2.compile(rb"NaN|-?Infinity")

_ALL_BUT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")

_ENCODINGS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UTF8_MARK = b"\xef\xbb\xbf"

_CUT_OFF = "The file was cut off on its way here or is still being written: export it again."
_NOT_JSON = (
    "Export the recording again; the file must be JSON, or JSON Lines with one value a line."
)


class _Match(Protocol):
    """The part of re2's match that is used here; re2 has no types of its own."""

    def group(self, number: int, /) -> bytes: ...
    def start(self) -> int: ...
    def end(self) -> int: ...


def json_values(reading: Reading, body: bytes) -> list[msgspec.Raw]:
    """The values of a document: one, or one a line.

    Raises:
        RecordingUnreadable: names the line or byte that is not JSON.
        RecursionError: it is nested too deep for any recording.
    """
    plain = in_utf8(reading, body)
    if plain.count(b",") + plain.count(b"\n") > reading.limits.max_values:
        raise reading.refuse(
            "its JSON",
            f"it holds more than {reading.limits.max_values:,} values",
            "Split the recording into smaller files.",
        )
    values = _strict_values(plain)
    if values is None and (repaired := repair_text(reading, plain)) != plain:
        plain = repaired
        values = _strict_values(plain)
    return _values_by_line(reading, plain) if values is None else values


def in_utf8(reading: Reading, body: bytes) -> bytes:
    """Without a byte order mark; UTF-16, as some shells write it, becomes UTF-8."""
    for mark, encoding in _ENCODINGS:
        if body.startswith(mark):
            reading.repaired("written in UTF-16, read as such")
            return body.decode(encoding, "replace").encode("utf-8", "replace")
    return body.removeprefix(_UTF8_MARK)


def _strict_values(body: bytes) -> list[msgspec.Raw] | None:
    try:
        return [_DOCUMENT.decode(body)]
    except msgspec.DecodeError:
        pass
    try:
        return _DOCUMENT.decode_lines(body)
    except msgspec.DecodeError:
        return None


def _values_by_line(reading: Reading, body: bytes) -> list[msgspec.Raw]:
    """JSON Lines with broken lines left out, where they are few; else the error of the document."""
    lines = body.split(b"\n")
    values: list[msgspec.Raw] = []
    broken: list[int] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            values.append(_DOCUMENT.decode(line))
        except (msgspec.DecodeError, RecursionError):
            broken.append(number)
            if number == 1 or len(broken) > 1 + len(lines) // _BROKEN_LINES_TOLERATED:
                break
    if not values or broken[0] == 1:
        raise _broken_document(reading, body)
    if len(broken) > max(1, len(values) // _BROKEN_LINES_TOLERATED):
        raise reading.refuse(f"line {broken[0]:,}", "it is not JSON", _NOT_JSON)
    for number in broken:
        is_last = not b"".join(lines[number:]).strip()
        words = "the last line is cut off" if is_last else f"line {number:,} is no JSON"
        reading.repaired(f"{words} and was left out")
    return values


def _broken_document(reading: Reading, body: bytes) -> Exception:
    problem, offset = "it is not JSON", 0
    try:
        _DOCUMENT.decode(body)
    except msgspec.DecodeError as error:
        problem, offset = _explained(str(error), len(body))
    line = body.count(b"\n", 0, offset) + 1
    place = f"byte {offset:,}" + (f" (line {line:,})" if line > 1 else "")
    if offset >= len(body):
        return reading.refuse(f"{place}, its end", "the JSON stops in the middle", _CUT_OFF)
    return reading.refuse(place, problem, _NOT_JSON)


def _explained(message: str, size: int) -> tuple[str, int]:
    """Problem and offset in what msgspec says: ``JSON is malformed: trailing characters (byte 7)``."""
    words, found, tail = message.rpartition(" (byte ")
    if not found:
        return message, size
    return words.removeprefix("JSON is malformed: "), int(tail.rstrip(")"))


def repair_text(reading: Reading, body: bytes) -> bytes:
    """Whole documents, without decoding them: lone surrogates and numbers that are none."""
    return _without_odd_numbers(reading, _without_lone_surrogates(reading, body))


def _without_lone_surrogates(reading: Reading, body: bytes) -> bytes:
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    replaced = 0

    def mend(match: _Match) -> bytes:
        nonlocal replaced
        if match.group(1):
            return match.group(0)
        replaced += 1
        return b"\\ufffd"

    # Between two escaped backslashes every backslash starts an escape, so none is misread.
    segments = body.split(b"\\\\")
    for index, segment in enumerate(segments):
        if b"\\ud" in segment or b"\\uD" in segment:
            segments[index] = _SURROGATES.sub(mend, segment)
    reading.repaired(HALF_AN_EMOJI, replaced)
    return b"\\\\".join(segments) if replaced else body


def _without_odd_numbers(reading: Reading, body: bytes) -> bytes:
    """``NaN`` and ``Infinity`` outside strings become null; the same words in a text stay."""
    pieces: list[bytes] = []
    done, inside = 0, False
    matches: Iterator[_Match] = _NOT_NUMBERS.finditer(body)
    for match in matches:
        between = body[done : match.start()]
        quotes = between.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"')
        inside ^= quotes % 2 == 1
        pieces += [between, match.group(0) if inside else b"null"]
        done = match.end()
        reading.repaired(NOT_A_NUMBER, not inside)
    return b"".join([*pieces, body[done:]]) if pieces else body


def repair_value(reading: Reading, body: bytes) -> bytes | None:
    """One value that will not decode, made to; None where it is no JSON at all.

    Slower and more forgiving than ``repair_text``: bytes that are not UTF-8, numbers out of range.
    """
    try:
        value = json.loads(
            body.decode("utf-8", "replace"),
            parse_int=_bounded_int,
            parse_float=_finite_float,
            parse_constant=lambda _: None,
        )
        # Escaped and read back, lone surrogates meet the same repair as in whole documents.
        text = json.dumps(value, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return None
    reading.repaired(ODD_TEXT)
    return repair_text(reading, text)


def _bounded_int(digits: str) -> int | float | None:
    return int(digits) if len(digits) <= 18 else _finite_float(digits)


def _finite_float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def depth_exceeds(body: bytes, levels: int) -> bool:
    """True where arrays and objects of a JSON text are nested deeper than this."""
    if body.count(b"{") + body.count(b"[") <= levels:
        return False
    outside = body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]
    depth = 0
    for bracket in b"".join(outside).translate(None, _ALL_BUT_BRACKETS):
        depth += 1 if bracket in b"{[" else -1
        if depth > levels:
            return True
    return False
