"""A run reads recordings, streams what it finds and leaves a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.engine import open_engine
from graph.reports.render import to_json, to_markdown
from graph.runs.run import RunRequest, RunStatus, SourceSpec
from graph.settings import Settings
from graph.sources.recording import Recording
from graph.stream.events import RUN_EVENT, CandidateFound, ReportFinal


def write(recording: Recording, folder: Path, visits: int) -> Path:
    folder.mkdir()
    for number in range(visits):
        events = [
            {"type": one.type, "timestamp": one.timestamp_ms + 60_000 * number, "data": one.read()}
            for one in recording.events
        ]
        (folder / f"visit-{number}.json").write_text(json.dumps(events))
    return folder


@pytest.mark.asyncio
async def test_from_recordings_to_a_report(recording: Recording, tmp_path: Path) -> None:
    """Start a run, follow its events to the last one, read the report in the form you like."""
    folder = write(recording, tmp_path / "recordings", 3)
    settings = Settings.from_env({}, data_dir=tmp_path / "data")
    async with open_engine(settings) as engine:
        run = await engine.start(RunRequest(source=SourceSpec(paths=(str(folder),))))
        events = [RUN_EVENT.validate_json(one.data) async for one in engine.follow(run.run_id)]
        ended = await engine.wait(run.run_id)
        report = await engine.report(run.run_id)

    assert ended.status is RunStatus.DONE
    assert events[0].type == "run_started"
    assert any(isinstance(event, CandidateFound) for event in events)
    assert isinstance(events[-1], ReportFinal)

    [pattern] = report.patterns
    assert "Pay now" in pattern.title
    assert report.coverage.summarized == 3
    assert pattern.title in to_markdown(report)
    assert json.loads(to_json(report))["schema"] == "snags.report/1"
