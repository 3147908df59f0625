"""A conversation over HTTP: asked by AG-UI, dropped, and come back to."""

from __future__ import annotations

from typing import Any

from ag_ui.core import Event
from pydantic import TypeAdapter

from tests.graph.making import write_visits
from tests.server.asking import Served, Told, read_events

EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def question(snags: Served, thread_id: str, turn: str, text: str) -> dict[str, Any]:
    return {
        "threadId": thread_id,
        "runId": turn,
        "state": {},
        "messages": [{"id": f"asked_{turn}", "role": "user", "content": text}],
        "tools": [],
        "context": [],
        "forwardedProps": {},
    }


def asked(snags: Served, body: dict[str, Any], most: int = 10_000) -> list[Told]:
    """The answer as it streams, or its first events: then the connection is gone."""
    with snags.client.stream("POST", "/agui", json=body) as response:
        assert response.status_code == 200, response.read()
        events = read_events(response.iter_lines())
        return [event for event, _ in zip(events, range(most), strict=False)]


def followed(snags: Served, thread_id: str, after: str) -> list[Told]:
    headers = {"Last-Event-ID": after}
    with snags.stream(f"/v1/threads/{thread_id}/events", headers) as told:
        return list(told)


def test_a_turn_streams_tool_call_progress_result_and_answer_in_order(snags: Served) -> None:
    """One stream: the call, progress while every node works, the result, the answer, the end."""
    write_visits(snags.shop / "long", 12, extra_events=3_000)
    text = f"What did people get stuck on in {snags.shop}?"
    told = asked(snags, question(snags, "thread_order", "turn_1", text))
    for file in (snags.shop / "long").iterdir():
        file.unlink()

    assert {event.event for event in told} == {""}, "AG-UI clients read unnamed events only"
    for event in told:
        EVENT.validate_python(event.data)
    order = [event.data["type"] for event in told]
    places = [
        order.index("RUN_STARTED"),
        order.index("TOOL_CALL_START"),
        order.index("ACTIVITY_SNAPSHOT"),
        order.index("ACTIVITY_DELTA"),
        order.index("TOOL_CALL_RESULT"),
        order.index("TEXT_MESSAGE_START"),
        order.index("TEXT_MESSAGE_CONTENT"),
        order.index("TEXT_MESSAGE_END"),
        order.index("RUN_FINISHED"),
    ]
    assert places == sorted(places)
    assert places[-1] == len(order) - 1
    assert [event.id for event in told] == [str(place) for place in range(1, len(told) + 1)]
    progress = told[places[2] : places[4]]
    for node in ("select", "summarize", "patterns", "report"):
        assert any(f"{node}" in str(event.data) for event in progress), node


def test_an_answer_cut_anywhere_and_resumed_is_the_answer_never_cut(snags: Served) -> None:
    """However early the connection drops, the turn goes on, and the rest can be had."""
    body = question(snags, "thread_cut", "turn_1", f"What did people get stuck on in {snags.shop}?")
    first = asked(snags, body, most=1)
    rest = followed(snags, "thread_cut", first[0].id)
    whole = followed(snags, "thread_cut", "0")
    assert first + rest == whole
    assert whole[-1].data["type"] == "RUN_FINISHED"
    for cut in range(len(whole)):
        assert followed(snags, "thread_cut", str(cut)) == whole[cut:]
    assert asked(snags, body) == whole, "the same post again joins the turn there is"
    beyond = snags.client.get(
        "/v1/threads/thread_cut/events", headers={"Last-Event-ID": str(len(whole) + 9)}
    )
    assert (beyond.status_code, beyond.json()["error"]) == (400, "InvalidRequest")


def test_a_conversation_is_listed_and_read_as_it_stands(snags: Served) -> None:
    """Its messages, from where its stream goes on, and that nobody is answering."""
    text = f"What did people get stuck on in {snags.shop}?"
    told = asked(snags, question(snags, "thread_read", "turn_1", text))
    told += asked(snags, question(snags, "thread_read", "turn_2", "How many sessions were there?"))
    followed(snags, "thread_read", told[-1].id)
    view = snags.client.get("/v1/threads/thread_read").json()
    assert view["offset"] == int(told[-1].id)
    assert view["running"] is False
    roles = [message["role"] for message in view["messages"]]
    assert roles.count("user") == 2
    assert view["messages"][0]["content"] == text
    threads = snags.client.get("/v1/threads").json()["threads"]
    assert "thread_read" in [one["thread_id"] for one in threads]
    at_end = snags.client.get(
        "/v1/threads/thread_read/events", headers={"Last-Event-ID": told[-1].id}
    )
    assert at_end.status_code == 204


def test_a_wrong_question_is_refused_before_anything_streams(snags: Served) -> None:
    """A body that is no AG-UI input, and one without a question."""
    answer = snags.client.post("/agui", json={"threadId": "t"})
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")
    silent: dict[str, Any] = {**question(snags, "thread_silent", "turn_1", "x"), "messages": []}
    answer = snags.client.post("/agui", json=silent)
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")
    assert snags.client.post("/v1/threads/thread_nobody/cancel").status_code == 404
