"""Talking with a chat service, and reading its streams as an AG-UI client does."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import jsonpatch
from ag_ui.core import Event as AguiEvent, RunAgentInput, UserMessage
from ag_ui_validate import ValidatorOptions, create_validator
from pydantic import TypeAdapter

from agent.service import ChatService, ChatTurn, open_chat
from graph.engine import RunEngine, open_engine
from graph.settings import Settings
from graph.sources.clickstream import ColumnMap
from graph.sources.folder import open_source
from graph.sources.recording import Listing, Recording, RecordingRef, RecordingSource
from graph.stream.log import LogEntry

THREAD = "thread_1"
EVENT: TypeAdapter[Any] = TypeAdapter(AguiEvent)

Event = dict[str, Any]


class Gate:
    """A source of real files that can be held shut: how a test stops a run in its middle."""

    def __init__(self, *, opened: int = 1_000) -> None:
        self._lock = threading.Condition()
        self._left = opened
        """Recordings that may still be read."""

    def open(self, more: int = 1_000) -> None:
        with self._lock:
            self._left += more
            self._lock.notify_all()

    def source_of(self, paths: Sequence[Path], _: ColumnMap | None = None) -> RecordingSource:
        return GatedSource(open_source(paths), self)

    def enter(self) -> None:
        with self._lock:
            self._lock.wait_for(lambda: self._left > 0, timeout=30)
            self._left -= 1


class GatedSource:
    """The files behind a gate."""

    def __init__(self, source: RecordingSource, gate: Gate) -> None:
        self._source = source
        self._gate = gate

    @property
    def label(self) -> str:
        return self._source.label

    def list(self) -> Listing:
        return self._source.list()

    def read(self, ref: RecordingRef) -> Recording:
        self._gate.enter()
        return self._source.read(ref)


@asynccontextmanager
async def chatting(
    data_dir: Path, gate: Gate | None = None
) -> AsyncGenerator[tuple[RunEngine, ChatService]]:
    """An engine and a chat over one data folder; open it again and it is as after a restart."""
    settings = await asyncio.to_thread(Settings.from_env, {}, data_dir=data_dir, concurrency=2)
    opener = gate.source_of if gate else open_source
    async with open_engine(settings, open_paths=opener) as engine:
        await engine.resume_all()
        async with open_chat(settings, engine) as chat:
            yield engine, chat
        if gate:
            gate.open()  # a thread that waits would hold up the end of the test
    # A statement that was cancelled keeps its closed connection alive, and locked, until it is
    # collected. A process that restarts has no such leftovers; a test that plays one must not either.
    gc.collect()


def asked(
    text: str, run_id: str, thread: str = THREAD, *, history: Sequence[Any] = (), **fields: Any
) -> RunAgentInput:
    question = UserMessage(id=f"user_{run_id}", content=text)
    given: dict[str, Any] = {"tools": [], "context": [], **fields}
    return RunAgentInput(thread_id=thread, run_id=run_id, messages=[*history, question], **given)


async def ask(chat: ChatService, text: str, run_id: str, **fields: Any) -> list[Event]:
    """Ask, and read the answer to its end."""
    turn = await chat.post(asked(text, run_id, **fields))
    return [event for _, event in await read(chat, turn)]


async def read(chat: ChatService, turn: ChatTurn) -> list[tuple[int, Event]]:
    """The turn's events with their offsets, to the end."""
    entries = chat.follow(turn.thread_id, after=turn.after, turn=turn.only)
    return [(entry.offset, parsed(entry)) async for entry in entries]


async def answer_to(chat: ChatService, text: str, run_id: str, **fields: Any) -> str:
    """The answer's text."""
    return said_in(await ask(chat, text, run_id, **fields))


def parsed(entry: LogEntry) -> Event:
    event = cast("Event", json.loads(entry.data))
    assert event["type"] == entry.type
    return event


def said_in(events: Sequence[Event]) -> str:
    return "".join(one["delta"] for one in events if one["type"] == "TEXT_MESSAGE_CONTENT")


def kinds(events: Sequence[Event]) -> list[str]:
    """The types in order, repeats of one type as one."""
    names = [event["type"] for event in events]
    return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def check_stream(events: Sequence[Event], *, cut: bool = False) -> None:
    """One turn's stream is valid AG-UI: by the validator, by the models, and by every patch.

    Arguments that were ``cut`` off are no JSON, and nothing can make them so.
    """
    validator = create_validator(ValidatorOptions())
    for event in events:
        EVENT.validate_python(event)
        validator.feed(event)
    validator.finalize()
    report = validator.report()
    allowed = {"AGUI204"} if cut else set[str]()
    problems = [
        one
        for one in report.diagnostics
        if one.severity in ("error", "warning") and one.rule not in allowed
    ]
    assert problems == []
    documents_of(events)


def documents_of(events: Sequence[Event]) -> dict[str, Any]:
    """The progress documents after every patch was applied by an independent library."""
    documents: dict[str, Any] = {}
    for event in events:
        if event["type"] == "ACTIVITY_SNAPSHOT":
            documents[event["messageId"]] = event["content"]
        elif event["type"] == "ACTIVITY_DELTA":
            before = documents[event["messageId"]]
            documents[event["messageId"]] = jsonpatch.apply_patch(before, event["patch"])
    return documents
