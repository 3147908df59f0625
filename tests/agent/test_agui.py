"""Parts of the graph's stream become AG-UI events: the right ones, in a valid order."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any, cast

import pytest
from ag_ui.core import BaseEvent, UserMessage
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langgraph.types import StreamPart

from agent.agui import TurnEmitter, coalesced, entry_of
from agent.turn import TEXT_SECONDS, stream_turn
from graph.stream.events import ReportFinal, RunEvent, RunStarted, SessionQueued
from graph.stream.log import LogEntry
from tests.agent.talking import Event, check_stream, documents_of, kinds, parsed, said_in

Part = StreamPart[Any, Any]
QUESTION = UserMessage(id="user_1", content="Summarise the demo")


def spoken(text: str, message_id: str = "ai_1", node: str = "model") -> Part:
    chunk = AIMessageChunk(content=text, id=message_id)
    return {"type": "messages", "ns": (), "data": (chunk, {"langgraph_node": node})}


def calling(
    args: str, call_id: str | None = None, message_id: str = "ai_1", index: int = 0
) -> Part:
    piece = tool_call_chunk(
        name="summarize_sessions" if call_id else None, args=args, id=call_id, index=index
    )
    chunk = AIMessageChunk(content="", id=message_id, tool_call_chunks=[piece])
    return {"type": "messages", "ns": (), "data": (chunk, {"langgraph_node": "model"})}


def update(node: str, *messages: BaseMessage) -> Part:
    return {"type": "updates", "ns": (), "data": {node: {"messages": list(messages)}}}


def told(event: RunEvent, call_id: str = "call_1", *, started: bool = True) -> Part:
    data = {
        "type": "snags.run_event",
        "run_id": "run_1",
        "tool_call_id": call_id,
        "started": started,
        "event": event.model_dump(),
    }
    return {"type": "custom", "ns": (), "data": data}


def whole(call_id: str = "call_1", text: str = "") -> AIMessage:
    call = tool_call(name="summarize_sessions", args={"source": "demo"}, id=call_id)
    return AIMessage(text, id="ai_1", tool_calls=[call])


def result(call_id: str = "call_1") -> ToolMessage:
    artifact = {"run_id": "run_1", "citations": [{"session_id": "a"}]}
    return ToolMessage("Done.", tool_call_id=call_id, id=f"result_{call_id}", artifact=artifact)


def events_of(emitted: Sequence[BaseEvent]) -> list[Event]:
    entries = [entry_of(event) for event in emitted]
    return [parsed(LogEntry(offset=1, type=kind, data=data)) for kind, data in entries]


def fed(emitter: TurnEmitter, *parts: Part) -> list[BaseEvent]:
    return [event for part in parts for event in emitter.feed(part)]


SUMMARIZED = (
    calling("", "call_1"),
    calling('{"source": '),
    calling('"demo"}'),
    update("model", whole()),
    told(RunStarted(run_id="run_1", source="demo", focus="")),
    told(SessionQueued(session_id="a", file="a.json")),
    told(ReportFinal(patterns=0, summarized=1, skipped=0, failed=0, elapsed_ms=10)),
    update("tools", result()),
    spoken("The ", "ai_2"),
    spoken("answer.", "ai_2"),
    update("model", AIMessage("The answer.", id="ai_2")),
)


def test_a_turn_that_makes_a_report_is_told_in_order() -> None:
    """Call, arguments, end; snapshot and patches; result; text; end. And all of it is valid."""
    emitter = TurnEmitter("thread_1", "turn_1")
    emitted = [*emitter.start([QUESTION], []), *fed(emitter, *SUMMARIZED), *emitter.finish()]
    events = events_of(coalesced(emitted))
    assert [event["type"] for event in events] == [
        "RUN_STARTED",
        "TOOL_CALL_START",
        "TOOL_CALL_ARGS",
        "TOOL_CALL_END",
        "ACTIVITY_SNAPSHOT",
        "ACTIVITY_DELTA",
        "TOOL_CALL_RESULT",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "RUN_FINISHED",
    ]
    check_stream(events)
    assert events[0]["input"]["messages"][0]["content"] == "Summarise the demo"
    assert events[2]["delta"] == '{"source": "demo"}'
    assert events[6]["metadata"]["citations"] == [{"session_id": "a"}]
    assert said_in(events) == "The answer."
    assert documents_of(events)["activity_call_1"]["status"] == "done"
    assert all(event["metadata"]["turn"] == "turn_1" for event in events)


def test_what_was_sent_does_not_change_afterwards() -> None:
    """The snapshot is the document as it was, not as it became."""
    emitter = TurnEmitter("thread_1", "turn_1")
    first = fed(emitter, told(RunStarted(run_id="run_1", source="demo", focus="")))
    before = events_of(first)
    fed(emitter, told(SessionQueued(session_id="a", file="a.json")))
    assert events_of(first) == before


def test_a_message_that_did_not_come_in_pieces_is_told_whole() -> None:
    """A model that cannot stream is heard all the same."""
    emitter = TurnEmitter("thread_1", "turn_1")
    emitted = [
        *emitter.start([QUESTION], []),
        *fed(
            emitter,
            update("model", whole(text="Let me look.")),
            update("tools", result()),
            update("model", AIMessage("The answer.", id="ai_2")),
        ),
        *emitter.finish(),
    ]
    events = events_of(emitted)
    check_stream(events)
    assert said_in(events) == "Let me look.The answer."
    assert kinds(events)[1:5] == [
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "TOOL_CALL_START",
    ]


def test_text_around_calls_is_told_in_messages_of_their_own() -> None:
    """No text is open while a call begins, and no message id is used twice."""
    emitter = TurnEmitter("thread_1", "turn_1")
    parts = [
        spoken("Before. "),
        calling("{}", "call_1"),
        spoken("Between. "),
        calling("{}", "call_2", index=1),
        spoken("After."),
        update("model", AIMessage("", id="ai_1")),
        update("tools", result("call_1"), result("call_2")),
    ]
    emitted = [*emitter.start([QUESTION], []), *fed(emitter, *parts), *emitter.finish()]
    events = events_of(emitted)
    check_stream(events)
    started = [one["messageId"] for one in events if one["type"] == "TEXT_MESSAGE_START"]
    assert started == ["ai_1", "ai_1_2", "ai_1_3"]


def test_parts_of_other_nodes_and_of_subgraphs_are_no_speech() -> None:
    """A tool that calls a model does not talk to the reader."""
    emitter = TurnEmitter("thread_1", "turn_1")
    inner = cast("Part", {**spoken("hidden"), "ns": ("tools:1",)})
    assert fed(emitter, inner, spoken("hidden", node="tools")) == []
    assert fed(emitter, {"type": "custom", "ns": (), "data": "something else"}) == []


def test_a_cancelled_turn_closes_what_is_open_and_its_run() -> None:
    """Every start has its end, the call has a result, and the card says that the run is cancelled."""
    emitter = TurnEmitter("thread_1", "turn_1")
    emitted = [*emitter.start([QUESTION], []), *fed(emitter, *SUMMARIZED[:6]), *emitter.cancel()]
    events = events_of(emitted)
    check_stream(events)
    assert documents_of(events)["activity_call_1"]["status"] == "cancelled"
    assert kinds(events)[-3:] == ["ACTIVITY_DELTA", "TOOL_CALL_RESULT", "RUN_FINISHED"]
    assert events[-1]["outcome"] == {"type": "cancelled"}


def test_a_run_that_was_joined_is_not_called_cancelled() -> None:
    """It goes on for whoever started it."""
    emitter = TurnEmitter("thread_1", "turn_1")
    fed(
        emitter,
        *SUMMARIZED[:4],
        told(RunStarted(run_id="run_1", source="", focus=""), started=False),
    )
    assert emitter.started == []
    assert kinds(events_of(emitter.cancel())) == ["TOOL_CALL_RESULT", "RUN_FINISHED"]


@pytest.mark.parametrize("cut", range(1, len(SUMMARIZED) + 1))
def test_a_turn_that_fails_anywhere_is_still_valid(cut: int) -> None:
    """The error is an event of its own, and nothing stays open before it."""
    emitter = TurnEmitter("thread_1", "turn_1")
    emitted = [
        *emitter.start([QUESTION], []),
        *fed(emitter, *SUMMARIZED[:cut]),
        *emitter.fail("The store is away.", "StoreError"),
    ]
    events = events_of(emitted)
    check_stream(events, cut=True)
    assert events[-1]["message"] == "The store is away."
    assert (events[-1]["code"], events[-1]["runId"]) == ("StoreError", "turn_1")


@pytest.mark.parametrize("cut", range(1, len(SUMMARIZED)))
def test_a_turn_is_picked_up_where_another_process_left_it(cut: int) -> None:
    """What was open is closed, what waits for its result gets it, and the stream stays valid."""
    first = TurnEmitter("thread_1", "turn_1")
    before = [*first.start([QUESTION], []), *fed(first, *SUMMARIZED[:cut])]
    second = TurnEmitter("thread_1", "turn_1")
    picked = second.pick_up(events_of(before), [QUESTION])
    # The step that was not over is done again, and says what it says under new ids.
    rest = SUMMARIZED[4:8] if cut in range(4, 8) else ()
    emitted = [*before, *picked, *fed(second, *rest), *second.finish()]
    check_stream(events_of(emitted), cut=True)


def test_text_that_broke_off_leaves_the_conversation() -> None:
    """It will be spoken again from its start, so a snapshot takes the piece away."""
    first = TurnEmitter("thread_1", "turn_1")
    before = [*first.start([QUESTION], []), *fed(first, spoken("The an"))]
    second = TurnEmitter("thread_1", "turn_1")
    picked = events_of(second.pick_up(events_of(before), [QUESTION]))
    assert [event["type"] for event in picked] == ["TEXT_MESSAGE_END", "MESSAGES_SNAPSHOT"]
    assert [one["id"] for one in picked[1]["messages"]] == ["user_1"]


class Written:
    """A log that remembers when it was written to."""

    def __init__(self) -> None:
        self.writes: list[tuple[float, list[Event]]] = []

    async def __call__(self, events: Sequence[BaseEvent]) -> None:
        self.writes.append((time.monotonic(), events_of(events)))

    @property
    def events(self) -> list[Event]:
        return [event for _, events in self.writes for event in events]


async def _parts(parts: Sequence[Part], pause: float) -> AsyncIterator[Part]:
    for part in parts:
        await asyncio.sleep(pause)
        yield part


@pytest.mark.asyncio
async def test_text_is_written_at_most_twenty_times_a_second_and_whole() -> None:
    """A fast model is read at a reader's pace, and no word is lost."""
    words = [f"word{number} " for number in range(120)]
    written = Written()
    emitter = TurnEmitter("thread_1", "turn_1")
    parts = _parts([spoken(word) for word in words], 0.002)
    await stream_turn(parts, emitter, written, lambda: None)
    await written(emitter.finish())
    assert said_in(written.events) == "".join(words)
    moments = [moment for moment, events in written.writes[:-1] if said_in(events)]
    assert len(moments) > 2
    gaps = [after - before for before, after in pairwise(moments)]
    assert min(gaps[:-1]) >= TEXT_SECONDS * 0.9
    assert all(
        [event["type"] for event in events].count("TEXT_MESSAGE_CONTENT") <= 1
        for _, events in written.writes
    )


@pytest.mark.asyncio
async def test_what_was_told_before_an_error_is_written() -> None:
    """The error comes after the events, not instead of them."""
    written = Written()

    async def broken() -> AsyncIterator[Part]:
        yield spoken("Half an")
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        await stream_turn(broken(), TurnEmitter("thread_1", "turn_1"), written, lambda: None)
    assert said_in(written.events) == "Half an"


@pytest.mark.asyncio
async def test_a_slow_log_does_not_hold_up_the_graph() -> None:
    """Every part is taken, also while a write waits."""
    taken: list[int] = []
    all_taken = asyncio.Event()

    async def slow(_: Sequence[BaseEvent]) -> None:
        await all_taken.wait()

    async def parts() -> AsyncIterator[Part]:
        for number in range(20):
            taken.append(number)
            yield spoken(f"{number} ")
            await asyncio.sleep(0.005)
        all_taken.set()

    async with asyncio.timeout(30):
        await stream_turn(parts(), TurnEmitter("thread_1", "turn_1"), slow, lambda: None)
    assert len(taken) == 20
