"""Settings: one frozen value, read from the environment once and passed down.

An explicit argument wins over the environment, and the environment over the default. Each field is
set by ``SNAGS_`` and its name in capitals: ``data_dir`` is ``SNAGS_DATA_DIR``. Keys and addresses of
models are also read by the names their providers gave them. Nothing else in the project reads the
environment.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from graph.errors import SettingsError

PREFIX = "SNAGS_"
SHARED_NAMES = {"DATABASE_URL": "database_url", "REDIS_URL": "redis_url"}
"""Variables that go by the names everybody gives them."""
PROVIDERS_OWN = {
    "OPENAI_API_KEY": "openai_key",
    "OPENAI_BASE_URL": "openai_base_url",
    "GEMINI_API_KEY": "google_key",
    "GOOGLE_API_KEY": "google_key",
}
"""Variables that people have set already, by the field they set; a later one wins, as it does for
Google's own client, and ``SNAGS_`` wins over all."""
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
ALL_ADDRESSES = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, never bound by default
PROJECT = Path(__file__).resolve().parents[1]


def _absolute(value: object) -> object:
    """Paths are fixed when settings are read: a later change of directory moves nothing."""
    return Path(value).expanduser().absolute() if isinstance(value, str | Path) else value


def _listed(separator: str) -> BeforeValidator:
    def split(value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(separator) if part.strip())
        return value

    return BeforeValidator(split)


AbsolutePath = Annotated[Path, BeforeValidator(_absolute)]


class Settings(BaseModel):
    """Everything a deployment can choose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: AbsolutePath = Field(default_factory=lambda: Path.cwd() / ".snags")
    """Folder for runs, reports, conversations and event logs.

    Under the working directory, so that two projects do not share their users' data by accident.
    """

    host: str = "127.0.0.1"
    """Address to listen on. Loopback: recordings are private, and there is no login."""

    port: int = Field(default=8787, ge=0, le=65_535)
    """TCP port; 0 lets the system choose. 8787 collides with no common development server."""

    allowed_hosts: Annotated[tuple[str, ...], _listed(",")] = ()
    """Further names, comma-separated, under which the server may be asked for.

    The loopback names and ``host`` are always allowed. Any other name is refused, which is what stops a web page
    from reaching this server through a name of its own (DNS rebinding).
    """

    allow_paths: Annotated[tuple[AbsolutePath, ...], _listed(os.pathsep)] = Field(
        default_factory=lambda: (Path.cwd(),)
    )
    """Folders, separated as in ``PATH``, whose recordings a client of the server may name.

    The working directory, because that is what the person who started the server pointed it at; the
    demo is always allowed. The command line is not bound by it: it has its user's own rights.
    """

    demo_recordings: AbsolutePath = PROJECT / "demo" / "recordings"
    """Folder of the bundled demo recordings; beside the code in a checkout and in the wheel."""

    concurrency: int = Field(default_factory=lambda: min(4, 2 * (os.cpu_count() or 1)), ge=1, le=64)
    """Sessions worked on at once, over all runs; each holds one recording in memory.

    Four at most by default: Python computes on one processor at a time, so more would finish no
    sooner, and the first finding would come later.
    """

    max_streams: int = Field(default=1_000, ge=1)
    """Open event streams at once; one more is answered 503. A stream costs about 50 KB."""

    heartbeat_seconds: float = Field(default=15.0, gt=0)
    """Pause between comments on a quiet stream; proxies cut after 30 to 60 seconds of silence."""

    send_timeout_seconds: float = Field(default=15.0, gt=0)
    """How long a reader may leave one piece of a stream untaken before it is dropped."""

    max_body_bytes: int = Field(default=2_000_000, ge=1_000)
    """Largest request body. Recordings are named by path, so a body is a question and its history."""

    database_url: SecretStr = SecretStr("")
    """``DATABASE_URL``: PostgreSQL, where several machines share runs, reports and conversations."""

    redis_url: SecretStr = SecretStr("")
    """``REDIS_URL``: Redis, where several processes share intermediate bodies and wake each other's readers."""

    posthog_host: str = "https://us.posthog.com"
    """PostHog's address: https://eu.posthog.com, or that of your own."""

    posthog_project: str = ""
    """Id of the PostHog project whose sessions may be asked for."""

    posthog_key: SecretStr = SecretStr("")
    """Personal API key of PostHog, with the scopes query:read and session_recording:read."""

    openai_key: SecretStr = SecretStr("")
    """Key of OpenAI, or of the server at ``openai_base_url``; also read from OPENAI_API_KEY."""

    openai_base_url: str = Field(default="", pattern="^(https?://.+)?$")
    """Address of any server that speaks as OpenAI's does; also read from OPENAI_BASE_URL.

    Nothing means OpenAI itself.
    """

    google_key: SecretStr = SecretStr("")
    """Key of the Gemini API; also read from GOOGLE_API_KEY and GEMINI_API_KEY."""

    google_base_url: str = Field(default="", pattern="^(https?://.+)?$")
    """Address of a server that speaks as the Gemini API does; nothing means Google itself."""

    model_fast: str = ""
    """Model that tells sessions: a name, or provider:name; ``none`` for no model. Nothing: by the keys."""

    model_reasoning: str = ""
    """Model that compares patterns; as ``model_fast``."""

    model_video: str = ""
    """Model that watches clips; as ``model_fast``."""

    model_chat: str = ""
    """Model that talks; as ``model_fast``."""

    model_embed: str = ""
    """Model that turns text into vectors; as ``model_fast``."""

    model_table: AbsolutePath | None = None
    """File with prices and sizes of further models, in the form of ``graph/models/models.toml``."""

    first_text_seconds: float | None = Field(default=None, gt=0)
    """How long a model may take to its first word; None: by how much it thinks, and where it runs."""

    stall_seconds: float | None = Field(default=None, gt=0)
    """How long an answer may pause once it has begun; None: by where the model runs."""

    call_seconds: float | None = Field(default=None, gt=0)
    """How long one answer may take altogether; None: by where the model runs."""

    log_level: str = Field(default="info", pattern="^(critical|error|warning|info|debug)$")
    """Least level that is logged: critical, error, warning, info or debug."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **explicit: object) -> Settings:
        """Settings from an environment (this process's by default) and explicit arguments.

        An explicit None, and a variable set to nothing, count as not given.

        Raises:
            SettingsError: a ``SNAGS_`` variable is unknown, or a value is out of range.
        """
        variables = os.environ if environ is None else environ
        values: dict[str, Any] = {
            field: variables[variable]
            for variable, field in {**SHARED_NAMES, **PROVIDERS_OWN}.items()
            if variables.get(variable, "").strip()
        }
        for variable, text in variables.items():
            if variable.startswith(PREFIX):
                name = _field_of(variable)
                if text.strip():
                    values[name] = text
        values |= {name: value for name, value in explicit.items() if value is not None}
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsError(_explain(error)) from error

    @property
    def host_names(self) -> tuple[str, ...]:
        """Names the server may be asked for, without port."""
        bound = f"[{self.host}]" if ":" in self.host else self.host
        named = () if self.host in ALL_ADDRESSES else (bound,)
        return (*LOOPBACK_NAMES, *named, *self.allowed_hosts)

    @property
    def readable_paths(self) -> tuple[Path, ...]:
        """Folders a client of the server may name, the demo's included."""
        return (*self.allow_paths, self.demo_recordings)


def _field_of(variable: str) -> str:
    name = variable.removeprefix(PREFIX).lower()
    if name in Settings.model_fields:
        return name
    known = [PREFIX + field.upper() for field in Settings.model_fields]
    nearest = difflib.get_close_matches(variable, known, n=1, cutoff=0.0)[0]
    raise SettingsError(
        f"{variable!r} is not a setting; the nearest one is {nearest!r}. "
        f"Rename or unset it. All settings: {', '.join(known)}."
    )


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    if field not in Settings.model_fields:
        return f"{field!r} is not a setting. Known: {', '.join(Settings.model_fields)}."
    return (
        f"{PREFIX}{field.upper()} is {first['input']!r}: {first['msg']}. "
        "Set another value, or unset it to use the default."
    )
