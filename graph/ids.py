"""Identifiers, and the short event id that readers and models cite.

An event id is ``<block letter><ordinal in block><check letter>``: ``g17k`` is row 17 of block g.

- It starts with a letter outside a-f and ends with a letter, so YAML can never read it as a number.
- It costs at most three o200k tokens (letter, up to three digits, letter).
- It is scoped to its session: the check letter is a digest of the session and the ordinal, one of
  24 letters, so a made-up id that looks right is caught 23 times in 24 (95.8%), and one drawn at
  random from all well-formed ids far more often, because most ordinals do not exist.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from typing import NewType

SessionId = NewType("SessionId", str)
EventId = NewType("EventId", str)
RunId = NewType("RunId", str)
PatternId = NewType("PatternId", str)
ThreadId = NewType("ThreadId", str)

BLOCK_LETTERS = "ghijkmnpqrstuvwxyz"
"""First letters, each a block of 1,000 rows; none of a-f (hex) nor l and o (read as 1 and 0)."""

CHECK_LETTERS = "abcdefghijkmnpqrstuvwxyz"
"""24 check letters: one wrong id in 24 slips through, which keeps the promise of 95%."""

ROWS_PER_BLOCK = 1_000
MAX_ROWS = len(BLOCK_LETTERS) * ROWS_PER_BLOCK


@lru_cache(maxsize=512)
def _session_key(session_id: str) -> bytes:
    return hashlib.blake2b(session_id.encode("utf-8", "replace"), digest_size=16).digest()


def check_letter(session_id: str, ordinal: int) -> str:
    """The letter that ties an ordinal to its session."""
    digest = hashlib.blake2b(
        ordinal.to_bytes(4, "big"), digest_size=4, key=_session_key(session_id)
    ).digest()
    return CHECK_LETTERS[int.from_bytes(digest, "big") % len(CHECK_LETTERS)]


def event_id(session_id: str, ordinal: int) -> EventId:
    """The id of row ``ordinal`` (from 0) of a session.

    Raises:
        ValueError: the ordinal is negative or at least ``MAX_ROWS``.
    """
    if not 0 <= ordinal < MAX_ROWS:
        raise ValueError(f"Row {ordinal} has no event id: a trace holds at most {MAX_ROWS} rows.")
    block, within = divmod(ordinal, ROWS_PER_BLOCK)
    return EventId(f"{BLOCK_LETTERS[block]}{within}{check_letter(session_id, ordinal)}")


def ordinal_of(session_id: str, candidate: str) -> int | None:
    """The row an event id names, or None where the id is malformed or of another session."""
    if len(candidate) < 3 or candidate[0] not in BLOCK_LETTERS:
        return None
    digits = candidate[1:-1]
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 3:
        return None
    if len(digits) > 1 and digits[0] == "0":
        return None
    ordinal = BLOCK_LETTERS.index(candidate[0]) * ROWS_PER_BLOCK + int(digits)
    return ordinal if candidate[-1] == check_letter(session_id, ordinal) else None


def new_run_id() -> RunId:
    """A random run id, 80 bits; never an authorisation by itself."""
    return RunId(f"run_{secrets.token_hex(10)}")


def new_thread_id() -> ThreadId:
    """A random conversation id, 80 bits."""
    return ThreadId(f"thread_{secrets.token_hex(10)}")


def digest_of(*parts: str | bytes) -> str:
    """A 128-bit content digest in hex; parts are length-prefixed, so they cannot run together."""
    hasher = hashlib.blake2b(digest_size=16)
    for part in parts:
        body = part.encode("utf-8", "replace") if isinstance(part, str) else part
        hasher.update(len(body).to_bytes(8, "big"))
        hasher.update(body)
    return hasher.hexdigest()
