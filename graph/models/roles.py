"""Which model does what: a role is resolved to a model by the settings alone, so a table can say it.

A role that is named (``SNAGS_MODEL_FAST``) is that model. One that is not takes the default of the
provider whose key is set; OpenAI before Google, but for ``video``, which is Google's where it can be,
because its models take a clip as it is. At an address of one's own without a key there are no defaults
to assume: its model has to be named once, as ``SNAGS_MODEL_FAST``, and then speaks in every text role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from graph.models.catalogue import ModelFacts, ProviderName, facts_of, read_catalogue
from graph.settings import Settings

OFF = "none"
"""What a role is set to that must call no model."""

OPENAI_URL = "https://api.openai.com/v1"
GOOGLE_URL = "https://generativelanguage.googleapis.com"

PREFIXES: Mapping[str, ProviderName] = {"openai": "openai", "google": "google", "gemini": "google"}


class Role(StrEnum):
    """What a model is asked to do."""

    FAST = "fast"
    """Streams an account of one session."""
    REASONING = "reasoning"
    """Compares patterns."""
    VIDEO = "video"
    """Watches a clip."""
    CHAT = "chat"
    """Talks, with tools."""
    EMBED = "embed"
    """Turns text into vectors."""


TEXT_ROLES = frozenset({Role.FAST, Role.REASONING, Role.CHAT})

DEFAULTS: Mapping[ProviderName, Mapping[Role, str]] = {
    "openai": {
        Role.FAST: "gpt-6-luna",
        Role.REASONING: "gpt-6-sol",
        Role.VIDEO: "gpt-6-luna",
        Role.CHAT: "gpt-6-luna",
        Role.EMBED: "text-embedding-3-small",
    },
    "google": {
        Role.FAST: "gemini-3.5-flash-lite",
        Role.REASONING: "gemini-3.8-flash",
        Role.VIDEO: "gemini-3.8-flash",
        Role.CHAT: "gemini-3.8-flash",
        Role.EMBED: "gemini-embedding-2",
    },
}
"""Current models (the seed's gpt-4.1, o3 and gemini-2.5-flash are switched off by January 2027)."""

EFFORTS: Mapping[Role, str] = {
    Role.FAST: "low",
    Role.REASONING: "medium",
    Role.VIDEO: "low",
    Role.CHAT: "none",  # OpenAI's chat completions take tools only without reasoning
    Role.EMBED: "none",
}
"""How much a model that can reason does so, where it offers that; else the least it offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """The model of a role, and where it answers."""

    role: Role
    provider: ProviderName
    model: str
    base_url: str
    facts: ModelFacts

    @property
    def own_address(self) -> bool:
        """True where it is not the provider's own server that answers."""
        return self.base_url not in (OPENAI_URL, GOOGLE_URL)

    @property
    def effort(self) -> str | None:
        """How much it is asked to reason; None where it does not."""
        if not self.facts.efforts:
            return None
        wanted = EFFORTS[self.role]
        return wanted if wanted in self.facts.efforts else self.facts.efforts[0]

    @property
    def words(self) -> str:
        """For a person: the model and where it is."""
        return f"{self.model} ({self.base_url if self.own_address else self.provider})"


@dataclass(frozen=True, slots=True)
class Roles:
    """Every role: its model, or why it has none."""

    choices: Mapping[Role, ModelChoice]
    reasons: Mapping[Role, str]

    def __getitem__(self, role: Role) -> ModelChoice | None:
        return self.choices.get(role)


def resolve_roles(settings: Settings) -> Roles:
    """The model of each role, by the settings alone; asks no network.

    Raises:
        SettingsError: the table of models that was named cannot be read.
    """
    catalogue = read_catalogue(settings.model_table)
    choices: dict[Role, ModelChoice] = {}
    reasons: dict[Role, str] = {}
    for role in Role:
        found = _named_or_default(settings, role)
        if isinstance(found, str):
            reasons[role] = found
            continue
        provider, model = found
        own = settings.openai_base_url if provider == "openai" else settings.google_base_url
        choices[role] = ModelChoice(
            role=role,
            provider=provider,
            model=model,
            base_url=own or (OPENAI_URL if provider == "openai" else GOOGLE_URL),
            facts=facts_of(catalogue, provider, model),
        )
    return Roles(choices, reasons)


def _named_or_default(settings: Settings, role: Role) -> tuple[ProviderName, str] | str:
    """Provider and model, or the reason why there is none."""
    return _named(settings, role) if _setting(settings, role) else _default(settings, role)


def _named(settings: Settings, role: Role) -> tuple[ProviderName, str] | str:
    named = _setting(settings, role)
    if named == OFF:
        return f"{_variable(role)} is {OFF!r}"
    provider, model = _split(named)
    if not _reachable(settings, provider):
        return f"{_variable(role)} names {named!r}, and {_missing(provider)}"
    return provider, model


def _default(settings: Settings, role: Role) -> tuple[ProviderName, str] | str:
    if role in TEXT_ROLES and _only_an_address(settings):
        if settings.model_fast:
            return _named(settings, Role.FAST)
        return "an address is set and no key: name its model with SNAGS_MODEL_FAST"
    order: tuple[ProviderName, ...] = ("openai", "google")
    for provider in reversed(order) if role is Role.VIDEO else order:
        if _key(settings, provider):
            return provider, DEFAULTS[provider][role]
    if _only_an_address(settings):
        return f"an address is set and no key: name a model with {_variable(role)}"
    return "no key is set: OPENAI_API_KEY or GEMINI_API_KEY, or OPENAI_BASE_URL"


def _only_an_address(settings: Settings) -> bool:
    """True where a server of one's own is named, and nothing says which provider's models it has."""
    return bool(settings.openai_base_url) and not _key(settings, "openai")


def _reachable(settings: Settings, provider: ProviderName) -> bool:
    if provider == "openai":
        return bool(settings.openai_base_url) or _key(settings, provider)
    return bool(settings.google_base_url) or _key(settings, provider)


def _key(settings: Settings, provider: ProviderName) -> bool:
    key = settings.openai_key if provider == "openai" else settings.google_key
    return bool(key.get_secret_value())


def _missing(provider: ProviderName) -> str:
    if provider == "google":
        return "GEMINI_API_KEY is not set"
    return "neither OPENAI_API_KEY nor OPENAI_BASE_URL is set"


def _split(named: str) -> tuple[ProviderName, str]:
    """Provider and name of ``google:gemini-3.8-flash`` or a bare name.

    Google's begin with ``gemini``; all others are asked the way OpenAI is.
    """
    prefix, colon, model = named.partition(":")
    if colon and prefix in PREFIXES:
        return PREFIXES[prefix], model
    return ("google" if named.startswith("gemini") else "openai"), named


def _setting(settings: Settings, role: Role) -> str:
    named: Mapping[Role, str] = {
        Role.FAST: settings.model_fast,
        Role.REASONING: settings.model_reasoning,
        Role.VIDEO: settings.model_video,
        Role.CHAT: settings.model_chat,
        Role.EMBED: settings.model_embed,
    }
    return named[role]


def _variable(role: Role) -> str:
    return f"SNAGS_MODEL_{role.name}"
