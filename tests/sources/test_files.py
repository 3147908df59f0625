"""Which files are looked at, what they are called, and which session they are."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from graph.errors import RecordingNotFound, RecordingUnreadable
from graph.ids import SessionId
from graph.sources.files import without_suffixes
from graph.sources.folder import FolderSource, open_source
from graph.sources.recording import RecordingRef
from tests.sources.writing import (
    SESSION,
    SHAPES,
    START_MS,
    Event,
    dumps,
    lines,
    listing_of,
    read_all,
    visit,
)


def save(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(value), encoding="utf-8")
    return path


def later(minutes: float, clicks: int = 2) -> list[Event]:
    """The same kind of visit, some minutes later."""
    return [
        {**event, "timestamp": event["timestamp"] + round(minutes * 60_000)}
        for event in visit(clicks)
    ]


def test_a_folder_gives_its_recordings_in_order(tmp_path: Path) -> None:
    """Folders are walked by name; what is no data is left out without a word."""
    for name in ("b.json", "a/2.json", "a/1.jsonl", "c"):
        save(tmp_path / name, [*visit(), {"type": 5, "data": {"tag": name}, "timestamp": START_MS}])
    for name in ("README.md", "LICENSE", "notes.txt", "make.py", ".hidden.json", ".git/x.json"):
        save(tmp_path / name, visit())
    save(tmp_path / "truth.json", {"seed": 4, "planted": ["dead click"]})
    listing = listing_of(tmp_path)
    assert [ref.file for ref in listing.refs] == ["a/1.jsonl", "a/2.json", "b.json", "c"]
    assert [ref.session_id for ref in listing.refs] == ["a/1", "a/2", "b", "c"]
    assert all(ref.size_bytes > 0 for ref in listing.refs)
    (truth,) = listing.unreadable
    assert truth.file == "truth.json"
    assert "an object with 'planted', 'seed'" in truth.reason


def test_a_file_that_is_named_is_always_looked_at(tmp_path: Path) -> None:
    """The content tells what a file is; its name only spares a folder's prose."""
    path = save(tmp_path / "visit.txt", visit())
    assert listing_of(tmp_path).refs == ()
    (recording,) = read_all(path)
    assert (recording.session_id, recording.file) == ("visit.txt", "visit.txt")


def test_paths_that_do_not_exist(tmp_path: Path) -> None:
    """A wrong path is said before anything is read."""
    with pytest.raises(RecordingNotFound, match=r"no file or folder at .*nothing-here"):
        open_source([tmp_path / "nothing-here"])
    with pytest.raises(RecordingNotFound, match="No path was given"):
        open_source([])


def test_an_unknown_reference(tmp_path: Path) -> None:
    """A session that is not listed is not found."""
    save(tmp_path / "a.json", visit())
    source = FolderSource.open([tmp_path])
    ref = RecordingRef(session_id=SessionId("b"), file="b.json")
    with pytest.raises(RecordingNotFound, match="no session 'b'"):
        source.read(ref)


def test_labels_say_no_whole_path(tmp_path: Path) -> None:
    """A report shows a name or a count."""
    one, two = save(tmp_path / "in" / "a.json", visit()), save(tmp_path / "in" / "b.json", visit())
    assert open_source([one.parent]).label == "in"
    assert open_source([str(one)]).label == "a.json"
    assert open_source([one, two]).label == "2 files"
    assert open_source([one.parent, tmp_path]).label == "2 folders"
    assert open_source([one.parent, one]).label == "2 paths"


def test_several_paths_have_distinct_names(tmp_path: Path) -> None:
    """Files of the same name from different folders keep apart, and each is read once."""
    one = save(tmp_path / "mon" / "x" / "visit.json", visit())
    two = save(tmp_path / "tue" / "x" / "visit.json", visit(4))
    recordings = read_all(one, two, two.parent, two)
    assert [(one.session_id, one.file) for one in recordings] == [
        ("mon/x/visit", "mon/x/visit.json"),
        ("tue/x/visit", "tue/x/visit.json"),
    ]


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    """A link inside is the file itself; a link outside is named and not opened."""
    outside = save(tmp_path / "outside" / "secret.json", visit())
    folder = tmp_path / "given"
    inside = save(folder / "real.json", visit())
    (folder / "same.json").symlink_to(inside)
    (folder / "away.json").symlink_to(outside)
    (folder / "away").symlink_to(outside.parent)
    (folder / "loop").symlink_to(folder / "loop")
    listing = listing_of(folder)
    assert [ref.file for ref in listing.refs] == ["real.json"]
    assert [one.file for one in listing.unreadable] == ["away", "away.json", "loop"]
    assert "link that leads out of the folder" in listing.unreadable[0].reason


def test_a_link_that_is_given_is_followed(tmp_path: Path) -> None:
    """Somebody who names a link means its target."""
    save(tmp_path / "real" / "a.json", visit())
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert len(read_all(tmp_path / "link")) == 1


def test_a_file_that_becomes_a_link_is_refused(tmp_path: Path) -> None:
    """What was listed as a file is not read through a link that took its place."""
    outside = save(tmp_path / "secret.json", visit())
    path = save(tmp_path / "given" / "in" / "a.json", visit())
    source = FolderSource.open([tmp_path / "given"])
    (ref,) = source.list().refs
    path.unlink()
    path.symlink_to(outside)
    with pytest.raises(RecordingUnreadable, match=r"Cannot read 'in/a\.json'"):
        source.read(ref)
    path.unlink()
    path.parent.rmdir()
    path.parent.symlink_to(outside.parent)
    with pytest.raises(RecordingUnreadable, match="Check that the file is still there"):
        source.read(ref)


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    """A pipe must not hang the listing."""
    os.mkfifo(tmp_path / "pipe.json")
    (unreadable,) = listing_of(tmp_path).unreadable
    assert "no plain file" in unreadable.reason


def test_names_that_cannot_be_printed(tmp_path: Path) -> None:
    """Control letters in a name reach no terminal and no report."""
    save(tmp_path / "a\x1b[2J\n.json", visit())
    (recording,) = read_all(tmp_path)
    assert recording.file.isprintable()
    assert recording.session_id.isprintable()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a.json", "a"),
        ("in/a.json.gz", "in/a"),
        ("a.b.JSONL.zst", "a.b"),
        ("v1.2", "v1.2"),
        ("in/.json", "in/.json"),
    ],
)
def test_session_names_without_suffixes(name: str, stem: str) -> None:
    """Only the suffixes of data files are taken off."""
    assert without_suffixes(name) == stem


@given(st.text(max_size=30))
def test_suffixes_of_any_name(name: str) -> None:
    """Taking suffixes off ends, and changes nothing the second time."""
    assert without_suffixes(without_suffixes(name)) == without_suffixes(name)


def test_files_with_one_name_but_for_suffixes(tmp_path: Path) -> None:
    """Two files never become one session because their names are alike."""
    save(tmp_path / "a.json", visit(1))
    save(tmp_path / "a.jsonl", visit(2))
    assert [one.session_id for one in read_all(tmp_path)] == ["a", "a.jsonl"]


@pytest.mark.parametrize(
    "document",
    [
        {"version": "1", "data": {"id": "own", "person": {}, "snapshots": visit()}},
        {"events": visit(), "sessionId": "own"},
        [{**event, "$session_id": "own"} for event in visit()],
        [{"window_id": "w", "session_id": "own", "data": visit()}],
        [*visit(), {"type": 5, "timestamp": START_MS, "data": {"tag": "$options", "payload": {"sessionId": "own"}}}],
        [*visit(), {"type": 5, "timestamp": START_MS, "data": {"tag": "app", "payload": {"$session_id": "own"}}}],
    ],
)  # fmt: skip
def test_recordings_that_name_their_session(tmp_path: Path, document: object) -> None:
    """The recording's own id is its id, wherever it stands."""
    save(tmp_path / "a.json", document)
    (recording,) = read_all(tmp_path)
    assert recording.session_id == "own"


def test_another_apps_session_is_not_ours(tmp_path: Path) -> None:
    """An app's custom event about some session of its own does not name the recording."""
    payload = {"tag": "checkout", "payload": {"sessionId": "cart-7", "id": "x"}}
    save(tmp_path / "a.json", [*visit(), {"type": 5, "timestamp": START_MS, "data": payload}])
    (recording,) = read_all(tmp_path)
    assert recording.session_id == "a"


def test_a_hostile_session_id_is_a_harmless_label(tmp_path: Path) -> None:
    """An id from a file is shown and logged: no control letters, and no endless ones."""
    save(
        tmp_path / "a.json", {"data": {"id": "../../x\x1b[0m\n" + "y" * 900, "snapshots": visit()}}
    )
    (recording,) = read_all(tmp_path)
    assert recording.session_id.isprintable()
    assert len(recording.session_id) == 200


def test_parts_of_a_session_are_one(tmp_path: Path) -> None:
    """Files that claim one session and lie close together are its parts; overlap is removed."""
    for name, events in (("1", visit(2)), ("2", [*visit(2), *later(20)]), ("3", later(45))):
        save(tmp_path / f"{name}.json", {"data": {"id": "own", "snapshots": events}})
    (recording,) = read_all(tmp_path)
    assert recording.session_id == "own"
    assert recording.file == "1.json"
    assert len(recording.events) == 3 * len(visit(2))
    moments = [event.timestamp_ms for event in recording.events]
    assert moments == sorted(moments)


def test_an_id_that_was_used_twice(tmp_path: Path) -> None:
    """Far apart in time, one id is two sessions, told apart by their files."""
    for name, events in (("a", later(600)), ("b", visit(2))):
        save(tmp_path / f"{name}.json", {"data": {"id": "own", "snapshots": events}})
    assert [(one.session_id, one.file) for one in read_all(tmp_path)] == [
        ("own@a", "a.json"),
        ("own", "b.json"),
    ]


def test_one_file_of_several_sessions(tmp_path: Path) -> None:
    """A log of many sessions' events is as many recordings, each whole."""
    events: list[Event] = []
    for mine, yours in zip(visit(), later(1, clicks=3), strict=True):
        events += [{"sessionId": "mine", **mine}, {"sessionId": "yours", **yours}, 4]  # type: ignore[list-item]
    (tmp_path / "log.jsonl").write_text(lines(events), encoding="utf-8")
    mine, yours = read_all(tmp_path)
    assert (mine.session_id, yours.session_id) == ("mine", "yours")
    assert len(mine.events) == len(yours.events) == len(visit())
    assert mine.digest != yours.digest
    assert mine.notes == ("something that is no rrweb event was left out (8 times)",)


def test_events_of_which_some_name_the_session(tmp_path: Path) -> None:
    """Where one session is named at all, events that name none are of it too."""
    first, *rest = visit()
    save(tmp_path / "a.json", [first, *({"sessionId": "own", **event} for event in rest)])
    (recording,) = read_all(tmp_path)
    assert recording.session_id == "own"
    assert len(recording.events) == len(visit())


@pytest.mark.parametrize("shape", SHAPES)
def test_long_files_are_listed_as_they_are_read(tmp_path: Path, shape: str) -> None:
    """The head alone tells the same as the whole file, in every shape."""
    long = [*visit(), *later(1, clicks=1_000)]
    (tmp_path / "long").write_text(SHAPES[shape](long), encoding="utf-8")
    (recording,) = read_all(tmp_path)
    named = SESSION if "capture" in shape else "long"
    assert (recording.session_id, len(recording.events)) == (named, len(long))


def test_a_wrapper_that_names_its_session_at_the_end(tmp_path: Path) -> None:
    """The id is found behind more events than a head holds."""
    save(tmp_path / "a.json", {"events": later(1, clicks=1_000), "sessionId": "own"})
    (recording,) = read_all(tmp_path)
    assert recording.session_id == "own"


def test_one_source_read_from_many_threads(tmp_path: Path) -> None:
    """Listing and reading at once from several threads gives the same as one after the other."""
    for number in range(6):
        save(tmp_path / f"{number}.json", visit(number))
    several = [{"sessionId": f"s{n % 3}", **event} for n, event in enumerate(visit(20))]
    save(tmp_path / "several.json", several)
    refs = listing_of(tmp_path).refs
    source = FolderSource.open([tmp_path])
    with ThreadPoolExecutor(4) as pool:
        recordings = list(pool.map(source.read, refs * 3))
    assert [one.digest for one in recordings] == [one.digest for one in read_all(tmp_path)] * 3
