"""Which files were given, what a report calls them, and opening them without being led astray."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from graph.errors import RecordingNotFound, RecordingUnreadable
from graph.sources.recording import UnreadableFile

_PROSE = {".md", ".markdown", ".rst", ".txt", ".adoc", ".pdf", ".doc", ".docx", ".log"}
_SCRIPTS = {".py", ".pyc", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".map", ".sh", ".sql"}
_PROGRAMS = {".ipynb", ".go", ".rb", ".java", ".rs", ".c", ".h", ".wasm", ".so", ".dll", ".exe"}
_PAGES = {".html", ".htm", ".css", ".scss", ".less", ".vue", ".svelte"}
_SETTINGS = {".yml", ".yaml", ".toml", ".ini", ".cfg", ".lock", ".xml", ".env"}
_PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".ico", ".bmp", ".avif"}
_MEDIA = {".mp4", ".webm", ".mov", ".mp3", ".wav", ".woff", ".woff2", ".ttf", ".otf", ".eot"}
_DATABASES = {".db", ".sqlite", ".sqlite3"}

NOT_DATA_SUFFIXES = frozenset[str]().union(
    _PROSE, _SCRIPTS, _PROGRAMS, _PAGES, _SETTINGS, _PICTURES, _MEDIA, _DATABASES
)
"""Left out of a folder without a word. A file that was named by itself is always looked at."""

_PAPERS = {"license", "licence", "copying", "notice", "authors", "readme", "changelog"}
NOT_DATA_NAMES = frozenset(_PAPERS | {"makefile", "dockerfile", "thumbs.db"})

_DATA_SUFFIXES = (
    ".gz", ".gzip", ".zst", ".zstd", ".json", ".jsonl", ".ndjson", ".csv", ".tsv",
)  # fmt: skip

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""Opening a pipe must not hang; for a plain file it changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file that may hold recordings."""

    root: Path
    """The folder that was given, or that of the file that was given; no link in it."""
    parts: tuple[str, ...]
    """The way from ``root`` to the file."""
    name: str
    """What reports call it: relative, with forward slashes, unique in its source."""
    size_bytes: int

    @property
    def stem(self) -> str:
        """The name without the suffixes of data files."""
        return without_suffixes(self.name)

    def open(self) -> BinaryIO:
        """The file, opened for reading; no link on the way is followed.

        Raises:
            RecordingUnreadable: it is gone, not a plain file, or may not be read.
        """
        try:
            return os.fdopen(_open_below(self.root, self.parts), "rb")
        except OSError as error:
            raise RecordingUnreadable(
                self.name,
                "byte 0",
                f"the system says {error.strerror or 'no plain file'!r}",
                "Check that the file is still there and that you may read it.",
            ) from error


def without_suffixes(name: str) -> str:
    """``visits/a.json.gz`` → ``visits/a``; other dots are part of the name."""
    stem = name
    while stem.lower().endswith(_DATA_SUFFIXES):
        shorter = str(PurePosixPath(stem).with_suffix(""))
        if shorter == stem:
            break
        stem = shorter
    return stem


def find_files(paths: Sequence[Path]) -> tuple[tuple[SourceFile, ...], tuple[UnreadableFile, ...]]:
    """Every file that may hold recordings, in the order given and then by name; each once.

    Raises:
        RecordingNotFound: one of the paths does not exist.
    """
    names = _names_of(paths)
    files: list[SourceFile] = []
    unreadable: list[UnreadableFile] = []
    seen: set[Path] = set()
    for path, prefix in zip(paths, names, strict=True):
        for found in _below(path, prefix):
            if isinstance(found, UnreadableFile):
                unreadable.append(found)
            elif (where := found.root.joinpath(*found.parts)) not in seen:
                seen.add(where)
                files.append(found)
    return tuple(files), tuple(unreadable)


def _names_of(paths: Sequence[Path]) -> list[str]:
    """What stands before each path's files: nothing for one path, else what tells them apart."""
    for path in paths:
        if not _can_be_reached(path):
            raise RecordingNotFound(
                f"There is no file or folder at {str(path)!r} that you may read. Check the path "
                "for typing mistakes, and its permissions."
            )
    resolved = [path.resolve() for path in paths]
    if not resolved:
        raise RecordingNotFound("No path was given. Give a file or a folder of recordings.")
    if len(resolved) == 1:
        return ["" if resolved[0].is_dir() else resolved[0].name]
    common = Path(os.path.commonpath([path.parent for path in resolved]))
    if common == Path(common.anchor):
        return [f"{number}/{path.name}" for number, path in enumerate(resolved, start=1)]
    return [path.relative_to(common).as_posix() for path in resolved]


def _can_be_reached(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _below(path: Path, prefix: str) -> Iterator[SourceFile | UnreadableFile]:
    resolved = path.resolve()
    if not resolved.is_dir():
        yield SourceFile(
            root=resolved.parent,
            parts=(resolved.name,),
            name=_shown(prefix),
            size_bytes=resolved.stat().st_size,
        )
        return
    for found in _walk(resolved, ()):
        name = _shown("/".join((prefix, *found) if prefix else found))
        where = resolved.joinpath(*found)
        if where.is_symlink():
            yield from _linked(resolved, where, name)
        elif where.is_dir():
            yield UnreadableFile(
                file=name,
                reason=f"Cannot read the folder {name!r}: it may not be listed. Change its "
                "permissions, or leave it out.",
            )
        else:
            size = where.lstat().st_size
            yield SourceFile(root=resolved, parts=found, name=name, size_bytes=size)


def _shown(name: str) -> str:
    """A name that can be printed and stored: file systems allow any bytes but ``/`` and NUL."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name
    )


def _walk(folder: Path, trail: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Files below a folder by name, links unfollowed; a folder that cannot be listed as itself."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield trail
        return
    for entry in entries:
        if entry.name.startswith((".", "__MACOSX")):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), (*trail, entry.name))
        elif not _is_not_data(entry.name):
            yield (*trail, entry.name)


def _is_not_data(name: str) -> bool:
    lowered = name.lower()
    return Path(lowered).suffix in NOT_DATA_SUFFIXES or lowered in NOT_DATA_NAMES


def _linked(root: Path, link: Path, name: str) -> Iterator[UnreadableFile]:
    """Nothing for a link to what the folder holds anyway; a word about one that leads out."""
    try:
        target = link.resolve()
        leads_out = target.is_symlink() or not target.is_relative_to(root)
    except (OSError, RuntimeError):
        # A link to itself; from Python 3.13 on it resolves to itself instead of raising.
        leads_out = True
    if leads_out:
        yield UnreadableFile(
            file=name,
            reason=f"Cannot read {name!r}: it is a link that leads out of the folder, and such "
            "links are not followed. Give its target by name, or copy it here.",
        )


def _open_below(root: Path, parts: Sequence[str]) -> int:
    """A descriptor of a plain file below ``root``; every step refuses links.

    Each step opens relative to the last one's descriptor, so a folder that is swapped for a link
    after it was listed cannot lead elsewhere.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | _NO_FOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        file = os.open(parts[-1], os.O_RDONLY | _NO_FOLLOW | _NO_WAIT, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("no plain file")
    return file


def label_of(paths: Sequence[Path]) -> str:
    """What a report calls this source: a name or a count, never a whole path."""
    if len(paths) == 1:
        return _shown(paths[0].resolve().name) or "folder"
    if all(path.is_dir() for path in paths):
        return f"{len(paths)} folders"
    return f"{len(paths)} files" if all(path.is_file() for path in paths) else f"{len(paths)} paths"
