"""One conversation at work: which turns are open, in which lane each runs, and how lanes come together.

A lane is a thread of LangGraph. The conversation's own lane holds its history, and one turn at a time
runs in it. A question that comes while that turn follows a run does not wait: it runs in a lane of its
own, begun with the history so far, and what was said there is appended to the history once the turn
in the main lane is over. So no two turns ever write the checkpoint of one lane.

    main lane   question A ─ summarize_sessions ─────────── result ─ answer A ┐
    own lane               question B ─ progress ─ answer B                   ├─> A, B in the history
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec
from ag_ui.core import BaseEvent, Message, UserMessage
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langsmith.run_helpers import tracing_context  # pyright: ignore[reportUnknownVariableType]

from agent.agui import ENDS, TurnEmitter, entry_of
from agent.chat import MAX_ROUNDS, ChatGraph
from agent.state import ChatState
from agent.transcript import Transcript
from agent.turn import stream_turn
from agent.turn_store import Turn, TurnStatus, TurnStore
from graph.engine import RunEngine
from graph.errors import SnagsError, StoreError
from graph.stream.log import EventLog

STEPS = 2 * MAX_ROUNDS + 6
"""Steps of the chat graph in one turn: every round is two, and the last word is one."""

PAGE = 1_000

logger = logging.getLogger("snags.agent.conversation")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSeams:
    """What conversations work with."""

    engine: RunEngine
    log: EventLog
    turns: TurnStore
    graph: ChatGraph
    saver: BaseCheckpointSaver[str]


@dataclass(slots=True, kw_only=True, eq=False)
class OpenTurn:
    """A turn that is not over."""

    turn: Turn
    emitter: TurnEmitter
    report: str = ""
    resumed: bool = False
    task: asyncio.Task[None] | None = None
    cancelled: bool = False
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while nobody needs to wait for the turn: it follows a run, or it is over."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def note_whether_it_follows(self) -> None:
        if self.emitter.going:
            self.settled.set()
        elif not self.over.is_set():
            self.settled.clear()


def stream_of(thread_id: str) -> str:
    """The log's name for the events of a conversation."""
    return f"thread:{thread_id}"


class Conversation:
    """The open turns of one conversation."""

    def __init__(self, thread_id: str, seams: ChatSeams) -> None:
        self.thread_id = thread_id
        self.open: dict[str, OpenTurn] = {}
        self._seams = seams
        self._main_lane = asyncio.Lock()
        """Held by whoever writes the checkpoint of the conversation's own lane."""
        self._stopping = False
        self._supervisors: set[asyncio.Task[None]] = set()

    def begin(self, opened: OpenTurn) -> None:
        """Work on a turn, in tasks of its own; those that were open before it come first."""
        earlier = tuple(self.open.values())
        self.open[opened.turn.run_id] = opened
        opened.task = asyncio.create_task(self._work(opened, earlier))
        supervisor = asyncio.create_task(self._supervise(opened))
        self._supervisors.add(supervisor)
        supervisor.add_done_callback(self._supervisors.discard)

    async def cancel(self) -> None:
        """End every open turn now, and the runs they started."""
        opened = list(self.open.values())
        for one in opened:
            one.cancelled = True
            if one.task is not None:
                one.task.cancel()
        for one in opened:
            for run_id in one.emitter.started:
                await self._seams.engine.cancel(run_id)
            await one.over.wait()

    async def rest(self) -> None:
        """Wait until no turn is open and the history is whole."""
        while self.open:
            await next(iter(self.open.values())).over.wait()

    async def stop(self) -> None:
        """Leave everything as it is, to be gone on with by another process."""
        self._stopping = True
        for one in self.open.values():
            if one.task is not None:
                one.task.cancel()
        if self._supervisors:
            await asyncio.wait(self._supervisors)

    async def fold(self) -> None:
        """Append to the history what was said in lanes of their own, in the order it was asked.

        Does nothing while a turn is in the main lane: its end does it.
        """
        if self._main_lane.locked():
            return
        async with self._main_lane:
            for turn in await self._aside():
                said = await self._said_in(turn)
                await self._append_to_history(said)
                await self._seams.turns.set_merged(turn)
                if turn.lane:
                    await self._seams.saver.adelete_thread(turn.lane)

    async def transcript(self) -> Transcript:
        """What has been said, as of now."""
        transcript = Transcript()
        while page := await self._seams.log.read(
            stream_of(self.thread_id), after=transcript.offset, limit=PAGE
        ):
            transcript.take(page)
        return transcript

    async def write(self, events: Sequence[BaseEvent]) -> None:
        """Append events to the conversation's log."""
        await self._seams.log.append(
            stream_of(self.thread_id), [entry_of(event) for event in events]
        )

    # A turn, from its lane to its last event ---------------------------------------------------------

    async def _work(self, opened: OpenTurn, earlier: Sequence[OpenTurn]) -> None:
        known = await self._pick_up(opened) if opened.resumed else ()
        if any(event["type"] in ENDS for event in known):
            return
        while waited_for := [one for one in earlier if not one.settled.is_set()]:
            await waited_for[0].settled.wait()
        unfinished = [one for one in earlier if not one.over.is_set()]
        lane = opened.turn.lane or await self._choose_lane(opened, aside=bool(unfinished))
        if lane != self.thread_id:
            await self._answer(opened, lane, unfinished)
            return
        async with self._main_lane:
            await self._answer(opened, lane, ())

    async def _choose_lane(self, opened: OpenTurn, *, aside: bool) -> str:
        lane = f"{self.thread_id}:{opened.turn.run_id}" if aside else self.thread_id
        await self._seams.turns.set_lane(opened.turn, lane)
        return lane

    async def _answer(self, opened: OpenTurn, lane: str, unfinished: Sequence[OpenTurn]) -> None:
        given = await self._input_of(opened, lane, unfinished)
        config = RunnableConfig(configurable={"thread_id": lane}, recursion_limit=STEPS)
        state = await self._seams.graph.aget_state(config) if opened.resumed else None
        if state is not None and _was_asked(state.values, opened.turn):
            if not state.next:
                return
            given = None
        # A tracing variable set for something else must not send conversations away.
        with tracing_context(enabled=False):
            parts = self._seams.graph.astream(
                given,
                config,
                stream_mode=["messages", "updates", "custom"],
                subgraphs=True,
                version="v2",
                durability="sync",
            )
            await stream_turn(parts, opened.emitter, self.write, opened.note_whether_it_follows)

    async def _input_of(
        self, opened: OpenTurn, lane: str, unfinished: Sequence[OpenTurn]
    ) -> ChatState:
        asked: list[AnyMessage] = [
            HumanMessage(one.text, id=one.message_id) for one in opened.turn.questions
        ]
        given: dict[str, Any] = {"messages": asked, "going": ""}
        if lane != self.thread_id:
            history = await self._state_of(self.thread_id)
            said = [*_complete(history.get("messages", [])), *await self._said_aside()]
            going = [one.emitter.going for one in unfinished if one.emitter.going]
            given["messages"] = [*said, *asked]
            given["report"] = history.get("report", "")
            given["going"] = going[-1] if going else ""
        if opened.report:
            given["report"] = opened.report
        return cast("ChatState", given)

    async def _supervise(self, opened: OpenTurn) -> None:
        """Wait until the work ends, however it does, and say so in the log, the store and the lanes."""
        work = cast("asyncio.Task[None]", opened.task)
        await asyncio.wait([work])
        try:
            if not (self._stopping and work.cancelled() and not opened.cancelled):
                await self._close(opened, work)
        except StoreError as error:
            logger.error("turn left open: %s", error, extra={"thread_id": self.thread_id})
        finally:
            self.open.pop(opened.turn.run_id, None)
            opened.over.set()
            opened.settled.set()

    async def _close(self, opened: OpenTurn, work: asyncio.Task[None]) -> None:
        if work.cancelled() or work.exception() is not None:
            await self._mend(opened, "Cancelled." if opened.cancelled else "Failed.")
        status, events = self._ending(opened, work)
        if not await self._has_ended(opened):
            await self.write(events)
        turn = await self._seams.turns.find(self.thread_id, opened.turn.run_id) or opened.turn
        await self._seams.turns.end(turn, status)
        if turn.lane == self.thread_id:
            await self._seams.turns.set_merged(turn)
        await self.fold()

    def _ending(
        self, opened: OpenTurn, work: asyncio.Task[None]
    ) -> tuple[TurnStatus, list[BaseEvent]]:
        if work.cancelled():
            return TurnStatus.CANCELLED, opened.emitter.cancel()
        error = work.exception()
        if error is None:
            return TurnStatus.ANSWERED, opened.emitter.finish()
        if isinstance(error, SnagsError):
            return TurnStatus.FAILED, opened.emitter.fail(str(error), type(error).__name__)
        logger.error("unexpected error in a turn", exc_info=error)
        message = (
            f"An unexpected {type(error).__name__} stopped this answer. This is a fault of Snags; "
            "the log has its place. Ask again."
        )
        return TurnStatus.FAILED, opened.emitter.fail(message, type(error).__name__)

    # Going on after a restart ------------------------------------------------------------------------

    async def _pick_up(self, opened: OpenTurn) -> list[dict[str, Any]]:
        """What the turn has told before; its start is told now where it was not."""
        events = await self._told_by(opened.turn)
        if not events:
            await self.write(opened.emitter.start(asked_as_messages(opened.turn), ()))
        elif not any(event["type"] in ENDS for event in events):
            known: list[Message] = (await self.transcript()).messages
            await self.write(opened.emitter.pick_up(events, known))
        return events

    async def _told_by(self, turn: Turn) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        after = turn.after
        while page := await self._seams.log.read(
            stream_of(self.thread_id), after=after, limit=PAGE
        ):
            told += [msgspec.json.decode(entry.data, type=dict[str, Any]) for entry in page]
            after = page[-1].offset
        return [event for event in told if event.get("metadata", {}).get("turn") == turn.run_id]

    async def _has_ended(self, opened: OpenTurn) -> bool:
        """True where a process that died a moment later has written the turn's last event."""
        if not opened.resumed:
            return False
        return any(event["type"] in ENDS for event in await self._told_by(opened.turn))

    # Lanes and history -------------------------------------------------------------------------------

    async def _state_of(self, lane: str) -> dict[str, Any]:
        config = RunnableConfig(configurable={"thread_id": lane})
        return (await self._seams.graph.aget_state(config)).values

    async def _aside(self) -> list[Turn]:
        """Turns that are over and not in the history yet, oldest first."""
        turns = await self._seams.turns.turns(self.thread_id)
        return [one for one in turns if one.status is not TurnStatus.OPEN and not one.merged]

    async def _said_aside(self) -> list[AnyMessage]:
        said: list[AnyMessage] = []
        for turn in await self._aside():
            said += (await self._said_in(turn))["messages"]
        return said

    async def _said_in(self, turn: Turn) -> ChatState:
        """What was said in a turn's own lane, from its question on."""
        values = await self._state_of(turn.lane) if turn.lane else {}
        messages: list[AnyMessage] = values.get("messages", [])
        first = turn.questions[0].message_id
        at = next((at for at, one in enumerate(messages) if one.id == first), len(messages))
        return ChatState(messages=messages[at:], report=values.get("report", ""), going="")

    async def _append_to_history(self, said: ChatState) -> None:
        if not said["messages"]:
            return
        config = RunnableConfig(configurable={"thread_id": self.thread_id})
        history = await self._state_of(self.thread_id)
        update: dict[str, Any] = {"messages": said["messages"]}
        if said["report"] and not history.get("report"):
            update["report"] = said["report"]
        await self._seams.graph.aupdate_state(config, update, as_node="model")

    async def _mend(self, opened: OpenTurn, words: str) -> None:
        """Give the calls that were cut off a result, and keep what was said, so the history stays whole."""
        turn = await self._seams.turns.find(self.thread_id, opened.turn.run_id)
        if turn is None or not turn.lane:
            return
        values = await self._state_of(turn.lane)
        messages: list[AnyMessage] = values.get("messages", [])
        added: list[AnyMessage] = []
        if not _was_asked(values, turn):
            added += [HumanMessage(one.text, id=one.message_id) for one in turn.questions]
        added += [
            ToolMessage(words, tool_call_id=call, id=f"result_{call}", status="error")
            for call in _unanswered(messages)
        ]
        message_id, text = opened.emitter.spoken
        if text:
            added.append(AIMessage(text, id=message_id))
        if added:
            config = RunnableConfig(configurable={"thread_id": turn.lane})
            await self._seams.graph.aupdate_state(config, {"messages": added}, as_node="model")


def asked_as_messages(turn: Turn) -> list[UserMessage]:
    """The questions of a turn, as AG-UI messages."""
    return [UserMessage(id=one.message_id, content=one.text) for one in turn.questions]


def _was_asked(values: dict[str, Any], turn: Turn) -> bool:
    messages: list[AnyMessage] = values.get("messages", [])
    return any(message.id == turn.questions[0].message_id for message in messages)


def _unanswered(messages: Sequence[AnyMessage]) -> list[str]:
    """Ids of the calls at the end of a history that have no result."""
    answered = {one.tool_call_id for one in messages if isinstance(one, ToolMessage)}
    return [
        call["id"] or ""
        for message in messages
        if isinstance(message, AIMessage)
        for call in message.tool_calls
        if call["id"] not in answered
    ]


def _complete(messages: Sequence[AnyMessage]) -> list[AnyMessage]:
    """The history without a last call that has no result yet: no model accepts one."""
    waiting = set(_unanswered(messages))
    return [
        message
        for message in messages
        if not (
            isinstance(message, AIMessage)
            and any(call["id"] in waiting for call in message.tool_calls)
        )
    ]
