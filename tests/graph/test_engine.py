"""A run from recordings to report: what it tells, what it keeps, and how it ends."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from graph.engine import RunEngine, open_engine
from graph.errors import (
    IdempotencyMismatch,
    InvalidRequest,
    NoSessions,
    RecordingNotFound,
    UnknownReport,
    UnknownRun,
    UnknownSession,
)
from graph.ids import RunId
from graph.runs.run import Filters, Limits, Passes, RunStatus
from graph.sources.clickstream import ColumnMap
from graph.sources.folder import open_source
from graph.sources.recording import RecordingSource
from graph.sqlite import open_database
from graph.stream.events import (
    PatternFirmed,
    ReportFinal,
    RunFailed,
    SessionFailed,
    SessionSkipped,
    SessionSummarized,
)
from graph.stream.journal import stream_of
from tests.fakes.stores import open_sqlite_store
from tests.graph.making import (
    breaking,
    counted,
    events_of,
    request_of,
    settings_of,
    slowly,
    visit,
    write_visits,
)


async def until_summarized(engine: RunEngine, run_id: str, sessions: int) -> None:
    seen = 0
    async for entry in engine.follow(run_id):
        seen += entry.type == "session_summarized"
        if seen == sessions:
            return


@pytest.mark.asyncio
async def test_a_run_tells_everything_in_order_and_leaves_a_report(
    tmp_path: Path, no_blocking: BlockBuster
) -> None:
    """From files to report: each session once, the pattern, one last event; the loop never blocks."""
    recordings = await asyncio.to_thread(write_visits, tmp_path / "shop", 5)
    settings = await asyncio.to_thread(settings_of, tmp_path / "data")
    async with open_engine(settings) as engine:
        run = await engine.start(request_of(recordings, focus="can people pay?"))
        assert run.status is RunStatus.QUEUED
        events = await events_of(engine, run.run_id)
        ended = await engine.wait(run.run_id)
        report = await engine.report(run.run_id)

    assert ended.status is RunStatus.DONE
    counts = counted(events)
    assert [event.type for event in events[:6]] == ["run_started", *["session_queued"] * 5]
    assert (counts["session_summarized"], counts["candidate_found"]) == (5, 5)
    assert [event.type for event in events[-2:]] == ["report_usable", "report_final"]
    assert counts["report_final"] == counts["report_usable"] == 1
    assert {event.node for event in events} == {"run", "select", "summarize", "patterns", "report"}
    firmed = [event for event in events if isinstance(event, PatternFirmed)]
    assert [(one.kind, one.affected, one.eligible) for one in firmed] == [("blocking", 5, 5)]

    pattern = report.patterns[0]
    assert pattern.id == firmed[0].pattern_id
    assert len(pattern.evidence) == 5
    assert "Pay now" in pattern.evidence[0].rows[0].words
    assert (report.coverage.requested, report.coverage.summarized) == (5, 5)
    assert report.focus == "can people pay?"
    assert report.run_id == run.run_id
    assert report.created_at == run.created_at
    assert report.usage.analysts == ["rules"]
    assert report.usage.first_finding_ms is not None
    assert report.usage.usable_ms is not None
    assert 0 <= report.usage.first_finding_ms <= report.usage.usable_ms


@pytest.mark.asyncio
async def test_a_late_follower_gets_exactly_the_rest(tmp_path: Path) -> None:
    """Following after any offset, during the run or after it, gives the suffix of the whole list."""
    recordings = write_visits(tmp_path / "shop", 4)
    async with open_engine(settings_of(tmp_path / "data")) as engine:
        run = await engine.start(request_of(recordings))
        during = asyncio.create_task(events_of(engine, run.run_id))
        await engine.wait(run.run_id)
        whole = await events_of(engine, run.run_id)
        assert await during == whole
        for cut in range(len(whole) + 1):
            assert await events_of(engine, run.run_id, cut) == whole[cut:]
        with pytest.raises(InvalidRequest, match="another stream"):
            await events_of(engine, run.run_id, len(whole) + 1)


@pytest.mark.asyncio
async def test_the_same_recordings_give_the_same_report(tmp_path: Path) -> None:
    """Which session was quickest does not show in the report."""
    recordings = write_visits(tmp_path / "shop", 6)
    bodies: list[str] = []
    for attempt in range(2):
        async with open_engine(settings_of(tmp_path / f"data{attempt}")) as engine:
            run = await engine.start(request_of(recordings))
            await engine.wait(run.run_id)
            bodies.append(await comparable(engine, run.run_id))
    assert bodies[0] == bodies[1]


async def comparable(engine: RunEngine, run_id: str) -> str:
    """The report without what differs from run to run: its id and its times."""
    report = json.loads((await engine.report(run_id)).to_json())
    for key in ("run_id", "created_at", "usage"):
        del report[key]
    return json.dumps(report)


@pytest.mark.asyncio
async def test_what_cannot_be_used_is_listed_and_costs_nothing(tmp_path: Path) -> None:
    """A file that is no recording, one where nobody acted, and a copy: each with its reason."""
    recordings = write_visits(tmp_path / "shop", 3)
    (recordings / "broken.json").write_text('{"nothing": "here"}')
    (recordings / "idle.json").write_text(json.dumps(visit(90, clicks=0)))
    shutil.copy(recordings / "visit_001.json", recordings / "a_copy.json")
    shutil.copy(recordings / "visit_001.json", recordings / "z_copy.json")
    async with open_engine(settings_of(tmp_path / "data")) as engine:
        run = await engine.start(request_of(recordings))
        events = await events_of(engine, run.run_id)
        ended = await engine.wait(run.run_id)
        report = await engine.report(run.run_id)
        idle = await engine.trace(run.run_id, "idle")
        with pytest.raises(UnknownSession, match="has not read"):
            await engine.summary(run.run_id, "idle")

    assert ended.status is RunStatus.DONE_WITH_GAPS
    skipped = {one.file: one.reason for one in events if isinstance(one, SessionSkipped)}
    assert skipped["visit_001.json"] == skipped["z_copy.json"] == "identical to a_copy.json"
    assert skipped["idle.json"] == "no user activity"
    assert "broken.json" in skipped["broken.json"]
    told = [one.file for one in events if isinstance(one, SessionSummarized)]
    assert sorted(told) == ["a_copy.json", "visit_000.json", "visit_002.json"]
    coverage = report.coverage
    assert (coverage.requested, coverage.summarized, coverage.skipped) == (6, 3, 3)
    assert (coverage.failed, coverage.duplicates, coverage.success_ratio) == (0, 2, 1.0)
    assert [one.file for one in coverage.unreadable] == ["broken.json"]
    assert not idle.user_acted
    last = events[-1]
    assert isinstance(last, ReportFinal)
    assert (last.summarized, last.skipped, last.failed) == (3, 3, 0)


@pytest.mark.asyncio
async def test_a_failed_session_is_a_gap_and_the_others_go_on(tmp_path: Path) -> None:
    """Above the threshold the run ends with gaps, and says which session failed and why."""
    recordings = write_visits(tmp_path / "shop", 4)
    opened = breaking(lambda session: session in {"visit_001", "visit_002"})
    async with open_engine(settings_of(tmp_path / "data"), open_paths=opened) as engine:
        run = await engine.start(request_of(recordings))
        events = await events_of(engine, run.run_id)
        ended = await engine.wait(run.run_id)
        report = await engine.report(run.run_id)
        session = await engine.session(run.run_id, "visit_001")
    assert ended.status is RunStatus.DONE_WITH_GAPS
    failed = [event for event in events if isinstance(event, SessionFailed)]
    assert {one.session_id for one in failed} == {"visit_001", "visit_002"}
    assert failed[0].reason.endswith("it is cut off. Export it again.")
    assert (report.coverage.failed, report.coverage.success_ratio) == (2, 0.5)
    assert (session.status, session.reason) == ("failed", failed[0].reason.replace("002", "001"))


@pytest.mark.asyncio
async def test_too_many_failures_stop_the_run_and_say_why(tmp_path: Path) -> None:
    """Below the threshold there is no report: the causes are the last event, nothing is firmed."""
    recordings = write_visits(tmp_path / "shop", 5)
    opened = breaking(lambda session: session > "visit_001")
    async with open_engine(settings_of(tmp_path / "data"), open_paths=opened) as engine:
        run = await engine.start(request_of(recordings))
        events = await events_of(engine, run.run_id)
        ended = await engine.wait(run.run_id)
        with pytest.raises(UnknownReport, match="made no report: Only 2 of 5"):
            await engine.report(run.run_id)
        tolerant = await engine.start(request_of(recordings, limits=Limits(min_success_ratio=0.4)))
        assert (await engine.wait(tolerant.run_id)).status is RunStatus.DONE_WITH_GAPS
    assert (ended.status, ended.error) == (RunStatus.FAILED, "TooManyFailures")
    assert "below the limit of 50%" in ended.message
    assert "it is cut off" in ended.message
    assert isinstance(events[-1], RunFailed)
    assert events[-1].message == ended.message
    assert not counted(events)["pattern_firmed"] + counted(events)["report_usable"]


@pytest.mark.asyncio
async def test_a_source_that_disappears_fails_the_run_with_the_reason(tmp_path: Path) -> None:
    """Between being asked for and being read, files can go: every session says so, none hangs."""
    recordings = write_visits(tmp_path / "shop", 2)

    def vanishing(paths: Sequence[Path], _: ColumnMap | None) -> RecordingSource:
        source = open_source(paths)
        source.list()
        shutil.rmtree(recordings, ignore_errors=True)
        return source

    async with open_engine(settings_of(tmp_path / "data"), open_paths=vanishing) as engine:
        run = await engine.start(request_of(recordings))
        ended = await asyncio.wait_for(engine.wait(run.run_id), 20)
    assert ended.status is RunStatus.FAILED
    assert "shop" in ended.message


@pytest.mark.asyncio
async def test_asking_wrongly_is_answered_before_anything_starts(tmp_path: Path) -> None:
    """No path, an empty folder, a filter that matches nothing, a pass that is not there."""
    recordings = write_visits(tmp_path / "shop", 1)
    (tmp_path / "empty").mkdir()
    async with open_engine(settings_of(tmp_path / "data")) as engine:
        with pytest.raises(RecordingNotFound):
            await engine.start(request_of(tmp_path / "nowhere"))
        with pytest.raises(NoSessions, match="empty"):
            await engine.start(request_of(tmp_path / "empty"))
        with pytest.raises(NoSessions, match="'checkout'"):
            await engine.start(request_of(recordings, filters=Filters(sessions=("checkout",))))
        with pytest.raises(InvalidRequest, match=r"rules\+model"):
            await engine.start(request_of(recordings, passes=Passes.MODEL))
        with pytest.raises(InvalidRequest, match="Name one source"):
            await engine.start(request_of())
        assert await engine.runs() == []
        for asked in (engine.get, engine.wait, engine.cancel, engine.report):
            with pytest.raises(UnknownRun):
                await asked("run_nowhere")


@pytest.mark.asyncio
async def test_filters_and_limits_choose_the_sessions_and_the_report_says_how(
    tmp_path: Path,
) -> None:
    """What was not looked at is in the report's words, and nothing else is analysed."""
    recordings = write_visits(tmp_path / "shop", 10)
    async with open_engine(settings_of(tmp_path / "data")) as engine:
        run = await engine.start(
            request_of(
                recordings, filters=Filters(sessions=("visit_00",)), limits=Limits(max_sessions=2)
            )
        )
        await engine.wait(run.run_id)
        report = await engine.report(run.run_id)
    assert [one.session_id for one in report.sessions] == ["visit_000", "visit_005"]
    assert "2 spread evenly" in report.coverage.selection


@pytest.mark.asyncio
async def test_the_same_key_starts_one_run(tmp_path: Path) -> None:
    """Asked ten times at once with one key: one run; with another request the key is refused."""
    recordings = write_visits(tmp_path / "shop", 2)
    async with open_engine(settings_of(tmp_path / "data")) as engine:
        async with asyncio.TaskGroup() as tasks:
            asked = [
                tasks.create_task(engine.start(request_of(recordings), idempotency_key="k"))
                for _ in range(10)
            ]
        assert len({task.result().run_id for task in asked}) == 1
        run_id = asked[0].result().run_id
        assert (await engine.wait(run_id)).status is RunStatus.DONE
        shutil.rmtree(recordings)
        again = await engine.start(request_of(recordings), idempotency_key="k")
        assert (again.run_id, again.status) == (run_id, RunStatus.DONE)
        with pytest.raises(IdempotencyMismatch):
            await engine.start(request_of(recordings, focus="other"), idempotency_key="k")
        assert len(await engine.runs()) == 1


@pytest.mark.asyncio
async def test_cancelling_ends_a_run_at_once_and_for_good(tmp_path: Path) -> None:
    """No session more is read, the last event says so, and nothing comes after it."""
    recordings = write_visits(tmp_path / "shop", 40)
    async with open_engine(settings_of(tmp_path / "data"), open_paths=slowly(0.1)) as engine:
        run = await engine.start(request_of(recordings))
        await until_summarized(engine, run.run_id, 3)
        cancelled = await engine.cancel(run.run_id)
        assert cancelled.status is RunStatus.CANCELLED
        events = await events_of(engine, run.run_id)
        assert counted(events)["run_cancelled"] == 1
        assert counted(events)["session_summarized"] < 40
        assert events[-1].type == "run_cancelled"
        assert await engine.cancel(run.run_id) == cancelled
        assert await engine.resume_all() == []
        other = await engine.start(request_of(recordings, limits=Limits(max_sessions=2)))
        assert (await engine.wait(other.run_id)).status is RunStatus.DONE
        assert await events_of(engine, run.run_id) == events


@pytest.mark.asyncio
async def test_a_run_is_cancelled_from_another_process_too(tmp_path: Path) -> None:
    """The lease is taken away: the worker notices at its next write and says nothing more."""
    recordings = write_visits(tmp_path / "shop", 30)
    settings = settings_of(tmp_path / "data")
    async with (
        open_engine(settings, open_paths=slowly(0.1)) as worker,
        open_engine(settings) as other,
    ):
        run = await worker.start(request_of(recordings))
        await until_summarized(other, run.run_id, 2)
        assert (await other.cancel(run.run_id)).status is RunStatus.CANCELLED
        assert (await asyncio.wait_for(worker.wait(run.run_id), 30)).status is RunStatus.CANCELLED
        await asyncio.sleep(0.3)
        events = await events_of(other, run.run_id)
    assert events[-1].type == "run_cancelled"
    assert counted(events)["run_cancelled"] == 1


@pytest.mark.asyncio
async def test_a_run_that_is_worked_on_elsewhere_is_left_alone_and_can_be_waited_for(
    tmp_path: Path,
) -> None:
    """A second engine on the same data neither repeats nor disturbs what the first one does."""
    recordings = write_visits(tmp_path / "shop", 4)
    settings = settings_of(tmp_path / "data")
    async with (
        open_engine(settings, open_paths=slowly(0.1)) as worker,
        open_engine(settings) as other,
    ):
        run = await worker.start(request_of(recordings))
        await other.resume_all()
        ended = await asyncio.wait_for(other.wait(run.run_id), 20)
        assert (await worker.wait(run.run_id)).status is RunStatus.DONE
        events = await events_of(other, run.run_id)
    assert ended.run_id == run.run_id
    assert counted(events)["session_summarized"] == 4
    assert counted(events)["report_final"] == 1


@pytest.mark.asyncio
async def test_a_run_that_ended_in_a_crash_gets_its_last_event(tmp_path: Path) -> None:
    """Status first, last event second: the gap between them is closed at the next start."""
    recordings = write_visits(tmp_path / "shop", 2)
    settings = settings_of(tmp_path / "data")
    async with open_engine(settings, open_paths=slowly(0.2)) as engine:
        run = await engine.start(request_of(recordings))
        await engine.close()
        await engine.store.set_status(RunId(run.run_id), RunStatus.FAILED, error="X", message="why")
    async with open_engine(settings) as engine:
        assert await engine.resume_all() == []
        events = await events_of(engine, run.run_id)
        assert await engine.resume_all() == []
        assert await engine.log.last_offset(stream_of(run.run_id)) == len(events)
    last = events[-1]
    assert isinstance(last, RunFailed)
    assert (last.error, last.message) == ("X", "why")


@pytest.mark.asyncio
async def test_a_worker_that_lost_its_lease_goes_on_when_nobody_else_does(tmp_path: Path) -> None:
    """Taken over and given back: the run stops writing, asks again, and ends as if nothing had been."""
    recordings = write_visits(tmp_path / "shop", 8)
    settings = settings_of(tmp_path / "data")
    async with (
        open_engine(settings, open_paths=slowly(0.1)) as engine,
        open_sqlite_store(settings.data_dir / "runs.sqlite3") as elsewhere,
    ):
        run = await engine.start(request_of(recordings))
        await until_summarized(engine, run.run_id, 2)
        token = await elsewhere.seize_lease(run.run_id, seconds=60)
        await asyncio.sleep(0.5)
        before = await engine.log.last_offset(stream_of(run.run_id))
        await asyncio.sleep(0.3)
        assert await engine.log.last_offset(stream_of(run.run_id)) == before
        await elsewhere.release_lease(run.run_id, token)
        assert (await asyncio.wait_for(engine.wait(run.run_id), 30)).status is RunStatus.DONE
        counts = counted(await events_of(engine, run.run_id))
    assert (counts["run_started"], counts["session_summarized"], counts["report_final"]) == (
        1,
        8,
        1,
    )


@pytest.mark.asyncio
async def test_a_store_that_is_away_for_a_moment_only_delays_the_run(tmp_path: Path) -> None:
    """Nothing is called done that could not be stored; the run goes on once the store is back."""
    recordings = write_visits(tmp_path / "shop", 8)
    settings = settings_of(tmp_path / "data")
    async with (
        open_engine(settings, open_paths=slowly(0.1)) as engine,
        open_database(settings.data_dir / "runs.sqlite3", "", synchronous="FULL") as other,
    ):
        run = await engine.start(request_of(recordings))
        await until_summarized(engine, run.run_id, 2)
        await other.run(lambda connection: connection.execute("ALTER TABLE bodies RENAME TO away"))
        await asyncio.sleep(0.5)
        assert (await engine.get(run.run_id)).status is RunStatus.RUNNING
        await other.run(lambda connection: connection.execute("ALTER TABLE away RENAME TO bodies"))
        assert (await asyncio.wait_for(engine.wait(run.run_id), 30)).status is RunStatus.DONE
        counts = counted(await events_of(engine, run.run_id))
    assert (counts["session_summarized"], counts["session_failed"]) == (8, 0)
