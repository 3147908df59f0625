"""Plain bytes of a file, whatever it is wrapped in: told by magic bytes, bounded throughout."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Protocol

import zstandard

from graph.sources.limits import KIB, MIB
from graph.sources.reading import GZIP_WITH_HEADER, ZLIB, Reading

GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZLIB_MAGICS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""Of the four levels that zlib writes."""

SEGMENT_HEADER = re.compile(rb'\{"segment_id": ?[0-9]{1,9}\}\n(?=\x78[\x01\x5e\x9c\xda])')
"""What Sentry's recorder puts before a compressed segment of a replay."""

_PEEKED_BYTES = 64
"""Tell every wrapping; the longest is a segment's header."""

_READ_BYTES = 64 * KIB
"""What follows a member is copied at its end, so small reads keep many members cheap."""
_OUTPUT_BYTES = MIB
_ZSTD_FEED_BYTES = KIB
"""zstd has no limit on output per call, and 4 bytes can ask for 128 KiB: feed it little."""
_ZSTD_WINDOW_BYTES = 128 * MIB

_CUT_OFF = "The file was cut off on its way here: fetch or export it again."
_HOSTILE = "Recordings are not like this: check where the file comes from."


class _Inflater(Protocol):
    """What ``zlib.decompressobj`` returns; its own name is private."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(slots=True, kw_only=True)
class _Meter:
    """Counts one layer of compression against the limits."""

    reading: Reading
    kind: str
    taken: int = 0
    given: int = 0
    members: int = 1

    @property
    def place(self) -> str:
        return f"byte {self.taken:,} of the {self.kind} stream"

    def take(self, size: int) -> None:
        self.taken += size

    def give(self, size: int) -> None:
        self.given += size
        limits = self.reading.limits
        if self.given > limits.max_decoded_bytes:
            raise self.reading.refuse(
                self.place,
                f"it decompresses to more than {limits.max_decoded_bytes // MIB:,} MiB",
                "Split the recording into smaller files.",
            )
        if self.given > limits.ratio_floor_bytes and self.given > limits.max_ratio * self.taken:
            raise self.reading.refuse(
                self.place,
                f"it decompresses to more than {limits.max_ratio} times its size",
                _HOSTILE,
            )

    def next_member(self) -> None:
        self.members += 1
        if self.members > self.reading.limits.max_members:
            raise self.reading.refuse(
                self.place,
                f"it is made of more than {self.reading.limits.max_members:,} {self.kind} streams",
                _HOSTILE,
            )

    def cut_off(self) -> Exception:
        return self.reading.refuse(self.place, f"the {self.kind} stream ends too early", _CUT_OFF)

    def damaged(self) -> Exception:
        return self.reading.refuse(
            self.place,
            f"the {self.kind} stream is damaged",
            "Fetch or export the file again.",
        )


def plain_chunks(file: BinaryIO, reading: Reading) -> Iterator[bytes]:
    """The decompressed content of a file, piece by piece; at most one piece is held.

    Raises:
        RecordingUnreadable: damaged, cut off, or over a limit. Raised while iterating.
    """
    chunks = _stored_chunks(file, reading)
    for layer in range(reading.limits.max_layers + 1):
        head, chunks = _peek(chunks)
        unwrap = _unwrapper(head)
        if unwrap is None:
            break
        if layer == reading.limits.max_layers:
            raise reading.refuse(
                "byte 0",
                f"it is compressed more than {reading.limits.max_layers} times over",
                "Decompress it and try again.",
            )
        if layer:
            reading.repaired("compressed twice over, both layers were undone")
        chunks = unwrap(chunks, reading)
    return chunks


def _unwrapper(head: bytes) -> Callable[[Iterator[bytes], Reading], Iterator[bytes]] | None:
    if head.startswith(GZIP_MAGIC):
        return _gunzip
    if head.startswith(ZLIB_MAGICS):
        return _unzlib
    if SEGMENT_HEADER.match(head):
        return _unzlib_segment
    return _unzstd if head.startswith(ZSTD_MAGIC) else None


def _peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, enough to tell a wrapping, and the stream as it was."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= _PEEKED_BYTES:
            break
    return head, chain([head] if head else [], chunks)


def _stored_chunks(file: BinaryIO, reading: Reading) -> Iterator[bytes]:
    size = 0
    while chunk := file.read(_READ_BYTES):
        size += len(chunk)
        if size > reading.limits.max_file_bytes:
            limit = reading.limits.max_file_bytes // MIB
            raise reading.refuse(
                f"byte {size:,}",
                f"the file is larger than {limit:,} MiB",
                "Compress it, or split the recording into smaller files.",
            )
        yield chunk


def _gunzip(chunks: Iterator[bytes], reading: Reading) -> Iterator[bytes]:
    return _inflated(chunks, _Meter(reading=reading, kind="gzip"), GZIP_WITH_HEADER)


def _unzlib(chunks: Iterator[bytes], reading: Reading) -> Iterator[bytes]:
    return _inflated(chunks, _Meter(reading=reading, kind="zlib"), ZLIB)


def _unzlib_segment(chunks: Iterator[bytes], reading: Reading) -> Iterator[bytes]:
    """A segment without the line before it, which only numbers it."""
    first = next(chunks)
    header = SEGMENT_HEADER.match(first)
    rest = first[header.end() :] if header else first
    return _unzlib(chain([rest], chunks), reading)


def _inflated(chunks: Iterator[bytes], meter: _Meter, wbits: int) -> Iterator[bytes]:
    engine = zlib.decompressobj(wbits)
    for chunk in chunks:
        meter.take(len(chunk))
        pending = chunk
        while pending:
            if engine.eof:
                if not pending.strip(b"\0"):
                    break  # padding after the last member is allowed by the format
                meter.next_member()
                engine = zlib.decompressobj(wbits)
            yield from _drain(engine, pending, meter)
            pending = engine.unused_data
    if not engine.eof:
        raise meter.cut_off()


def _drain(engine: _Inflater, pending: bytes, meter: _Meter) -> Iterator[bytes]:
    """Everything this input gives, at most ``_OUTPUT_BYTES`` at a time."""
    while True:
        try:
            plain = engine.decompress(pending, _OUTPUT_BYTES)
        except zlib.error as error:
            raise meter.damaged() from error
        meter.give(len(plain))
        if plain:
            yield plain
        pending = engine.unconsumed_tail
        if engine.eof or (not pending and len(plain) < _OUTPUT_BYTES):
            return


def _unzstd(chunks: Iterator[bytes], reading: Reading) -> Iterator[bytes]:
    meter = _Meter(reading=reading, kind="zstd")
    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    engine = context.decompressobj()
    for chunk in chunks:
        for start in range(0, len(chunk), _ZSTD_FEED_BYTES):
            pending = chunk[start : start + _ZSTD_FEED_BYTES]
            meter.take(len(pending))
            while pending:
                if engine.eof:
                    meter.next_member()
                    engine = context.decompressobj()
                try:
                    plain = engine.decompress(pending)
                except zstandard.ZstdError as error:
                    raise meter.damaged() from error
                meter.give(len(plain))
                if plain:
                    yield plain
                pending = engine.unused_data
    if not engine.eof:
        raise meter.cut_off()
