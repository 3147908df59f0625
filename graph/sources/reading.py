"""One file being read: its name, its limits, and what had to be repaired on the way."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field

from graph.errors import RecordingUnreadable
from graph.sources.limits import MIB, ReadLimits

GZIP_WITH_HEADER = 31
"""zlib's ``wbits`` for a gzip stream."""
ZLIB = 15


@dataclass(slots=True, kw_only=True)
class Reading:
    """Passed down through every step that reads one file, so that each can name it."""

    file: str
    limits: ReadLimits
    repairs: Counter[str] = field(default_factory=Counter[str])
    inflated_bytes: int = 0

    def refuse(self, place: str, problem: str, remedy: str) -> RecordingUnreadable:
        """The error to raise: this file cannot be read, where, why, and what to do."""
        return RecordingUnreadable(self.file, place, problem, remedy)

    def repaired(self, words: str, times: int = 1) -> None:
        """Remember a repair; the words take a count after them."""
        if times:
            self.repairs[words] += times

    @property
    def notes(self) -> tuple[str, ...]:
        """What was repaired, in words, in the order it was met."""
        return tuple(
            words if times == 1 else f"{words} ({times:,} times)"
            for words, times in self.repairs.items()
        )

    def inflate(self, body: bytes, wbits: int) -> bytes:
        """Decompress one field of an event, within what is left of the file's limit.

        Raises:
            zlib.error: the field is no whole stream of this kind.
            RecordingUnreadable: the fields of this file decompress to more than the limit.
        """
        left = self.limits.max_decoded_bytes - self.inflated_bytes
        allowed = min(left, self.limits.max_event_bytes)
        engine = zlib.decompressobj(wbits)
        plain = engine.decompress(body, max(1, allowed))
        if not engine.eof:
            if len(plain) >= allowed:
                raise self.refuse(
                    "a compressed field",
                    f"it decompresses to more than {allowed // MIB:,} MiB",
                    "A recorder does not write such fields: check where the file comes from.",
                )
            raise zlib.error("the compressed field is cut off")
        self.inflated_bytes += len(plain)
        return plain
