"""A conversation as its messages: the fold of its log. Pure.

The log is what every reader has seen, so the messages it amounts to are exactly what a page shows that
followed it from the start: in the order in which they were said, with the progress of runs as it
stands, and with an answer that was cancelled half-way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from ag_ui.core import Message
from pydantic import TypeAdapter

from graph.stream.log import LogEntry
from tools.json_patch import apply_patch

MESSAGES: TypeAdapter[list[Message]] = TypeAdapter(list[Message])
TROUBLE = "snags.trouble"
"""Activity type of a turn that failed, so that a page that is loaded later can say so too."""

Fields = dict[str, Any]


class Transcript:
    """Messages, from events taken in one after the other."""

    def __init__(self) -> None:
        self._messages: list[Fields] = []
        self._by_id: dict[str, Fields] = {}
        self._calls: dict[str, Fields] = {}
        self._open_turns: dict[str, None] = {}
        self.offset = 0

    @property
    def open_turns(self) -> tuple[str, ...]:
        """Run ids of the turns that have begun and not ended, oldest first."""
        return tuple(self._open_turns)

    @property
    def messages(self) -> list[Message]:
        """As AG-UI messages. One that has said nothing and called nothing is left out."""
        said = [one for one in self._messages if one["role"] != "assistant" or _says(one)]
        return MESSAGES.validate_python(said)

    def take(self, entries: Iterable[LogEntry]) -> None:
        """Take in entries of the log, oldest first."""
        for entry in entries:
            self._take(msgspec.json.decode(entry.data, type=dict[str, Any]))
            self.offset = entry.offset

    def _take(self, event: Fields) -> None:
        match event["type"]:
            case "RUN_STARTED":
                self._open_turns[event["runId"]] = None
                for message in event.get("input", {}).get("messages", []):
                    self._add(message)
            case "TEXT_MESSAGE_START" | "TEXT_MESSAGE_CONTENT":
                message = self._assistant(event["messageId"])
                message["content"] = message.get("content", "") + event.get("delta", "")
            case "TOOL_CALL_START" | "TOOL_CALL_ARGS":
                self._take_call(event)
            case "TOOL_CALL_RESULT":
                self._take_result(event)
            case "ACTIVITY_SNAPSHOT" | "ACTIVITY_DELTA":
                self._take_activity(event)
            case "MESSAGES_SNAPSHOT":
                self._replace(event["messages"])
            case "RUN_FINISHED":
                self._open_turns.pop(event["runId"], None)
            case "RUN_ERROR":
                self._open_turns.pop(event.get("metadata", {}).get("turn", ""), None)
                self._add_trouble(event)
            case _:
                pass

    def _add(self, message: Fields) -> Fields:
        """Add a message, or change the one of its id in its place."""
        known = self._by_id.get(message["id"])
        if known is not None:
            known.clear()
            known.update(message)
            return known
        self._messages.append(message)
        self._by_id[message["id"]] = message
        return message

    def _assistant(self, message_id: str) -> Fields:
        known = self._by_id.get(message_id)
        return known or self._add({"id": message_id, "role": "assistant"})

    def _take_call(self, event: Fields) -> None:
        call_id = event["toolCallId"]
        if event["type"] == "TOOL_CALL_START":
            message = self._assistant(event.get("parentMessageId") or call_id)
            function = {"name": event["toolCallName"], "arguments": ""}
            self._calls[call_id] = function
            call = {"id": call_id, "type": "function", "function": function}
            message.setdefault("toolCalls", []).append(call)
        else:
            self._calls[call_id]["arguments"] += event["delta"]

    def _take_result(self, event: Fields) -> None:
        metadata = {key: value for key, value in event.get("metadata", {}).items() if key != "turn"}
        result = {
            "id": event["messageId"],
            "role": "tool",
            "toolCallId": event["toolCallId"],
            "content": event["content"],
        }
        self._add(result | ({"metadata": metadata} if metadata else {}))

    def _take_activity(self, event: Fields) -> None:
        if event["type"] == "ACTIVITY_SNAPSHOT":
            message = {"id": event["messageId"], "role": "activity"}
            self._add(
                message | {"activityType": event["activityType"], "content": event["content"]}
            )
        else:
            apply_patch(self._by_id[event["messageId"]]["content"], event["patch"])

    def _replace(self, messages: list[Fields]) -> None:
        """A snapshot is the whole conversation; activities that it does not name stay where they are."""
        named = {message["id"] for message in messages}
        kept = [
            one for one in self._messages if one["role"] == "activity" and one["id"] not in named
        ]
        self._messages, self._by_id = [], {}
        for message in [*messages, *kept]:
            self._add(message)

    def _add_trouble(self, event: Fields) -> None:
        turn = event.get("metadata", {}).get("turn", "")
        content = {"message": event["message"], "code": event.get("code", "")}
        self._add(
            {
                "id": f"trouble_{turn}",
                "role": "activity",
                "activityType": TROUBLE,
                "content": content,
            }
        )


def _says(message: Fields) -> bool:
    return bool(message.get("content") or message.get("toolCalls"))
