"""From what a request names to a source that can be read, for those who may read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.errors import InvalidRequest, RecordingNotFound
from graph.runs.run import RunRequest, SourceSpec
from graph.sources.clickstream import ColumnMap
from graph.sources.posthog.filters import PostHogFilter
from graph.sources.posthog.throttle import Tell
from graph.sources.recording import Listing, Recording, RecordingRef, RecordingSource

MAX_PATH = 4_096
"""Characters; Linux takes no longer path."""
PathOpener = Callable[[Sequence[Path], ColumnMap | None], RecordingSource]
"""How named paths become a source; a column map says how to read tables among them."""

PostHogOpener = Callable[[PostHogFilter, Tell], RecordingSource]


def _untold(_: str) -> None:
    """Nobody listens."""


def with_fixed_paths(request: RunRequest) -> RunRequest:
    """The request with absolute paths, so that a resumed run reads the same files from anywhere.

    Blocking: call it in a thread.

    Raises:
        InvalidRequest: something named is no path at all.
    """
    paths = tuple(_fixed(path) for path in request.source.paths)
    source = request.source.model_copy(update={"paths": paths})
    return request.model_copy(update={"source": source})


def _fixed(path: str) -> str:
    if len(path) > MAX_PATH:
        raise InvalidRequest(f"A path of {len(path)} characters is none. Name a file or folder.")
    try:
        fixed = Path(path).expanduser().absolute()
        fixed.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        message = f"{path!r} is no path of this machine ({error}). Name a file or folder."
        raise InvalidRequest(message) from error
    return str(fixed)


@dataclass(frozen=True, slots=True)
class DemoSource:
    """The bundled recordings, under a name of their own wherever they lie."""

    recordings: RecordingSource
    label: str = "demo"

    def list(self) -> Listing:
        return self.recordings.list()

    def read(self, ref: RecordingRef) -> Recording:
        return self.recordings.read(ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDoor:
    """Opens the sources that runs name."""

    open_paths: PathOpener
    demo: Path
    within: tuple[Path, ...] | None
    """Folders that may be named; None where whoever asks has the rights of this process anyway."""
    posthog: PostHogOpener

    def open(self, spec: SourceSpec, tell: Tell = _untold) -> RecordingSource:
        """Blocking: call it in a thread.

        Args:
            spec: what somebody named.
            tell: takes, in words, what a source waits for; called from any thread.

        Raises:
            InvalidRequest: no source is named, or two, or one outside the folders.
            RecordingNotFound: the path does not exist.
            SettingsError: the source needs a setting that is missing.
        """
        if [spec.demo, bool(spec.paths), spec.posthog is not None].count(True) != 1:
            raise InvalidRequest(
                "Name one source: `paths` of files or folders, a `posthog` filter, or `demo: true` for "
                "the bundled recordings."
            )
        if spec.demo:
            return self._open_demo()
        if spec.posthog is not None:
            return self.posthog(spec.posthog, tell)
        paths = [Path(path) for path in spec.paths]
        for path in paths:
            self._check_within(path)
        return self.open_paths(paths, spec.columns)

    def _open_demo(self) -> RecordingSource:
        if not self.demo.is_dir():
            raise RecordingNotFound(
                f"The demo recordings are not at {str(self.demo)!r}. Install Snags again, or set "
                "SNAGS_DEMO_RECORDINGS to their folder."
            )
        return DemoSource(self.open_paths([self.demo], None))

    def _check_within(self, path: Path) -> None:
        """Links are followed first: the name that counts is the file's own."""
        if self.within is None:
            return
        real = path.resolve()
        if not any(real.is_relative_to(folder.resolve()) for folder in self.within):
            folders = ", ".join(repr(str(folder)) for folder in self.within)
            raise InvalidRequest(
                f"{str(path)!r} is outside the folders this server may read: {folders}. Start it "
                "with SNAGS_ALLOW_PATHS set to the folder that holds your recordings."
            )
