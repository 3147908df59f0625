"""The small parts of the durable spine: limiter, fan-out, steps, leases, landings, bodies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given, strategies as st

from graph.errors import (
    BodyDamaged,
    InvalidRequest,
    LeaseLost,
    RecordingNotFound,
    RecordingUnreadable,
    StoreError,
)
from graph.runs.bodies import decode, encode, pack, unpack
from graph.runs.fan_out import attempt
from graph.runs.landings import Landings, ReadSession, SessionRecord
from graph.runs.lease import hold_lease
from graph.runs.limiter import Limiter
from graph.runs.run import Failure, RunRequest, SourceSpec
from graph.runs.source_door import SourceDoor, with_fixed_paths
from graph.runs.sql_store import SqlRunStore
from graph.runs.steps import run_step
from graph.sources.recording import Listing, MemorySource
from graph.traces.trace import Page
from tests.fakes.stores import open_sqlite_store


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlRunStore]:
    async with open_sqlite_store(tmp_path / "runs.sqlite3") as opened:
        yield opened


# Limiter ---------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_no_more_than_the_slots_work_at_once() -> None:
    """Thirty pieces of work with three slots: three at a time, and all get done."""
    limiter, at_once, most = Limiter(3), 0, 0

    async def work() -> None:
        nonlocal at_once, most
        async with limiter.slot("run"):
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0)
            at_once -= 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(30):
            tasks.create_task(work())
    assert (most, limiter.free) == (3, 3)


@pytest.mark.asyncio
async def test_a_long_run_does_not_starve_a_short_one() -> None:
    """Slots go to runs in turn: the short run is done while the long one still waits."""
    limiter, order = Limiter(1), list[str]()

    async def work(owner: str) -> None:
        async with limiter.slot(owner):
            order.append(owner)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        for owner in ["long"] * 20 + ["short"] * 3:
            tasks.create_task(work(owner))
    assert order[:7].count("short") == 3
    assert order.count("long") == 20


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=25), st.integers(1, 4))
def test_no_slot_is_lost_to_cancelled_work(plan: list[tuple[str, bool]], slots: int) -> None:
    """Property: whoever is cancelled, waiting or working, in the end all slots are free."""

    async def check() -> None:
        limiter = Limiter(slots)

        async def work(owner: str) -> None:
            async with limiter.slot(owner):
                await asyncio.sleep(0)
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(work(owner)) for owner, _ in plan]
        await asyncio.sleep(0)
        for task, (_, cancelled) in zip(tasks, plan, strict=True):
            if cancelled:
                task.cancel()
                await asyncio.sleep(0)
        if tasks:
            await asyncio.wait(tasks)
        assert limiter.free == slots

    asyncio.run(check())


# Fan-out ---------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_an_error_of_a_part_becomes_a_failure_with_its_message() -> None:
    """One unreadable recording is data; its message is the one a reader can act on."""

    async def unreadable() -> int:
        raise RecordingUnreadable("a.json", "byte 7", "it is cut off", "Export it again.")

    failure = await attempt("session", "a", unreadable)
    assert failure == Failure(
        part="session",
        subject="a",
        error="RecordingUnreadable",
        message="Cannot read 'a.json' at byte 7: it is cut off. Export it again.",
    )


@pytest.mark.asyncio
async def test_an_unexpected_error_of_a_part_is_a_failure_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A fault of ours in one session does not take the others with it, and leaves its traceback."""

    async def broken() -> int:
        raise KeyError("x")

    failure = await attempt("session", "a", broken)
    assert isinstance(failure, Failure)
    assert failure.error == "KeyError"
    assert "fault of Snags" in failure.message
    assert caplog.records[0].exc_info is not None


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [StoreError("away"), LeaseLost("gone"), asyncio.CancelledError()])
async def test_what_concerns_the_whole_run_passes(error: BaseException) -> None:
    """The store that is away, a lost lease and cancellation are no failures of a part."""

    async def stop() -> int:
        raise error

    with pytest.raises(type(error)):
        await attempt("session", "a", stop)


# Steps and bodies ------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_step_is_done_once(store: SqlRunStore) -> None:
    """The second time its stored result is returned, as the type it was."""
    done = list[str]()

    async def do() -> tuple[str, ...]:
        done.append("x")
        return ("a", "b")

    assert await run_step(store, "r", "k", tuple[str, ...], do) == ("a", "b")
    assert await run_step(store, "r", "k", tuple[str, ...], do) == ("a", "b")
    assert done == ["x"]


@pytest.mark.asyncio
async def test_a_damaged_step_is_done_again(store: SqlRunStore) -> None:
    """A step's result is derived: where it is damaged it is made anew."""

    async def do() -> list[int]:
        return [1]

    await store.put("r", "k", b"{not json")
    assert await run_step(store, "r", "k", list[int], do) == [1]
    assert await run_step(store, "r", "k", list[int], do) == [1]


@given(st.binary(max_size=400))
def test_packing_is_deterministic_and_loses_nothing(body: bytes) -> None:
    """Equal bodies are equal bytes, whenever they are packed."""
    assert pack(body) == pack(body)
    assert unpack(pack(body)) == body


def test_a_body_of_another_form_is_refused() -> None:
    """A value written by another version is an error with a remedy, never half a value."""
    page = Page(alias="u1", url="https://x/é", template="/{id}")
    assert decode(encode(page), Page) == page
    with pytest.raises(BodyDamaged, match="another version"):
        decode(b'{"alias": 1}', Page)


# Leases ----------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_lease_renews_itself_and_is_given_back(store: SqlRunStore) -> None:
    """While the block runs nobody else gets it, however long that is; afterwards at once."""
    async with hold_lease(store, "r", seconds=0.2) as lease:
        assert lease is not None
        await asyncio.sleep(0.5)
        lease.check()
        async with hold_lease(store, "r", seconds=0.2) as second:
            assert second is None
    with pytest.raises(LeaseLost):
        lease.check()
    async with hold_lease(store, "r") as next_one:
        assert next_one is not None
        assert next_one.token == lease.token + 1


@pytest.mark.asyncio
async def test_a_holder_that_was_taken_over_notices(store: SqlRunStore) -> None:
    """The renewal finds the newer token, and the old lease says so to whoever asks."""
    async with hold_lease(store, "r", seconds=0.2) as lease:
        assert lease is not None
        await store.seize_lease("r", seconds=60)
        await asyncio.sleep(0.2)
        with pytest.raises(LeaseLost):
            lease.check()


# Landings --------------------------------------------------------------------------------------------


def record(index: int, digest: str = "") -> SessionRecord:
    return SessionRecord(
        index=index,
        session_id=f"s{index}",
        file=f"{index}.json",
        status="summarized",
        reason="",
        digest=digest,
        same_as="",
        finding_ms=None,
        trace=None,
        summary=None,
    )


@given(st.permutations(range(8)), st.lists(st.sampled_from("abc"), min_size=8, max_size=8))
def test_who_is_the_original_does_not_depend_on_who_was_quickest(
    order: list[int], digests: list[str]
) -> None:
    """Property: of equal recordings the lowest path is the original, in whatever order they are read."""

    async def check() -> None:
        landings = Landings()
        asked = [
            asyncio.create_task(landings.original_of(index, digest))
            for index, digest in enumerate(digests)
        ]
        for index in order:
            landings.mark_read(ReadSession(index, f"s{index}", f"{index}.json"), digests[index])
            await asyncio.sleep(0)
        for index, task in enumerate(asked):
            original, first = await task, digests.index(digests[index])
            assert (original.place if original else index) == first

    asyncio.run(check())


@pytest.mark.asyncio
async def test_landings_wake_whoever_waits_for_all() -> None:
    """The patterns node learns at once that the last session has landed."""
    landings = Landings()
    assert not await landings.all_of(2, seconds=0.01)
    waiting = asyncio.create_task(landings.all_of(2, seconds=600))
    landings.land(record(1))
    landings.land(record(0))
    assert await asyncio.wait_for(waiting, 30)
    assert [one["index"] for one in landings.records] == [0, 1]


# Sources ---------------------------------------------------------------------------------------------


def door_of(tmp_path: Path, within: tuple[Path, ...] | None = None) -> SourceDoor:
    return SourceDoor(
        open_paths=lambda paths, _: MemorySource((), label=str(paths[0])),
        demo=tmp_path / "demo",
        within=within,
        posthog=lambda wanted, _: MemorySource((), label=wanted.words),
    )


def test_exactly_one_source_must_be_named(tmp_path: Path) -> None:
    """Neither and both are refused with the two ways to say it."""
    for spec in (SourceSpec(), SourceSpec(paths=("a",), demo=True)):
        with pytest.raises(InvalidRequest, match="`demo: true`"):
            door_of(tmp_path).open(spec)
    with pytest.raises(RecordingNotFound, match="SNAGS_DEMO_RECORDINGS"):
        door_of(tmp_path).open(SourceSpec(demo=True))
    (tmp_path / "demo").mkdir()
    demo = door_of(tmp_path).open(SourceSpec(demo=True))
    assert (demo.label, demo.list()) == ("demo", Listing(refs=()))


def test_a_client_may_name_only_what_lies_within_the_folders(tmp_path: Path) -> None:
    """Outside is refused, also by `..` or through a link; inside is opened."""
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (tmp_path / "secret").mkdir()
    (allowed / "link").symlink_to(tmp_path / "secret")
    door = door_of(tmp_path, (allowed,))
    assert door.open(SourceSpec(paths=(str(allowed),))).label == str(allowed)
    assert door.open(SourceSpec(paths=(str(allowed / "a.json"),)))
    for outside in (
        "secret",
        "allowed/../secret",
        "allowed/link",
        "allowed/link/a.json",
        "allowed2",
    ):
        with pytest.raises(InvalidRequest, match="SNAGS_ALLOW_PATHS"):
            door.open(SourceSpec(paths=(str(tmp_path / outside),)))


def test_paths_are_fixed_when_the_run_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run resumed from another directory reads the same files."""
    monkeypatch.chdir(tmp_path)
    request = with_fixed_paths(RunRequest(source=SourceSpec(paths=("a", "/b"))))
    assert request.source.paths == (str(tmp_path / "a"), "/b")


@pytest.mark.parametrize("path", ["a\0b", "~nobody_of_that_name/x", "a" * 5_000])
def test_what_is_no_path_is_refused_before_anything_looks_for_it(path: str) -> None:
    """A client's mistake is answered as one, never as a fault of ours."""
    with pytest.raises(InvalidRequest, match="Name a file or folder"):
        with_fixed_paths(RunRequest(source=SourceSpec(paths=(path,))))
