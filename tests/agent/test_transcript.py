"""The messages of a conversation are the fold of its log."""

import json
from typing import Any

from ag_ui.core import ActivityMessage, AssistantMessage, ToolMessage, UserMessage

from agent.transcript import Transcript
from graph.stream.log import LogEntry

Event = dict[str, Any]


def folded(*events: Event) -> Transcript:
    transcript = Transcript()
    transcript.take(
        LogEntry(offset=offset, type=event["type"], data=json.dumps(event))
        for offset, event in enumerate(events, start=1)
    )
    return transcript


def started(run_id: str, text: str) -> Event:
    question = {"id": f"user_{run_id}", "role": "user", "content": text}
    return {"type": "RUN_STARTED", "runId": run_id, "input": {"messages": [question]}}


def said(message_id: str, *pieces: str) -> list[Event]:
    contents = [
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": message_id, "delta": one} for one in pieces
    ]
    return [{"type": "TEXT_MESSAGE_START", "messageId": message_id}, *contents]


CALL = [
    {
        "type": "TOOL_CALL_START",
        "toolCallId": "c1",
        "toolCallName": "count",
        "parentMessageId": "ai_1",
    },
    {"type": "TOOL_CALL_ARGS", "toolCallId": "c1", "delta": '{"of": '},
    {"type": "TOOL_CALL_ARGS", "toolCallId": "c1", "delta": '"sessions"}'},
    {"type": "TOOL_CALL_END", "toolCallId": "c1"},
]
RESULT = {
    "type": "TOOL_CALL_RESULT",
    "messageId": "result_c1",
    "toolCallId": "c1",
    "content": "6 sessions",
    "metadata": {"turn": "r1", "run_id": "run_1"},
}
PROGRESS = [
    {
        "type": "ACTIVITY_SNAPSHOT",
        "messageId": "activity_c1",
        "activityType": "snags.progress",
        "content": {"summarized": 0},
    },
    {
        "type": "ACTIVITY_DELTA",
        "messageId": "activity_c1",
        "activityType": "snags.progress",
        "patch": [{"op": "replace", "path": "/summarized", "value": 3}],
    },
]


def test_a_turn_becomes_its_messages() -> None:
    """Question, call, progress as it stands, result and answer, in the order of the log."""
    transcript = folded(
        started("r1", "how many?"), *CALL, *PROGRESS, RESULT, *said("ai_2", "There ", "are six.")
    )
    question, call, progress, result, answer = transcript.messages
    assert isinstance(question, UserMessage)
    assert question.content == "how many?"
    assert isinstance(call, AssistantMessage)
    assert call.tool_calls is not None
    assert call.tool_calls[0].function.arguments == '{"of": "sessions"}'
    assert isinstance(progress, ActivityMessage)
    assert progress.content == {"summarized": 3}
    assert isinstance(result, ToolMessage)
    assert result.metadata == {"run_id": "run_1"}
    assert isinstance(answer, AssistantMessage)
    assert answer.content == "There are six."
    assert transcript.offset == 11
    assert transcript.open_turns == ("r1",)


def test_taking_the_log_in_pieces_gives_the_same() -> None:
    """What was taken in is not taken again."""
    events: list[Event] = [
        started("r1", "how many?"),
        *CALL,
        *PROGRESS,
        RESULT,
        *said("ai_2", "Six."),
    ]
    whole = folded(*events)
    pieces = Transcript()
    for offset, event in enumerate(events, start=1):
        pieces.take([LogEntry(offset=offset, type=event["type"], data=json.dumps(event))])
        _ = pieces.messages  # looking at it changes nothing
    assert pieces.messages == whole.messages


def test_a_message_that_says_nothing_is_no_message() -> None:
    """A start without content, as a cancelled answer leaves it."""
    transcript = folded(started("r1", "hi"), *said("ai_1"))
    assert [one.role for one in transcript.messages] == ["user"]


def test_a_snapshot_replaces_what_was_said_and_keeps_the_progress() -> None:
    """It is the whole conversation; an activity that it does not name belongs to the page."""
    question = {"id": "user_r1", "role": "user", "content": "hi"}
    transcript = folded(
        started("r1", "hi"),
        *PROGRESS,
        *said("ai_1", "Half an"),
        {"type": "MESSAGES_SNAPSHOT", "messages": [question]},
    )
    assert [one.id for one in transcript.messages] == ["user_r1", "activity_c1"]


def test_a_turn_that_failed_says_so_when_the_page_is_loaded_later() -> None:
    """The error is no answer; it is kept as an activity of its own."""
    transcript = folded(
        started("r1", "hi"),
        {"type": "RUN_ERROR", "message": "Gone.", "code": "StoreError", "metadata": {"turn": "r1"}},
    )
    (_, trouble) = transcript.messages
    assert isinstance(trouble, ActivityMessage)
    assert trouble.activity_type == "snags.trouble"
    assert trouble.content == {"message": "Gone.", "code": "StoreError"}
    assert transcript.open_turns == ()
