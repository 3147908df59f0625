"""Conversations and their turns: which there are, and how each ended. What was said is elsewhere.

The messages a model sees are in LangGraph's checkpoints, the events a reader sees in the event log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from graph.database import Connection, Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (
  thread_id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turns (
  seq INTEGER PRIMARY KEY,
  thread_id TEXT NOT NULL REFERENCES threads,
  run_id TEXT NOT NULL,
  status TEXT NOT NULL,
  after INTEGER NOT NULL,
  lane TEXT NOT NULL DEFAULT '',
  merged INTEGER NOT NULL DEFAULT 0,
  UNIQUE (thread_id, run_id)
);
CREATE TABLE IF NOT EXISTS questions (
  thread_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  text TEXT NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (thread_id, message_id)
) WITHOUT ROWID;
"""
MAX_TITLE = 80


class TurnStatus(StrEnum):
    """How a turn stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One conversation, as a list of conversations shows it."""

    thread_id: str
    title: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of the user."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question (or several sent together) and its answer."""

    seq: int
    thread_id: str
    run_id: str
    status: TurnStatus
    after: int
    """Offset in the conversation's log before the turn's first event."""
    lane: str
    """LangGraph's thread the turn runs in; empty until it begins."""
    merged: bool
    """True where the turn's messages are in the conversation's own LangGraph thread."""
    questions: tuple[Said, ...]


class TurnStore:
    """The authoritative list, over tables of ``SCHEMA``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, thread_id: str, run_id: str, questions: tuple[Said, ...], *, after: int
    ) -> Turn:
        """Record a new turn, and the conversation where it is new."""

        def write(connection: Connection) -> None:
            now = _now()
            with connection.transaction(f"thread:{thread_id}"):
                connection.execute(
                    "INSERT INTO threads (thread_id, title, created_at, updated_at) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (thread_id) DO UPDATE SET updated_at = excluded.updated_at",
                    (thread_id, _title(questions), now, now),
                )
                connection.execute(
                    "INSERT INTO turns (thread_id, run_id, status, after) VALUES (?, ?, ?, ?)",
                    (thread_id, run_id, TurnStatus.OPEN.value, after),
                )
                connection.executemany(
                    "INSERT INTO questions VALUES (?, ?, ?, ?, ?)",
                    [
                        (thread_id, one.message_id, run_id, one.text, place)
                        for place, one in enumerate(questions)
                    ],
                )

        await self._database.run(write)
        turn = await self.find(thread_id, run_id)
        assert turn is not None  # noqa: S101 - written a moment ago under the same lock
        return turn

    async def find(self, thread_id: str, run_id: str) -> Turn | None:
        found = await self._turns("thread_id = ? AND run_id = ?", (thread_id, run_id))
        return found[0] if found else None

    async def turns(self, thread_id: str) -> list[Turn]:
        """Every turn of a conversation, oldest first."""
        return await self._turns("thread_id = ?", (thread_id,))

    async def unsettled(self) -> list[Turn]:
        """Turns that are open, or not merged yet, oldest first."""
        return await self._turns("status = ? OR merged = 0", (TurnStatus.OPEN.value,))

    async def asked_in(self, thread_id: str, message_id: str) -> str:
        """Run id of the turn that a message was asked in; empty where it is new."""

        def select(connection: Connection) -> str:
            row = connection.execute(
                "SELECT run_id FROM questions WHERE thread_id = ? AND message_id = ?",
                (thread_id, message_id),
            ).fetchone()
            return str(row[0]) if row else ""

        return await self._database.run(select)

    async def set_lane(self, turn: Turn, lane: str) -> None:
        await self._update("lane = ?", lane, turn)

    async def end(self, turn: Turn, status: TurnStatus) -> None:
        await self._update("status = ?", status.value, turn)

    async def set_merged(self, turn: Turn) -> None:
        await self._update("merged = ?", 1, turn)

    async def threads(self, *, limit: int = 200) -> list[Thread]:
        """Newest first."""

        def select(connection: Connection) -> list[Thread]:
            rows = connection.execute(
                "SELECT thread_id, title, created_at, updated_at FROM threads"
                " ORDER BY updated_at DESC, thread_id LIMIT ?",
                (limit,),
            )
            return [
                Thread(thread_id=row[0], title=row[1], created_at=row[2], updated_at=row[3])
                for row in rows
            ]

        return await self._database.run(select)

    async def _update(self, assignment: str, value: str | int, turn: Turn) -> None:
        def write(connection: Connection) -> None:
            connection.execute(f"UPDATE turns SET {assignment} WHERE seq = ?", (value, turn.seq))  # noqa: S608 - ours

        await self._database.run(write)

    async def _turns(self, condition: str, values: tuple[str, ...]) -> list[Turn]:
        def select(connection: Connection) -> list[Turn]:
            rows = connection.execute(
                "SELECT seq, thread_id, run_id, status, after, lane, merged FROM turns"  # noqa: S608 - ours
                f" WHERE {condition} ORDER BY seq",
                values,
            ).fetchall()
            return [_turn_of(connection, row) for row in rows]

        return await self._database.run(select)


def _turn_of(connection: Connection, row: tuple[int, str, str, str, int, str, int]) -> Turn:
    seq, thread_id, run_id, status, after, lane, merged = row
    questions = connection.execute(
        "SELECT message_id, text FROM questions WHERE thread_id = ? AND run_id = ? ORDER BY place",
        (thread_id, run_id),
    )
    return Turn(
        seq=seq,
        thread_id=thread_id,
        run_id=run_id,
        status=TurnStatus(status),
        after=after,
        lane=lane,
        merged=bool(merged),
        questions=tuple(Said(message_id=one[0], text=one[1]) for one in questions),
    )


def _title(questions: tuple[Said, ...]) -> str:
    line = " ".join(" ".join(one.text for one in questions).split())
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1].rstrip()}…"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
