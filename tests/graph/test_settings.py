"""Settings: explicit, then environment, then default; a wrong one is refused with the remedy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graph.errors import SettingsError
from graph.settings import Settings


def test_explicit_wins_over_environment_over_default() -> None:
    """In that order; None and an empty variable count as not given."""
    environ = {"SNAGS_PORT": "9000", "SNAGS_HOST": " ", "HOME": "/x"}
    assert Settings.from_env(environ).port == 9000
    assert Settings.from_env(environ, port=1234).port == 1234
    assert Settings.from_env(environ, port=None).port == 9000
    assert Settings.from_env({}).port == 8787
    assert Settings.from_env(environ).host == "127.0.0.1"


def test_an_unknown_variable_names_the_nearest_known_one() -> None:
    """A misspelt setting must not be ignored in silence."""
    with pytest.raises(SettingsError, match=r"'SNAGS_PROT' .* 'SNAGS_PORT'"):
        Settings.from_env({"SNAGS_PROT": "1"})
    with pytest.raises(SettingsError, match="'nonsense' is not a setting"):
        Settings.from_env({}, nonsense=1)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SNAGS_PORT", "70000"),
        ("SNAGS_PORT", "http"),
        ("SNAGS_CONCURRENCY", "0"),
        ("SNAGS_HEARTBEAT_SECONDS", "0"),
        ("SNAGS_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_out_of_range_names_variable_and_value(variable: str, value: str) -> None:
    """The message says which one, what it is, and what would be right."""
    with pytest.raises(SettingsError, match=f"{variable} is '{value}'"):
        Settings.from_env({variable: value})


def test_lists_are_split_and_paths_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are fixed when settings are read; folders are separated as in PATH."""
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env(
        {
            "SNAGS_ALLOW_PATHS": f"a{os.pathsep}/b",
            "SNAGS_ALLOWED_HOSTS": "snags.test, other.test",
            "SNAGS_DATA_DIR": "there",
        }
    )
    assert settings.allow_paths == (tmp_path / "a", Path("/b"))
    assert settings.data_dir == tmp_path / "there"
    assert settings.host_names[-2:] == ("snags.test", "other.test")
    assert settings.readable_paths == (*settings.allow_paths, settings.demo_recordings)
    assert Settings.from_env({}).allow_paths == (tmp_path,)


@pytest.mark.parametrize(
    ("host", "named"),
    [("192.168.1.5", ("192.168.1.5",)), ("fe80::1", ("[fe80::1]",)), ("0.0.0.0", ()), ("::", ())],  # noqa: S104
)
def test_the_address_that_was_chosen_is_a_name_of_the_server(
    host: str, named: tuple[str, ...]
) -> None:
    """Who listens on one address is asked for by it; who listens on all must say by which names."""
    assert Settings.from_env({}, host=host).host_names[3:] == named


def test_every_setting_says_what_it_is() -> None:
    """A person can look each setting up where it is defined."""
    source = Path("graph/settings.py")
    lines = (Path(__file__).parents[2] / source).read_text(encoding="utf-8")
    for field in Settings.model_fields:
        after = lines.split(f"\n    {field}: ", 1)[1]
        assert '"""' in after.split("\n\n", 1)[0] + after.split("\n\n", 2)[1], field
