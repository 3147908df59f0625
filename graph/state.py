"""Graph state: plain JSON and small. Bodies stay in the run store, the state carries their refs."""

from __future__ import annotations

import operator
from typing import Annotated, TypedDict

from graph.runs.landings import SessionRecord
from graph.runs.store import BlobRef


class SessionTask(TypedDict):
    """What one summarize node is sent: a session, and its place in the selection."""

    index: int
    session_id: str
    file: str
    size_bytes: int


class ReportInput(TypedDict):
    """What a report starts from; the request is with the run, in the store."""

    run_id: str


class ReportState(ReportInput):
    """The state of one report."""

    run_id: str
    sessions: list[SessionTask]
    repeated: int
    """Files left out because another one has their session's id."""
    records: Annotated[list[SessionRecord], operator.add]
    patterns: BlobRef
    report: BlobRef


class ReportUpdate(TypedDict, total=False):
    """What a node sets."""

    sessions: list[SessionTask]
    repeated: int
    records: list[SessionRecord]
    patterns: BlobRef
    report: BlobRef
