"""What is known of each model: its price, its sizes, what it takes. Read from ``models.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from graph.errors import SettingsError
from graph.models.usage import TokenUsage

TABLE = Path(__file__).with_name("models.toml")
MILLION = 1_000_000

UNKNOWN_CONTEXT = 32_000
"""Tokens that a model outside the table is trusted with: what small servers are started with."""
UNKNOWN_OUTPUT = 8_000

ProviderName = Literal["openai", "google"]


class ModelFacts(BaseModel):
    """One model. Prices are US dollars per million tokens, sizes are tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    provider: ProviderName
    input: float | None = Field(default=None, ge=0)
    """None where nobody has said what it costs."""
    cached: float | None = Field(default=None, ge=0)
    """Input that the provider had in its prompt cache; None where it costs as any other."""
    output: float | None = Field(default=None, ge=0)
    context: int = Field(default=UNKNOWN_CONTEXT, ge=1)
    max_output: int = Field(default=UNKNOWN_OUTPUT, ge=0)
    efforts: tuple[str, ...] = ()
    sampling: bool = False
    sees: Literal["video", "images", "nothing"] = "nothing"
    ends: date | None = None

    @property
    def priced(self) -> bool:
        """True where a cost can be told."""
        return self.input is not None and self.output is not None

    def cost_usd(self, usage: TokenUsage) -> float:
        """What these tokens cost; 0 where the price is not known."""
        if self.input is None or self.output is None:
            return 0.0
        cached = self.input if self.cached is None else self.cached
        paid = (usage.input - usage.cached) * self.input + usage.cached * cached
        return (paid + usage.output * self.output) / MILLION


FACTS: TypeAdapter[dict[str, ModelFacts]] = TypeAdapter(dict[str, ModelFacts])


@cache
def read_catalogue(extra: Path | None = None) -> Mapping[str, ModelFacts]:
    """The table, with the models of another file of the same form on top. Reads files once.

    Raises:
        SettingsError: the other file cannot be read as such a table.
    """
    known = FACTS.validate_python(tomllib.loads(TABLE.read_text(encoding="utf-8")))
    if extra is None:
        return known
    try:
        return known | FACTS.validate_python(tomllib.loads(extra.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise SettingsError(
            f"SNAGS_MODEL_TABLE names {str(extra)!r}, which is no table of models: {error}. "
            "Give it the form of graph/models/models.toml, or unset it."
        ) from error


def facts_of(catalogue: Mapping[str, ModelFacts], provider: ProviderName, model: str) -> ModelFacts:
    """What is known of a model; of one outside the table, only what is safe to assume.

    It is sent a temperature, because small servers draw at random without one, and it is shown
    nothing but text, except for Gemini's, which all take video.
    """
    known = catalogue.get(model)
    if known is not None and known.provider == provider:
        return known
    sees = "video" if provider == "google" else "nothing"
    return ModelFacts(provider=provider, sampling=True, sees=sees)
