"""Sessions of a PostHog project, over HTTP from a server that runs the queries for real."""

import contextlib
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given, strategies as st

from cli import main
from evals.posthog.project import StoredSession, stored_sessions
from evals.posthog.server import KEY, PROJECT, PostHogServer, serving
from graph.errors import (
    InvalidRequest,
    RecordingNotFound,
    SettingsError,
    SourceError,
    SourceUnavailable,
)
from graph.reports.report import Report
from graph.sources.folder import FolderSource
from graph.sources.posthog.cache import RecordingCache
from graph.sources.posthog.client import PostHogClient, PostHogProject, ranges
from graph.sources.posthog.filters import (
    AllOf,
    AnyOf,
    Condition,
    DidEvent,
    HadException,
    Lasted,
    NoneOf,
    PostHogFilter,
    Recordings,
    SawPage,
)
from graph.sources.posthog.source import PostHogSource
from graph.sources.posthog.throttle import Allowance, Throttle
from graph.sources.posthog.words import filter_of_words
from graph.sources.recording import RecordingShape

DEMO = Path(__file__).parents[2] / "demo" / "recordings"
SESSIONS = 12
NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the demo's recordings."""
    folder = tmp_path_factory.mktemp("recordings")
    for number in range(1, SESSIONS + 1):
        shutil.copy(DEMO / f"{number:03}.json.gz", folder)
    return folder


@pytest.fixture(scope="module")
def stored(folder: Path) -> tuple[StoredSession, ...]:
    return stored_sessions(folder)


@pytest.fixture
def server(stored: tuple[StoredSession, ...]) -> PostHogServer:
    return PostHogServer(stored)


@pytest.fixture
def address(server: PostHogServer) -> Iterator[str]:
    with serving(server) as address:
        yield address


def wanted(
    stored: tuple[StoredSession, ...],
    *conditions: Condition,
    recordings: Recordings = Recordings.FLAGGED,
) -> PostHogFilter:
    """All sessions of the server that meet the conditions."""
    first = min(one.started_ms for one in stored)
    last = max(one.ended_ms for one in stored)
    return PostHogFilter(
        since=datetime.fromtimestamp(first / 1_000, UTC) - timedelta(hours=1),
        until=datetime.fromtimestamp(last / 1_000, UTC) + timedelta(hours=1),
        conditions=AllOf(all_of=conditions),
        recordings=recordings,
    )


class SourceAt(Protocol):
    """A source over a server, closed when the test ends."""

    def __call__(
        self, address: str, filtered: PostHogFilter, told: list[str] | None = None, key: str = KEY
    ) -> PostHogSource: ...


@pytest.fixture
def source_at(tmp_path: Path) -> Iterator[SourceAt]:
    """Sources of one cache folder."""
    clients: list[PostHogClient] = []

    def opened(
        address: str, filtered: PostHogFilter, told: list[str] | None = None, key: str = KEY
    ) -> PostHogSource:
        heard: list[str] = [] if told is None else told
        clients.append(
            PostHogClient(PostHogProject.at(address, PROJECT, key), pause=lambda _: None)
        )
        cache = RecordingCache(tmp_path / "cache")
        return PostHogSource(clients[-1], filtered, cache, tell=heard.append)

    yield opened
    for client in clients:
        client.close()


def listed(source: PostHogSource) -> set[str]:
    return {ref.session_id for ref in source.list().refs}


# What is asked for -----------------------------------------------------------------------------------


def meets(one: StoredSession, condition: Condition) -> bool:
    """What a condition means, said a second time over the stored rows."""
    match condition:
        case AllOf():
            return all(meets(one, part) for part in condition.all_of)
        case AnyOf():
            return any(meets(one, part) for part in condition.any_of)
        case NoneOf():
            return not any(meets(one, part) for part in condition.none_of)
        case SawPage():
            urls = [str(row["properties"].get("$current_url", "")) for row in one.events]
            return any(condition.page.lower() in url.lower() for url in urls)
        case DidEvent():
            return any(row["event"] == condition.event for row in one.events)
        case HadException():
            return any(row["event"] == "$exception" for row in one.events)
        case Lasted():
            seconds = round((one.ended_ms - one.started_ms) / 1_000)
            least, most = condition.at_least_seconds or 0, condition.at_most_seconds
            return seconds >= least and (most is None or seconds <= most)
        case _:
            raise AssertionError(condition)


LEAVES = st.sampled_from(
    [
        SawPage(page="/checkout"),
        SawPage(page="_"),
        SawPage(page="%"),
        DidEvent(event="$pageview"),
        DidEvent(event="it's; DROP TABLE events"),
        HadException(),
        Lasted(at_least_seconds=60),
        Lasted(at_most_seconds=45),
    ]
)


def grouped(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        some.map(lambda parts: AllOf(all_of=parts)),
        some.map(lambda parts: AnyOf(any_of=parts)),
        some.map(lambda parts: NoneOf(none_of=parts)),
    )


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(LEAVES, grouped, max_leaves=6)


def test_groups_inside_groups_keep_their_and_and_or(
    server: PostHogServer, address: str, stored: tuple[StoredSession, ...], source_at: SourceAt
) -> None:
    """Whatever the conditions, the sessions are those that meet them; what people type is never code."""

    @given(condition=CONDITIONS)
    def holds(condition: Condition) -> None:
        found = listed(source_at(address, wanted(stored, condition)))
        assert found == {one.session_id for one in stored if meets(one, condition)}

    holds()
    assert server.requests["snapshots"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "last 3 days",
            "from 2026-03-05 12:00 UTC to 2026-03-08 12:00 UTC; recordings of sessions with",
        ),
        ("on 2026-03-01", "from 2026-03-01 00:00 UTC to 2026-03-02 00:00 UTC"),
        (
            "yesterday, /cart",
            "from 2026-03-07 00:00 UTC to 2026-03-08 00:00 UTC, on a page with '/cart'",
        ),
        (
            "on /checkout and with an exception",
            "on a page with '/checkout' in its address and with an exception",
        ),
        (
            "longer than 2 minutes, (browser is Safari or os contains Mac), all recordings",
            "at least 120 s long and (whose $browser is 'Safari' or whose $os contains 'Mac'); all their",
        ),
        (
            "not (user a@b.c or event signed_up)",
            "not (by the person 'a@b.c' or with the event 'signed_up')",
        ),
        ("browser is not Safari", "whose $browser is not 'Safari'"),
        (
            "person plan is pro, without errors",
            "whose person's plan is 'pro' and (not (with an exception))",
        ),
        ("", "from 2026-03-01 12:00 UTC to 2026-03-08 12:00 UTC"),
    ],
)
def test_plain_words_become_a_filter_that_is_shown_in_words(words: str, said: str) -> None:
    """A reader sees what will be asked before it is."""
    assert said in filter_of_words(words, NOW).words


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("last 3 days, users who looked sad", "'users who looked sad'"),
        ("(on /a or on /b", "not closed"),
        ("on /a)", "')'"),
        ("since 2026-02-31", "'2026-02-31'"),
        ("since 2026-03-05, until 2026-03-01", "ends before it begins"),
        ("(last 3 days or on /a)", "'last 3 days'"),
        ("(" * 40 + "on /a" + ")" * 40, "deeper than 20"),
        ("x" * 3_000, "3000 characters"),
    ],
)
def test_words_that_are_not_understood_are_named(words: str, named: str) -> None:
    """A condition is never dropped in silence."""
    with pytest.raises(InvalidRequest, match=named.replace("(", r"\(").replace(")", r"\)")):
        filter_of_words(words, NOW)


@given(st.text(max_size=200))
def test_any_text_is_a_filter_or_a_refusal(text: str) -> None:
    """No input makes the reader fail in another way."""
    with contextlib.suppress(InvalidRequest):
        assert filter_of_words(text, NOW).words


# What is fetched -------------------------------------------------------------------------------------


def test_a_recording_is_the_same_from_posthog_and_from_a_file(
    address: str, folder: Path, stored: tuple[StoredSession, ...], source_at: SourceAt
) -> None:
    """Blobs of several requests are put together; nothing is lost or doubled."""
    source = source_at(address, wanted(stored, recordings=Recordings.ALL))
    files = FolderSource.open([folder])
    of_file = {ref.session_id: files.read(ref) for ref in files.list().refs}
    refs = source.list().refs
    assert [ref.session_id for ref in refs] == [
        one.session_id for one in sorted(stored, key=lambda one: (one.started_ms, one.session_id))
    ]
    for ref in refs:
        read = source.read(ref)
        assert read.digest == of_file[ref.session_id].digest
        assert read.product_events
        assert ref.link == f"{address}/project/{PROJECT}/replay/{ref.session_id}"


def test_only_sessions_with_friction_cost_requests_for_recordings(
    server: PostHogServer, address: str, stored: tuple[StoredSession, ...], source_at: SourceAt
) -> None:
    """The others are told by their product events, and say so; a second look costs nothing."""
    source = source_at(address, wanted(stored))
    read = [source.read(ref) for ref in source.list().refs]
    fetched = [one for one in read if one.shape is RecordingShape.POSTHOG_BLOB_V2]
    troubled = {one.session_id for one in stored if one.console_errors}
    assert {one.session_id for one in fetched} == troubled
    assert 0 < len(troubled) < len(stored)
    assert all(
        "its recording was not fetched" in one.notes[0] for one in read if one not in fetched
    )
    assert server.requests["query"] == 2
    asked = server.requests["snapshots"]
    again = source_at(address, wanted(stored))
    assert [again.read(ref).digest for ref in again.list().refs] == [one.digest for one in read]
    assert server.requests["snapshots"] == asked


def test_a_recording_that_is_gone_leaves_its_product_events(
    server: PostHogServer, address: str, stored: tuple[StoredSession, ...], source_at: SourceAt
) -> None:
    """Past its retention a recording answers 404: the session is still told, with the reason."""
    source = source_at(address, wanted(stored, recordings=Recordings.ALL))
    ref = source.list().refs[0]
    server.sessions = [one for one in stored if one.session_id != ref.session_id]
    assert "no recording of it any more" in source.read(ref).notes[0]


def test_a_refusal_for_the_rate_is_waited_for_and_told(
    stored: tuple[StoredSession, ...], source_at: SourceAt
) -> None:
    """PostHog says for how long; nothing is asked before that, and nothing is lost."""
    server = PostHogServer(stored, snapshots=(Allowance(3, 1.0),))
    told: list[str] = []
    with serving(server) as address:
        source = source_at(address, wanted(stored, recordings=Recordings.ALL), told)
        read = [source.read(ref) for ref in source.list().refs[:3]]
    assert all(one.events for one in read)
    assert 0 < server.refused <= 3
    assert told
    assert all(words.startswith("snapshot limit: ") for words in told)


def test_the_throttle_keeps_every_allowance() -> None:
    """No stretch of time sees more requests than allowed; a closed throttle stays closed."""
    now = [0.0]
    waits: list[str] = []

    def pause(seconds: float) -> None:
        now[0] += seconds

    throttle = Throttle(
        "snapshot", (Allowance(2, 10.0), Allowance(5, 60.0)), clock=lambda: now[0], pause=pause
    )
    passed: list[float] = []
    for _ in range(12):
        throttle.pass_through(waits.append)
        passed.append(now[0])
    for seconds, most in ((10.0, 2), (60.0, 5)):
        assert all(
            sum(1 for at in passed if start <= at < start + seconds) <= most for start in passed
        )
    assert "snapshot limit: 10 s" in waits
    throttle.close_for(500.0)
    before = now[0]
    throttle.pass_through(waits.append)
    assert now[0] == before + 500.0


def test_what_is_wrong_at_posthog_is_said_with_the_remedy(
    address: str, stored: tuple[StoredSession, ...], source_at: SourceAt
) -> None:
    """A wrong key, a missing setting, an open connection, nobody there: each with what to do."""
    with pytest.raises(SourceError, match=r"does not let this key read project '1'.*query:read"):
        source_at(address, wanted(stored), key="phx_wrong").list()
    with pytest.raises(SettingsError, match=r"sent in the open.*https://"):
        PostHogProject.at("http://posthog.example.com", "1", KEY)
    for project, key in (("", KEY), ("1", "")):
        with pytest.raises(SettingsError, match=r"is not set.*personal API key"):
            PostHogProject.at(address, project, key)
    with pytest.raises(SourceUnavailable, match="could not be asked, 5 times"):
        source_at("http://127.0.0.1:9", wanted(stored)).list()
    source = source_at(address, wanted(stored, SawPage(page="/nowhere")))
    everything = source_at(address, wanted(stored))
    with pytest.raises(RecordingNotFound, match="no session"):
        source.read(everything.list().refs[0])


def test_the_key_is_in_no_text() -> None:
    """Neither a representation nor a message shows it."""
    assert KEY not in repr(PostHogProject.at("https://eu.posthog.com", "7", KEY))


def test_blobs_are_asked_for_in_runs_of_twenty() -> None:
    """A gap ends a run, and so does the most that one request may name."""
    assert ranges([0, 1, 2, 5, *range(10, 40)]) == [(0, 2), (5, 5), (10, 29), (30, 39)]


# The whole way ---------------------------------------------------------------------------------------


def test_a_report_over_posthog_links_back_to_the_second(
    address: str,
    stored: tuple[StoredSession, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One command: the filter in words first, then a report whose evidence opens in PostHog."""
    monkeypatch.setenv("SNAGS_POSTHOG_HOST", address)
    monkeypatch.setenv("SNAGS_POSTHOG_PROJECT", PROJECT)
    monkeypatch.setenv("SNAGS_POSTHOG_KEY", KEY)
    day = datetime.fromtimestamp(min(one.started_ms for one in stored) / 1_000, UTC).date()
    last = datetime.fromtimestamp(max(one.ended_ms for one in stored) / 1_000, UTC).date()
    out = tmp_path / "report.json"
    words = f"since {day}, until {last}, all recordings"
    assert main(["summarize", "--posthog", words, "--output", str(out), "--quiet"]) == 0
    assert "PostHog: sessions that began from" in capsys.readouterr().err
    report = Report.model_validate_json(out.read_text())
    assert report.source == "PostHog project 1"
    assert report.coverage.requested == SESSIONS
    cited = [one for pattern in report.patterns for one in pattern.evidence]
    assert cited
    assert all(
        one.link == f"{address}/project/1/replay/{one.session_id}?t={one.ms // 1_000}"
        for one in cited
    )
    assert main(["summarize", "--posthog", "users who looked sad"]) == 2
    assert "'users who looked sad' are not understood" in capsys.readouterr().err
