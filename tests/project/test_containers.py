"""The container files name only what exists. They are not built here: there is no container engine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from graph.settings import SHARED_NAMES, Settings
from server import ROUTES

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
CONTAINERFILE = (ROOT / "Containerfile").read_text(encoding="utf-8")


def test_settings_and_paths_of_the_container_exist() -> None:
    """Each SNAGS_ variable is a setting, each copied or run file is there, the health check asks a route."""
    fields = {f"SNAGS_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bSNAGS_\w+", CONTAINERFILE)) <= fields
    for script in re.findall(r"python (scripts/\S+\.py)", CONTAINERFILE):
        assert (ROOT / script).is_file()
    checked = re.findall(r"127\.0\.0\.1:8787(/\w+)", CONTAINERFILE)
    assert checked
    assert set(checked) <= {getattr(route, "path", "") for route in ROUTES}
    assert Settings().port == 8787


def test_services_depend_on_services_and_use_volumes_that_are_declared() -> None:
    """No dangling name; every store has a health check that its dependants wait for."""
    services = COMPOSE["services"]
    volumes = set(COMPOSE["volumes"])
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            assert condition == {"condition": "service_healthy"}
            assert "healthcheck" in services[name]
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            assert source in volumes or source.startswith("${")


def test_the_server_gets_its_stores_and_is_published_on_loopback_only() -> None:
    """Its addresses go by the names that settings read, and nobody else's machine reaches the port."""
    snags = COMPOSE["services"]["snags"]
    assert set(snags["environment"]) == set(SHARED_NAMES)
    assert snags["ports"] == ["127.0.0.1:8787:8787"]
    assert "no-new-privileges:true" in snags["security_opt"]


def test_no_password_has_a_default() -> None:
    """Compose refuses to start without them."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{(\w*PASSWORD)[^}]*\}", text)) == {
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
    }
    assert not re.findall(r"\$\{\w*PASSWORD(?:\}|:-)", text.replace("$${REDIS_PASSWORD}", ""))
