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

Why turns overlap the way they do: ``docs/decisions/0007-a-question-while-a-run-goes.md``.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from ag_ui.core import Message, RunAgentInput, TextPart, UserMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.agui import ENDS, TurnEmitter, entry_of
from agent.chat import build_agent
from agent.conversation import Conversation
from agent.models import chat_model
from agent.transcript import Transcript
from agent.turn_store import Said, Thread, Turn, TurnStatus, TurnStore, open_turn_store
from graph.engine import RunEngine
from graph.errors import InvalidRequest, UnknownThread
from graph.settings import Settings
from graph.stream.log import EventLog, LogEntry
from prompts import load
from tools import Library

UNTIL = ENDS
"""Types of event that end a turn."""

MAX_QUESTION = 8_000
MAX_OPEN_TURNS = 8
PAGE = 1_000

_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_RUN = re.compile(r"run_[0-9a-f]{20}")

logger = logging.getLogger("snags.agent.service")


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
class ThreadView:
    """A conversation as it stands, and the offset to follow it on from."""

    thread_id: str
    messages: list[Message]
    offset: int
    running: tuple[str, ...]
    """Run ids of the turns that are open."""


class ChatService:
    """The conversations of one data folder. Use ``open_chat``."""
