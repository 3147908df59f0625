"""Conversations, for whoever serves them: post a question, follow its answer, come back later.

How a server uses it::

    async with open_chat(settings, engine) as chat:
        turn = await chat.post(input)                       # POST /agui
        async for entry in chat.follow(turn.thread_id, after=turn.after, turn=turn.only):
            ...                                             # entry.data is one AG-UI event
        async for entry in chat.follow(thread_id, after=n): # GET /v1/threads/{id}/events?after=n
            ...
        view = await chat.view(thread_id)                   # GET /v1/threads/{id}
        await chat.cancel(thread_id)                        # POST /v1/threads/{id}/cancel
        await chat.threads()                                # GET /v1/threads

**One log per conversation.** Every event of every turn is appended to the stream
``thread:<thread_id>``; an entry's offset is the SSE id, and only grows. A turn runs in a task of its
own: nobody needs to listen, and a dropped listener comes back with the last offset it has.

**Turns can overlap**: a question that is asked while a run goes is answered meanwhile, so their events
mix in the log. ``follow`` with ``turn`` gives one turn's events only, which is what an AG-UI client
expects as the response of its POST; without it, all of them, which is what a page shows. ``follow``
ends by itself: with its turn, or when no turn is open and all has been read.

**What a client may send** besides AG-UI's own fields:

- ``state.report``: the run id of the report on the screen, which the question is then about;
- ``forwardedProps.after``: the offset up to which the client has the conversation's log. The response
  then goes on from there with everything, other turns included.

Why turns overlap the way they do: ``docs/decisions/008-a-question-while-a-run-goes.md``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from ag_ui.core import Message, RunAgentInput, TextPart, UserMessage

from agent import turn_store
from agent.agui import ENDS, TurnEmitter
from agent.chat import build_agent
from agent.conversation import ChatSeams, Conversation, OpenTurn, asked_as_messages, stream_of
from agent.models import chat_model
from agent.turn_store import Said, Turn, TurnStatus, TurnStore
from graph.engine import RunEngine
from graph.errors import InvalidRequest, UnknownThread
from graph.settings import Settings
from graph.stores import open_saver, open_tables
from graph.stream.log import EventLog, LogEntry
from prompts import load
from tools import Library

UNTIL = ENDS
"""Types of event that end a turn."""

NEVER: frozenset[str] = frozenset()

MAX_QUESTION = 8_000
MAX_OPEN_TURNS = 8

_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_RUN = re.compile(r"run_[0-9a-f]{20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTurn:
    """Where the answer to a question is read: ``follow(thread_id, after=after, turn=only)``."""

    thread_id: str
    run_id: str
    """The turn. AG-UI calls a turn a run; it is not a run that makes a report."""
    stream: str
    """Name of the conversation's stream in ``ChatService.log``."""
    after: int
    """Offset to read on from: the one before this turn's RUN_STARTED, or what the client has."""
    only: str | None
    """The turn's run id where the client follows this turn alone; None where it follows everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEntry:
    """A conversation in the list of conversations."""

    thread_id: str
    title: str
    created_at: str
    updated_at: str
    running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadView:
    """A conversation as it stands, and the offset to follow it on from."""

    thread_id: str
    messages: list[Message]
    offset: int
    running: tuple[str, ...]
    """Run ids of the turns that are open."""


class ChatService:
    """The conversations of one data folder. Use ``open_chat``."""

    def __init__(self, seams: ChatSeams) -> None:
        self._seams = seams
        self._conversations: dict[str, Conversation] = {}
        self._posting = asyncio.Lock()
        """A question is asked once, however often it is posted at the same time."""

    @property
    def log(self) -> EventLog:
        return self._seams.log

    async def post(self, given: RunAgentInput) -> ChatTurn:
        """Ask what the input's last user messages ask; returns where the answer is read.

        The same post again, and the same question under another run id, join the turn there is.

        Raises:
            InvalidRequest: an id is malformed, or there is no question, or it is too long.
        """
        thread_id = _identifier("threadId", given.thread_id)
        run_id = _identifier("runId", given.run_id)
        follows = _offset_in(given.forwarded_props)
        async with self._posting:
            turn = await self._turn_asked(thread_id, run_id, given)
            if turn is None:
                turn = await self._begin(thread_id, run_id, given)
        return ChatTurn(
            thread_id=thread_id,
            run_id=turn.run_id,
            stream=stream_of(thread_id),
            after=turn.after if follows is None else follows,
            only=turn.run_id if follows is None else None,
        )

    async def follow(
        self, thread_id: str, *, after: int = 0, turn: str | None = None
    ) -> AsyncGenerator[LogEntry]:
        """Events of a conversation after an offset, as they come.

        With ``turn``, those of one turn, to its end. Without, all of them, until no turn is open and
        everything has been read. A reader that comes back with the offset of the last event it has
        gets exactly the rest.

        Raises:
            UnknownThread: there is no such conversation, or no such turn in it.
            InvalidRequest: the conversation has fewer events than that.
        """
        await self._check_known(thread_id, turn)
        stream = stream_of(thread_id)
        last = await self.log.last_offset(stream)
        if after > last:
            raise InvalidRequest(
                f"Conversation {thread_id!r} has {last} events, and you ask for those after {after}. "
                "Send 0 to begin at the start."
            )
        newest = await self.log.read(stream, after=last - 1, limit=1) if last else []
        ended = {whose_end(entry) for entry in newest}
        if after == last and not self._open_in(thread_id, turn) - ended:
            return
        entries = self.log.follow(stream, after=after, until=NEVER)
        async with aclosing(entries):
            async for entry in entries:
                over = whose_end(entry)
                ended.add(over)
                if turn is None or turn_of(entry) == turn:
                    yield entry
                if turn is not None and over == turn:
                    return
                if self._open_in(thread_id, turn) - ended:
                    continue
                end = await self.log.last_offset(stream) if turn is None else last
                if entry.offset >= end:
                    return

    async def view(self, thread_id: str) -> ThreadView:
        """The conversation as it stands: follow it on from ``offset``.

        Raises:
            UnknownThread: there is no such conversation.
        """
        await self._check_known(thread_id, None)
        transcript = await self._conversation(thread_id).transcript()
        return ThreadView(
            thread_id=thread_id,
            messages=transcript.messages,
            offset=transcript.offset,
            running=transcript.open_turns,
        )

    async def messages(self, thread_id: str) -> list[Message]:
        """What was said. Raises: UnknownThread."""
        return (await self.view(thread_id)).messages

    async def threads(self) -> list[ThreadEntry]:
        """Every conversation, the one spoken in last first."""
        return [
            ThreadEntry(
                thread_id=thread.thread_id,
                title=thread.title,
                created_at=thread.created_at,
                updated_at=thread.updated_at,
                running=bool(self._open_in(thread.thread_id, None)),
            )
            for thread in await self._seams.turns.threads()
        ]

    async def cancel(self, thread_id: str) -> None:
        """End every open turn of a conversation, and the runs these turns started.

        Raises:
            UnknownThread: there is no such conversation.
        """
        await self._check_known(thread_id, None)
        await self._conversation(thread_id).cancel()

    async def rest(self, thread_id: str) -> None:
        """Wait until no turn of a conversation is open and its history is whole."""
        await self._conversation(thread_id).rest()

    async def resume(self) -> None:
        """Go on with the turns that an earlier process left open."""
        for turn in await self._seams.turns.unsettled():
            conversation = self._conversation(turn.thread_id)
            if turn.status is TurnStatus.OPEN:
                emitter = TurnEmitter(turn.thread_id, turn.run_id)
                conversation.begin(OpenTurn(turn=turn, emitter=emitter, resumed=True))
        for conversation in self._conversations.values():
            if not conversation.open:
                await conversation.fold()

    async def close(self) -> None:
        """Stop answering. What is open stays open for the next process."""
        for conversation in self._conversations.values():
            await conversation.stop()

    async def _turn_asked(self, thread_id: str, run_id: str, given: RunAgentInput) -> Turn | None:
        """The turn that this post is about already: by its run id, or by its last question."""
        turn = await self._seams.turns.find(thread_id, run_id)
        if turn is None and given.messages and given.messages[-1].role == "user":
            asked_in = await self._seams.turns.asked_in(thread_id, given.messages[-1].id)
            turn = await self._seams.turns.find(thread_id, asked_in) if asked_in else None
        return turn

    async def _begin(self, thread_id: str, run_id: str, given: RunAgentInput) -> Turn:
        conversation = self._conversation(thread_id)
        if len(conversation.open) >= MAX_OPEN_TURNS:
            raise InvalidRequest(
                f"{MAX_OPEN_TURNS} questions of this conversation wait for their answers. Ask again "
                "when one is answered, or cancel them."
            )
        questions = await self._new_questions(thread_id, given)
        known = await self._unknown_to(conversation, given, len(questions))
        after = await self.log.last_offset(stream_of(thread_id))
        turn = await self._seams.turns.begin(thread_id, run_id, questions, after=after)
        emitter = TurnEmitter(thread_id, run_id)
        await conversation.write(emitter.start(asked_as_messages(turn), known))
        conversation.begin(OpenTurn(turn=turn, emitter=emitter, report=_report_in(given.state)))
        return turn

    async def _new_questions(self, thread_id: str, given: RunAgentInput) -> tuple[Said, ...]:
        """The user's messages at the end of the input that were not asked before.

        Everything else in the input is what a client remembers; what was said is kept here.
        """
        questions: list[Said] = []
        for message in reversed(given.messages):
            if not isinstance(message, UserMessage):
                break
            if await self._seams.turns.asked_in(thread_id, message.id):
                break
            questions.insert(0, Said(message_id=message.id, text=_text_of(message)))
        if not any(one.text.strip() for one in questions):
            raise InvalidRequest("There is no question: the last of `messages` must be the user's.")
        if sum(len(one.text) for one in questions) > MAX_QUESTION:
            raise InvalidRequest(
                f"The question is longer than {MAX_QUESTION} characters. Shorten it."
            )
        return tuple(questions)

    async def _unknown_to(
        self, conversation: Conversation, given: RunAgentInput, new: int
    ) -> list[Message]:
        """The conversation so far, where the client sent a history and it lacks something.

        A client that sends its question alone keeps no history; while turns overlap, no history that
        could be sent would be whole.
        """
        history = {message.id for message in given.messages[: len(given.messages) - new]}
        if not history:
            return []
        transcript = await conversation.transcript()
        said = [one for one in transcript.messages if one.role != "activity"]
        behind = any(one.id not in history for one in said)
        return transcript.messages if behind and not transcript.open_turns else []

    async def _check_known(self, thread_id: str, turn: str | None) -> None:
        turns = await self._seams.turns.turns(thread_id)
        if not turns:
            raise UnknownThread(
                f"There is no conversation {thread_id!r}. Ask something to begin it."
            )
        if turn is not None and all(one.run_id != turn for one in turns):
            raise UnknownThread(f"There is no turn {turn!r} in conversation {thread_id!r}.")

    def _conversation(self, thread_id: str) -> Conversation:
        return self._conversations.setdefault(thread_id, Conversation(thread_id, self._seams))

    def _open_in(self, thread_id: str, turn: str | None) -> set[str]:
        """Run ids of the open turns; of one turn only, where that is asked for."""
        conversation = self._conversations.get(thread_id)
        opened = set(conversation.open) if conversation else set[str]()
        return opened if turn is None else opened & {turn}


@asynccontextmanager
async def open_chat(settings: Settings, engine: RunEngine) -> AsyncGenerator[ChatService]:
    """The conversations of a data folder, with those turns resumed that were cut off.

    Several processes may have the same folder open; the first of them resumes. A turn that goes on
    waits for its run, so ``engine.resume_all`` belongs before or after this.

    Raises:
        StoreError: the data folder cannot be used.
    """
    await asyncio.to_thread(load, "chat")  # reading files blocks; later calls find it read
    async with (
        open_tables(settings, "conversations", turn_store.SCHEMA, synchronous="FULL") as tables,
        open_saver(settings, "chat") as saver,
        open_tables(settings, "chat-owner", "", synchronous="NORMAL") as held,
    ):
        turns, may_resume = TurnStore(tables), await held.hold("conversations")
        graph = build_agent(chat_model(settings), Library(engine), saver)
        seams = ChatSeams(engine=engine, log=engine.log, turns=turns, graph=graph, saver=saver)
        chat = ChatService(seams)
        try:
            if may_resume:
                await chat.resume()
            yield chat
        finally:
            await chat.close()


def turn_of(entry: LogEntry) -> str:
    """Run id of the turn that an entry of a conversation's log belongs to."""
    event = msgspec.json.decode(entry.data, type=dict[str, Any])
    return str(event.get("metadata", {}).get("turn", ""))


def whose_end(entry: LogEntry) -> str:
    """Run id of the turn that an entry ends; empty where it ends none."""
    return turn_of(entry) if entry.type in ENDS else ""


def _identifier(name: str, value: str) -> str:
    if not _ID.fullmatch(value):
        raise InvalidRequest(
            f"{name} {value[:140]!r} is not 1 to 128 letters, digits, '.', '_' or '-'. Send another."
        )
    return value


def _text_of(message: UserMessage) -> str:
    """The text of a message; what is no text in it cannot be asked about."""
    if isinstance(message.content, str):
        return message.content
    return "\n".join(part.text for part in message.content if isinstance(part, TextPart))


def _report_in(state: object) -> str:
    """``state.report``, where it is a run id; a client's state may hold anything."""
    report = cast("dict[str, Any]", state).get("report") if isinstance(state, dict) else None
    return report if isinstance(report, str) and _RUN.fullmatch(report) else ""


def _offset_in(forwarded: object) -> int | None:
    """``forwardedProps.after``, where it is an offset."""
    after = cast("dict[str, Any]", forwarded).get("after") if isinstance(forwarded, dict) else None
    return after if isinstance(after, int) and not isinstance(after, bool) and after >= 0 else None
