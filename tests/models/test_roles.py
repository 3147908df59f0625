"""Which model does what: the table for every combination of keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import SettingsError
from graph.models.catalogue import read_catalogue
from graph.models.roles import DEFAULTS, Role, resolve_roles
from graph.models.usage import TokenUsage
from graph.settings import Settings

OPENAI = {"OPENAI_API_KEY": "k"}
GEMINI = {"GEMINI_API_KEY": "k"}
ADDRESS = {"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}
LUNA, SOL, LITE, FLASH = "gpt-6-luna", "gpt-6-sol", "gemini-3.5-flash-lite", "gemini-3.8-flash"
SMALL, GOOGLES = "text-embedding-3-small", "gemini-embedding-2"
NONE = ("none",) * 5

TABLE: list[tuple[dict[str, str], tuple[str, ...]]] = [
    # environment                                    fast    reasoning chat    video   embed
    ({}, NONE),
    (OPENAI, (LUNA, SOL, LUNA, LUNA, SMALL)),
    (GEMINI, (LITE, FLASH, FLASH, FLASH, GOOGLES)),
    ({"GOOGLE_API_KEY": "k"}, (LITE, FLASH, FLASH, FLASH, GOOGLES)),
    (OPENAI | GEMINI, (LUNA, SOL, LUNA, FLASH, SMALL)),
    (ADDRESS, NONE),
    (ADDRESS | {"SNAGS_MODEL_FAST": "qwen"}, ("qwen", "qwen", "qwen", "none", "none")),
    (ADDRESS | OPENAI, (LUNA, SOL, LUNA, LUNA, SMALL)),
    (ADDRESS | GEMINI, ("none", "none", "none", FLASH, GOOGLES)),
    (
        ADDRESS | {"SNAGS_MODEL_FAST": "qwen", "SNAGS_MODEL_EMBED": "bge"},
        ("qwen", "qwen", "qwen", "none", "bge"),
    ),
    (ADDRESS | {"SNAGS_MODEL_FAST": "none"}, NONE),
    (OPENAI | {"SNAGS_MODEL_CHAT": "none"}, (LUNA, SOL, "none", LUNA, SMALL)),
    # The seed's choices.
    (
        OPENAI
        | GEMINI
        | {
            "SNAGS_MODEL_FAST": "gpt-4.1",
            "SNAGS_MODEL_REASONING": "o3",
            "SNAGS_MODEL_VIDEO": "gemini-2.5-flash",
        },
        ("gpt-4.1", "o3", LUNA, "gemini-2.5-flash", SMALL),
    ),
    (OPENAI | {"SNAGS_MODEL_VIDEO": "gemini-3.8-flash"}, (LUNA, SOL, LUNA, "none", SMALL)),
    (GEMINI | {"SNAGS_MODEL_FAST": "gpt-4.1"}, ("none", FLASH, FLASH, FLASH, GOOGLES)),
    (GEMINI | {"SNAGS_MODEL_FAST": "google:tuned"}, ("tuned", FLASH, FLASH, FLASH, GOOGLES)),
]


@pytest.mark.parametrize(("environ", "expected"), TABLE)
def test_each_role_by_the_keys_that_are_set(
    environ: dict[str, str], expected: tuple[str, ...]
) -> None:
    """With a key set nothing else has to be; what is named wins; what is missing says why."""
    roles = resolve_roles(Settings.from_env(environ))
    order = (Role.FAST, Role.REASONING, Role.CHAT, Role.VIDEO, Role.EMBED)
    found = tuple(choice.model if (choice := roles[role]) else "none" for role in order)
    assert found == expected
    assert {role for role in order if roles[role] is None} == set(roles.reasons)
    assert all(roles.reasons.values())


def test_a_reason_names_the_variable_to_set() -> None:
    """Whoever has no model reads what to do."""
    assert "OPENAI_API_KEY" in resolve_roles(Settings.from_env({})).reasons[Role.FAST]
    assert "SNAGS_MODEL_FAST" in resolve_roles(Settings.from_env(ADDRESS)).reasons[Role.CHAT]
    named = resolve_roles(Settings.from_env(OPENAI | {"SNAGS_MODEL_VIDEO": "gemini-3.8-flash"}))
    assert "GEMINI_API_KEY is not set" in named.reasons[Role.VIDEO]


def test_every_default_is_in_the_table_with_its_price_and_is_not_being_switched_off() -> None:
    """Defaults are current: priced, and with no announced end."""
    catalogue = read_catalogue()
    for models in DEFAULTS.values():
        for model in models.values():
            assert catalogue[model].priced, model
            assert catalogue[model].ends is None, model


def test_how_much_a_model_thinks_goes_by_its_role_and_by_what_it_offers() -> None:
    """OpenAI's chat completions take tools only without reasoning; Gemini's flash cannot do without."""
    openai = resolve_roles(Settings.from_env(OPENAI))
    google = resolve_roles(Settings.from_env(GEMINI))
    efforts = [
        choice.effort
        for roles in (openai, google)
        for role in (Role.FAST, Role.REASONING, Role.CHAT, Role.EMBED)
        if (choice := roles[role])
    ]
    assert efforts == ["low", "medium", "none", None, "low", "medium", "low", None]


def test_a_table_of_ones_own_adds_models_and_corrects_prices(tmp_path: Path) -> None:
    """Providers change prices more often than we release."""
    table = tmp_path / "models.toml"
    table.write_text(
        '[qwen]\nprovider = "openai"\ninput = 0\noutput = 0\ncontext = 8192\n'
        '[gpt-6-luna]\nprovider = "openai"\ninput = 1\ncached = 0.5\noutput = 2\n'
    )
    settings = Settings.from_env(OPENAI, model_table=table, model_chat="qwen")
    roles = resolve_roles(settings)
    fast, chat = roles[Role.FAST], roles[Role.CHAT]
    assert fast is not None
    assert chat is not None
    usage = TokenUsage(input=1_000_000, cached=400_000, output=500_000)
    assert fast.facts.cost_usd(usage) == pytest.approx(0.6 + 0.2 + 1.0)
    assert (chat.facts.context, chat.facts.cost_usd(usage)) == (8192, 0)
    table.write_text("[qwen]\nprice = 3\n")
    read_catalogue.cache_clear()
    with pytest.raises(SettingsError, match="SNAGS_MODEL_TABLE"):
        resolve_roles(settings)


def test_keys_do_not_show() -> None:
    """Settings can be logged."""
    settings = Settings.from_env(OPENAI | {"GEMINI_API_KEY": "secret-g"}, openai_key="secret-o")
    assert "secret" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.openai_key.get_secret_value() == "secret-o"
