"""The outcome of ``snags eval``: what is written as JSON, and read back to be compared."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from evals.scoring.scores import ScorePart, Scores
from graph.errors import InvalidRequest

RESULT_FILE = "result.json"


class CorpusResult(ScorePart):
    """One corpus: every way of analysing it that could be scored."""

    name: str
    app: str
    split: str
    truth: str
    """Digest of the truth file: figures of different truths cannot be compared."""
    columns: dict[str, Scores]
    """By the name of the way: see ``evals.scoring.floors``."""


class Evaluation(ScorePart):
    """One call of ``snags eval``."""

    schema_: Literal["snags.eval/1"] = Field(default="snags.eval/1", alias="schema")
    created_at: str
    """ISO 8601, UTC."""
    seed: int
    versions: dict[str, str]
    analysts: list[str]
    corpora: list[CorpusResult]

    def to_json(self) -> str:
        return self.model_dump_json(by_alias=True, indent=1) + "\n"


def versions() -> dict[str, str]:
    """What the figures were made with."""
    try:
        snags = version("snags")
    except PackageNotFoundError:
        snags = "not installed"
    return {"snags": snags, "python": platform.python_version()}


def read_evaluation(path: Path) -> Evaluation:
    """An evaluation from its JSON file, or from the folder ``--out`` wrote.

    Raises:
        InvalidRequest: there is none, or the file is something else.
    """
    file = path / RESULT_FILE if path.is_dir() else path
    try:
        return Evaluation.model_validate_json(file.read_bytes())
    except OSError as error:
        raise InvalidRequest(
            f"Cannot read {str(file)!r}: {error.strerror}. Give a file that --json wrote, or a "
            "folder that --out wrote."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "the top"
        raise InvalidRequest(
            f"{str(file)!r} is no result of snags eval: at {place}, {first['msg']}. Give a file "
            "that --json wrote, or a folder that --out wrote."
        ) from error
