"""Runs over HTTP: start, follow, read, cancel; every mistake answered with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.reports.report import Report
from tests.graph.making import write_visits
from tests.server.asking import Served


def test_a_run_is_started_followed_and_read(snags: Served) -> None:
    """The whole way of a program: 202, events to the last, the report in three forms."""
    answer = snags.client.post("/v1/runs", json={"source": {"paths": [str(snags.shop)]}})
    assert answer.status_code == 202
    run_id = answer.json()["run_id"]
    assert answer.headers["location"] == f"/v1/runs/{run_id}"

    events = snags.events(run_id)
    assert [event.id for event in events] == [str(place) for place in range(1, len(events) + 1)]
    assert events[0].event == events[0].data["type"] == "run_started"
    assert events[-1].event == "report_final"
    run = snags.client.get(f"/v1/runs/{run_id}").json()
    assert (run["run_id"], run["status"], run["error"]) == (run_id, "done", "")
    assert run_id in [one["run_id"] for one in snags.client.get("/v1/runs").json()["runs"]]

    report = snags.client.get(f"/v1/runs/{run_id}/report")
    assert report.headers["content-type"] == "application/json"
    assert Report.model_validate_json(report.content).run_id == run_id
    markdown = snags.client.get(f"/v1/runs/{run_id}/report?format=markdown")
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert "Pay now" in markdown.text
    page = snags.client.get(f"/v1/runs/{run_id}/report?format=html")
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src" not in page.headers["content-security-policy"]
    assert "sandbox" in page.headers["content-security-policy"]


def test_a_session_is_read_row_by_row(snags: Served) -> None:
    """What the report says of it, its rows in pages, and an id that has a slash in it."""
    nested = write_visits(snags.shop / "deep", 1) / "visit_000.json"
    nested.rename(nested.with_name("late visit?.json"))
    run_id = snags.finished()
    session = "deep/late visit?"
    whole = snags.client.get(f"/v1/runs/{run_id}/sessions/deep/late%20visit%3F").json()
    assert whole["session"]["session_id"] == session
    assert whole["total"] == len(whole["rows"]) > 3
    clicked = next(row for row in whole["rows"] if row["kind"] == "click")
    assert "Pay now" in clicked["words"]
    assert clicked["effect"] == "nothing changed"
    assert "rage" in clicked["signals"]
    assert whole["pages"][clicked["page"]].endswith("/pay")
    paged = snags.client.get(
        f"/v1/runs/{run_id}/sessions/deep/late%20visit%3F?from=1&limit=2"
    ).json()
    assert paged["rows"] == whole["rows"][1:3]
    nested.with_name("late visit?.json").unlink()
    missing = snags.client.get(f"/v1/runs/{run_id}/sessions/nobody")
    assert (missing.status_code, missing.json()["error"]) == (404, "UnknownSession")


def test_a_stream_cut_anywhere_and_resumed_gives_the_list_of_one_never_cut(snags: Served) -> None:
    """For every place: what came before the cut and what comes after it are the whole."""
    run_id = snags.start()
    whole = snags.events(run_id)
    for place in range(len(whole) + 1):
        before = snags.cut(run_id, "", place)
        assert before == whole[:place]
        last = before[-1].id if before else "0"
        assert before + snags.events(run_id, {"Last-Event-ID": last}) == whole


def test_a_stream_cut_again_and_again_while_the_run_goes_on_loses_and_repeats_nothing(
    tmp_path: Path, snags: Served
) -> None:
    """A bad connection: every few events it drops; put together, the list is the whole one."""
    run_id = snags.start()
    told, after = snags.cut(run_id, "", 1), "1"
    while not told or told[-1].event != "report_final":
        told += snags.cut(run_id, after, 3)
        after = told[-1].id
    assert told == snags.events(run_id)


def test_the_place_may_stand_in_the_address_and_the_header_wins(snags: Served) -> None:
    """`?after=` for those who cannot set a header; a reader that has all is told not to come back."""
    run_id = snags.finished()
    whole = snags.events(run_id)
    path = f"/v1/runs/{run_id}/events"
    with snags.stream(f"{path}?after=3") as told:
        assert list(told) == whole[3:]
    with snags.stream(f"{path}?after=3", {"Last-Event-ID": "5"}) as told:
        assert list(told) == whole[5:]
    at_end = snags.client.get(path, headers={"Last-Event-ID": whole[-1].id})
    assert (at_end.status_code, at_end.content) == (204, b"")
    for junk in ("x", "-1", str(len(whole) + 1)):
        refused = snags.client.get(path, headers={"Last-Event-ID": junk})
        assert (refused.status_code, refused.json()["error"]) == (400, "InvalidRequest")


def test_a_submitted_key_starts_one_run(snags: Served) -> None:
    """A client that repeats its request after a lost answer gets the run it started."""
    body = {"source": {"paths": [str(snags.shop)]}}
    keyed = {"Idempotency-Key": "once"}
    first = snags.client.post("/v1/runs", json=body, headers=keyed)
    assert (
        snags.client.post("/v1/runs", json=body, headers=keyed).json()["run_id"]
        == first.json()["run_id"]
    )
    other = snags.client.post("/v1/runs", json={**body, "focus": "else"}, headers=keyed)
    assert (other.status_code, other.json()["error"]) == (409, "IdempotencyMismatch")
    too_long = snags.client.post("/v1/runs", json=body, headers={"Idempotency-Key": "k" * 201})
    assert too_long.status_code == 400


def test_a_run_is_cancelled(snags: Served, tmp_path: Path) -> None:
    """The answer is the cancelled run, and its stream ends with it; cancelling again changes nothing."""
    write_visits(snags.shop / "more", 30, extra_events=2_000)
    run_id = snags.start()
    snags.cut(run_id, "", 2)
    cancelled = snags.client.post(f"/v1/runs/{run_id}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert snags.events(run_id)[-1].event == "run_cancelled"
    assert snags.client.post(f"/v1/runs/{run_id}/cancel").json() == cancelled.json()
    report = snags.client.get(f"/v1/runs/{run_id}/report")
    assert (report.status_code, report.json()["error"]) == (404, "UnknownReport")
    for file in (snags.shop / "more").iterdir():
        file.unlink()


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/v1/runs/run_nowhere", 404, "UnknownRun"),
        ("/v1/runs/run_nowhere/report", 404, "UnknownRun"),
        ("/v1/runs/run_nowhere/events", 404, "UnknownRun"),
        ("/v1/runs/run_nowhere/sessions/a", 404, "UnknownRun"),
        ("/v1/runs?limit=many", 400, "InvalidRequest"),
        ("/v1/threads/thread_nowhere", 404, "UnknownThread"),
        ("/v1/threads/thread_nowhere/events", 404, "UnknownThread"),
        ("/v1/nothing", 404, "NotFound"),
        ("/assets/../server.py", 404, "NotFound"),
        ("/assets/%2e%2e/server.py", 404, "NotFound"),
        ("/agui", 405, "MethodNotAllowed"),
    ],
)
def test_what_is_not_there_is_said(snags: Served, path: str, status: int, error: str) -> None:
    """Each answer has the error's name and a message that says what to do."""
    answer = snags.client.get(path)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "status", "error", "says"),
    [
        ({"source": {"paths": ["/etc"]}}, 400, "InvalidRequest", "SNAGS_ALLOW_PATHS"),
        ({"source": {"paths": ["{shop}/nowhere"]}}, 422, "RecordingNotFound", "nowhere"),
        ({"source": {"paths": []}}, 400, "InvalidRequest", "Name one source"),
        (
            {"source": {"paths": ["{shop}"]}, "filters": {"sessions": ["zz"]}},
            422,
            "NoSessions",
            "zz",
        ),
        ({"sauce": 1}, 400, "InvalidRequest", "sauce"),
        ({"limits": {"max_sessions": 0}}, 400, "InvalidRequest", "limits.max_sessions"),
        ([], 400, "InvalidRequest", "the body"),
    ],
)
def test_a_wrong_request_names_the_field_and_the_remedy(
    snags: Served, body: Any, status: int, error: str, says: str
) -> None:
    """Nothing is started; the message is one a person can act on."""
    text = json.dumps(body).replace("{shop}", str(snags.shop))
    headers = {"Content-Type": "application/json"}
    answer = snags.client.post("/v1/runs", content=text, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert says in answer.json()["message"]


def test_only_json_of_a_bounded_size_is_taken(snags: Served) -> None:
    """A form could be sent by any page, and a body without end by anybody."""
    form = snags.client.post("/v1/runs", data={"source": "demo"})
    assert (form.status_code, form.json()["error"]) == (415, "UnsupportedMediaType")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    broken = snags.client.post("/v1/runs", content="{", headers=headers)
    assert (broken.status_code, broken.json()["error"]) == (400, "InvalidRequest")
    huge = snags.client.post("/v1/runs", content=b" " * 2_000_001, headers=headers)
    assert huge.status_code == 413


def test_what_can_be_asked_for_is_listed(snags: Served) -> None:
    """The folders that may be named, in the form in which a run names them."""
    sources = snags.client.get("/v1/sources").json()["sources"]
    folder = next(one for one in sources if "paths" in one["source"])
    assert folder["source"] == {"paths": [str(snags.shop)]}
    assert snags.start(source=folder["source"])
    assert snags.client.get("/healthz").json() == {"status": "ok"}
