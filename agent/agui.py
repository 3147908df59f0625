"""One turn of the conversation as AG-UI 1.0 events. Pure: parts go in, events come out.

A turn is a run in AG-UI's words. Its events are, in order: RUN_STARTED; a tool call with its
arguments; while ``summarize_sessions`` works, one ACTIVITY_SNAPSHOT and then ACTIVITY_DELTAs, JSON
Patches of the run's progress document; the tool's result; the answer's text; RUN_FINISHED. The table
of run events and what becomes of them is in ``docs/agui.md``.

Turns of one conversation can overlap in its log, so every event says in ``metadata.turn`` whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
from ag_ui.core import (
    PROTOCOL_VERSION,
    ActivityDeltaEvent,
    ActivitySnapshotEvent,
    BaseEvent,
    EventType,
    Message,
    MessagesSnapshotEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
    UserMessage,
)
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolMessage
from langgraph.types import StreamPart

from graph.stream.events import RUN_EVENT, RunWasCancelled
from tools.json_patch import Operation
from tools.run_progress import ACTIVITY, RunProgress
from tools.summarize_sessions import RUN_EVENT_PART, RunEventPart

MODEL, TOOLS = "model", "tools"
CANCELLED = "Cancelled on request."
ENDS = frozenset({EventType.RUN_FINISHED.value, EventType.RUN_ERROR.value})


class TurnEmitter:
    """The events of one turn."""

    def __init__(self, thread_id: str, run_id: str) -> None:
        self.thread_id = thread_id
        self.run_id = run_id
        self.going = ""
        """Run id of the run that the turn follows just now."""
        self.started: list[str] = []
        """Every run the turn has started; not those it joined."""
        self._text = _OpenText()
        self._open_calls: list[str] = []
        self._waiting_calls: dict[str, str] = {}
        """Calls that have ended and have no result yet: id and message id of the result."""
        self._call_at: dict[int, str] = {}
        self._streamed: set[str] = set()
        """Messages that came in pieces, and so need not be sent as a whole."""
        self._progress: dict[str, RunProgress] = {}

    @property
    def spoken(self) -> tuple[str, str]:
        """The message that is being spoken: its id and what has been said of it so far."""
        return self._text.message_id, self._text.said

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Ids of the tool calls that have no result yet."""
        return (*self._open_calls, *self._waiting_calls)

    def start(self, questions: Sequence[UserMessage], known: Sequence[Message]) -> list[BaseEvent]:
        """The turn begins; ``known`` is what was said before, where whoever asks does not have it."""
        given = RunAgentInput(
            thread_id=self.thread_id,
            run_id=self.run_id,
            messages=[*questions],
            tools=[],
            context=[],
        )
        started = RunStartedEvent(
            thread_id=self.thread_id,
            run_id=self.run_id,
            protocol_version=PROTOCOL_VERSION,
            input=given,
        )
        snapshot = [MessagesSnapshotEvent(messages=[*known, *questions])] if known else []
        return self._marked([started, *snapshot])

    def feed(self, part: StreamPart[Any, Any]) -> list[BaseEvent]:
        """What one part of the graph's stream means."""
        if part["type"] == "messages" and not part["ns"]:
            message, metadata = part["data"]
            if metadata.get("langgraph_node") == MODEL and isinstance(message, AIMessageChunk):
                return self._marked(self._chunk(message))
        elif part["type"] == "updates" and not part["ns"]:
            return self._marked(self._update(part["data"]))
        elif part["type"] == "custom" and _is_run_event(part["data"]):
            return self._marked(self._run_event(cast("RunEventPart", part["data"])))
        return []

    def finish(self) -> list[BaseEvent]:
        """The turn is over, and well."""
        return self._marked([*self._close(), self._finished(RunFinishedSuccessOutcome())])

    def cancel(self) -> list[BaseEvent]:
        """The turn was cancelled, and its runs with it: what is open is closed, what was said stays."""
        stopped = RunWasCancelled(message=CANCELLED)
        events: list[BaseEvent] = []
        for message_id, progress in self._progress.items():
            if not progress.ended and progress.document["run_id"] in self.started:
                events += _delta(message_id, progress.apply(stopped))
        events += self._close(result=CANCELLED)
        return self._marked([*events, self._finished(RunFinishedCancelledOutcome())])

    def fail(self, message: str, code: str) -> list[BaseEvent]:
        """The turn failed. The error is an event of its own and never part of the answer."""
        error = RunErrorEvent.model_validate(
            {"message": message, "code": code, "threadId": self.thread_id, "runId": self.run_id}
        )
        return self._marked([*self._close(result=message), error])

    def pick_up(
        self, data: Sequence[Mapping[str, Any]], known: Sequence[Message]
    ) -> list[BaseEvent]:
        """Go on with a turn that another process began: close what its events left open.

        Text that broke off is spoken again from its start, so it leaves the conversation first.
        """
        for event in data:
            self._recall(event)
        broken, _ = self.spoken
        still_waiting = dict(self._waiting_calls)
        self._waiting_calls = {}
        events = self._close(result="Interrupted; asked again.")
        self._waiting_calls = still_waiting
        if broken:
            kept = [message for message in known if message.id != broken]
            events.append(MessagesSnapshotEvent(messages=kept))
        return self._marked(events)

    def _chunk(self, chunk: AIMessageChunk) -> list[BaseEvent]:
        message_id = chunk.id or ""
        self._streamed.add(message_id)
        events: list[BaseEvent] = []
        if chunk.text:
            events += self._say(message_id, chunk.text)
        for piece in chunk.tool_call_chunks:
            call_id = piece["id"]
            if call_id:
                events += self._text.close()
                events.append(
                    ToolCallStartEvent(
                        tool_call_id=call_id,
                        tool_call_name=piece["name"] or "",
                        parent_message_id=message_id,
                    )
                )
                self._open_calls.append(call_id)
                self._call_at[piece["index"] or 0] = call_id
            current = call_id or self._call_at.get(piece["index"] or 0)
            if current and piece["args"]:
                events.append(ToolCallArgsEvent(tool_call_id=current, delta=piece["args"]))
        return events

    def _say(self, message_id: str, text: str) -> list[BaseEvent]:
        opened = self._text.open(message_id)
        self._text.said += text
        return [*opened, TextMessageContentEvent(message_id=self._text.message_id, delta=text)]

    def _update(self, data: Mapping[str, Any]) -> list[BaseEvent]:
        events: list[BaseEvent] = []
        for message in _messages_of(data.get(MODEL)):
            if isinstance(message, AIMessage):
                events += self._spoken_whole(message)
        for message in _messages_of(data.get(TOOLS)):
            if isinstance(message, ToolMessage):
                events += self._result(message)
        return events

    def _spoken_whole(self, message: AIMessage) -> list[BaseEvent]:
        """A message is complete: send it where it did not come in pieces, and close what is open."""
        events: list[BaseEvent] = []
        if message.id not in self._streamed:
            chunk = AIMessageChunk(
                content=message.text,
                id=message.id,
                tool_call_chunks=[
                    {
                        "name": call["name"],
                        "args": _json_text(call["args"]),
                        "id": call["id"],
                        "index": index,
                        "type": "tool_call_chunk",
                    }
                    for index, call in enumerate(message.tool_calls)
                ],
            )
            events += self._chunk(chunk)
        return [*events, *self._text.close(), *self._end_calls()]

    def _end_calls(self) -> list[BaseEvent]:
        ended = self._open_calls
        self._open_calls, self._call_at = [], {}
        self._waiting_calls |= {call_id: f"result_{call_id}" for call_id in ended}
        return [ToolCallEndEvent(tool_call_id=call_id) for call_id in ended]

    def _result(self, message: ToolMessage) -> list[BaseEvent]:
        self.going = ""
        self._waiting_calls.pop(message.tool_call_id, None)
        artifact = cast("dict[str, Any] | None", message.artifact) or {}
        metadata = {key: artifact[key] for key in ("run_id", "citations") if artifact.get(key)}
        if message.status == "error":
            metadata["status"] = "error"
        return [
            ToolCallResultEvent(
                message_id=message.id or f"result_{message.tool_call_id}",
                tool_call_id=message.tool_call_id,
                content=message.text,
                role="tool",
                metadata=metadata or None,
            )
        ]

    def _run_event(self, part: RunEventPart) -> list[BaseEvent]:
        run_id, message_id = part["run_id"], f"activity_{part['tool_call_id']}"
        self.going = run_id
        progress = self._progress.get(message_id)
        event = RUN_EVENT.validate_python(part["event"])
        if progress is None:
            if part["started"]:
                self.started.append(run_id)
            progress = self._progress[message_id] = RunProgress(run_id)
            progress.apply(event)
            content = cast("dict[str, Any]", _copied(progress.document))
            return [
                ActivitySnapshotEvent(
                    message_id=message_id, activity_type=ACTIVITY, content=content, replace=True
                )
            ]
        return _delta(message_id, progress.apply(event))

    def _close(self, result: str = "") -> list[BaseEvent]:
        """End what is open: the text, calls without end, and calls without result."""
        events = [*self._text.close(), *self._end_calls()]
        waiting, self._waiting_calls = self._waiting_calls, {}
        if result:
            events += [
                ToolCallResultEvent(
                    message_id=message_id, tool_call_id=call_id, content=result, role="tool"
                )
                for call_id, message_id in waiting.items()
            ]
        return events

    def _finished(
        self, outcome: RunFinishedSuccessOutcome | RunFinishedCancelledOutcome
    ) -> RunFinishedEvent:
        return RunFinishedEvent(thread_id=self.thread_id, run_id=self.run_id, outcome=outcome)

    def _recall(self, event: Mapping[str, Any]) -> None:
        """Take in an event that this turn sent before, in another process."""
        match event["type"]:
            case "TEXT_MESSAGE_START":
                self._text.open(event["messageId"])
            case "TEXT_MESSAGE_CONTENT":
                self._text.said += event["delta"]
            case "TEXT_MESSAGE_END":
                self._text.close()
            case "TOOL_CALL_START":
                self._open_calls.append(event["toolCallId"])
            case "TOOL_CALL_END":
                self._open_calls.remove(event["toolCallId"])
                self._waiting_calls[event["toolCallId"]] = f"result_{event['toolCallId']}"
            case "TOOL_CALL_RESULT":
                self._waiting_calls.pop(event["toolCallId"], None)
            case _:
                pass

    def _marked(self, events: Sequence[BaseEvent]) -> list[BaseEvent]:
        for event in events:
            event.metadata = {**(event.metadata or {}), "turn": self.run_id}
        return [*events]


class _OpenText:
    """The text message that is open, if one is."""

    def __init__(self) -> None:
        self.message_id = ""
        self.said = ""
        self._of = ""
        self._closed: dict[str, int] = {}

    def open(self, message_id: str) -> list[BaseEvent]:
        """Nothing where it is open already. A message that goes on after a call gets an id of its own."""
        again = self._closed.get(message_id, 0)
        wanted = f"{message_id}_{again + 1}" if again else message_id
        if self.message_id == wanted:
            return []
        events = self.close()
        self.message_id, self.said, self._of = wanted, "", message_id
        return [*events, TextMessageStartEvent(message_id=wanted, role="assistant")]

    def close(self) -> list[BaseEvent]:
        if not self.message_id:
            return []
        closed, self.message_id, self.said = self.message_id, "", ""
        self._closed[self._of] = self._closed.get(self._of, 0) + 1
        return [TextMessageEndEvent(message_id=closed)]


def coalesced(events: Sequence[BaseEvent]) -> list[BaseEvent]:
    """The same events with neighbouring deltas of one message joined."""
    joined: list[BaseEvent] = []
    for event in events:
        together = _joined(joined[-1], event) if joined else None
        if together is None:
            joined.append(event)
        else:
            joined[-1] = together
    return joined


def entry_of(event: BaseEvent) -> tuple[str, str]:
    """An event as an entry of the log: its type, and its JSON on one line."""
    return event.type.value, event.model_dump_json(by_alias=True)


def _joined(first: BaseEvent, second: BaseEvent) -> BaseEvent | None:
    match first, second:
        case TextMessageContentEvent(), TextMessageContentEvent():
            if first.message_id == second.message_id:
                return first.model_copy(update={"delta": first.delta + second.delta})
        case ToolCallArgsEvent(), ToolCallArgsEvent():
            if first.tool_call_id == second.tool_call_id:
                return first.model_copy(update={"delta": first.delta + second.delta})
        case ActivityDeltaEvent(), ActivityDeltaEvent():
            if first.message_id == second.message_id:
                return first.model_copy(update={"patch": [*first.patch, *second.patch]})
        case _:
            pass
    return None


def _delta(message_id: str, patch: Sequence[Operation]) -> list[BaseEvent]:
    """A change of a progress document; nothing where nothing changed."""
    if not patch:
        return []
    fields = {"message_id": message_id, "activity_type": ACTIVITY, "patch": _copied(patch)}
    return [ActivityDeltaEvent.model_validate(fields)]


def _is_run_event(data: object) -> bool:
    return isinstance(data, dict) and cast("dict[str, Any]", data).get("type") == RUN_EVENT_PART


def _messages_of(update: object) -> list[BaseMessage]:
    """The messages that a node's update adds; a tools node may give several updates."""
    updates = cast("list[object]", update) if isinstance(update, list) else [update]
    found: list[BaseMessage] = []
    for one in updates:
        if isinstance(one, dict):
            found += cast("list[BaseMessage]", cast("dict[str, Any]", one).get("messages", []))
    return found


def _json_text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _copied(value: object) -> object:
    """A deep copy as plain JSON: the document goes on changing, what was sent does not."""
    return msgspec.json.decode(msgspec.json.encode(value))
