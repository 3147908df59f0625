"""Whom the server answers: its own names, its own page, and nobody else's."""

from __future__ import annotations

import pytest
from starlette.routing import Mount, Route

from graph.stream.trust import refusal_of
from server import ROUTES
from tests.server.asking import Served

NAMES = ("localhost", "127.0.0.1", "[::1]", "Snags.test")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8787",
        "LOCALHOST:1",
        "127.0.0.1:9",
        "[::1]",
        "[::1]:8787",
        "snags.test",
    ],
)
def test_its_own_names_are_answered(host: str) -> None:
    """With and without port, in any case, IPv6 in brackets, and what the settings add."""
    assert refusal_of("GET", {"host": host}, NAMES) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.test",
        "evil.test:8787",
        "127.0.0.1.nip.test",
        "localhost.evil.test",
        "evil.test#localhost",
        "localhost@evil.test",
        "[::1].evil.test",
        "0.0.0.0",  # noqa: S104 - compared with, never bound
        "localhost:x",
        "::1",
        "localhost ",
    ],
)
def test_any_other_name_is_refused(host: str) -> None:
    """A page of another site reaches loopback through a name of its own (DNS rebinding)."""
    refusal = refusal_of("GET", {"host": host}, NAMES)
    assert refusal is not None
    assert refusal.status == 421


@pytest.mark.parametrize(
    ("method", "headers", "answered"),
    [
        ("POST", {}, True),
        ("POST", {"origin": "http://localhost:8787"}, True),
        ("POST", {"origin": "http://localhost:9999"}, False),
        ("POST", {"origin": "http://evil.test"}, False),
        ("POST", {"origin": "null"}, False),
        ("POST", {"origin": ""}, False),
        ("POST", {"origin": "http://localhost:8787.evil.test"}, False),
        ("DELETE", {"origin": "http://evil.test"}, False),
        ("POST", {"sec-fetch-site": "same-origin"}, True),
        ("POST", {"sec-fetch-site": "cross-site"}, False),
        ("POST", {"sec-fetch-site": "same-site"}, False),
        ("POST", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, False),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, False),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}, False),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, True),
        ("GET", {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}, True),
        ("GET", {"origin": "http://evil.test"}, True),
    ],
)
def test_another_page_can_make_it_do_or_tell_nothing(
    method: str, headers: dict[str, str], answered: bool
) -> None:
    """A form, a fetch, an EventSource of another origin are refused; following a link is not."""
    refusal = refusal_of(method, {"host": "localhost:8787", **headers}, NAMES)
    assert (refusal is None) is answered
    assert refusal is None or refusal.status == 403


def test_every_route_refuses_strangers_and_carries_the_headers(snags: Served) -> None:
    """Generated from the route table: a new route is guarded without anybody thinking of it."""
    asked: list[tuple[str, str]] = []
    for route in ROUTES:
        path = route.path if isinstance(route, Route) else f"{route.path}/icon.svg"
        methods = route.methods if isinstance(route, Route) else {"GET"}
        asked += [(method, path) for method in methods or () if method != "HEAD"]
        assert isinstance(route, Route | Mount)
    assert len(asked) >= 16
    for method, path in asked:
        filled = (
            path.replace("{run_id}", "r")
            .replace("{thread_id}", "t")
            .replace("{session_id:path}", "s")
        )
        stranger = snags.client.request(method, filled, headers={"Host": "evil.test"})
        assert (stranger.status_code, stranger.json()["error"]) == (421, "Refused"), path
        answer = snags.client.request(method, filled)
        for name in (
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cache-control",
        ):
            assert name in answer.headers, (path, name)
        assert "access-control-allow-origin" not in answer.headers


def test_the_page_allows_no_inline_script_and_nothing_from_elsewhere(snags: Served) -> None:
    """Its policy names what it needs and no more; browsers ask each time whether it changed."""
    page = snags.client.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-cache"
    assert snags.client.get("/assets/icon.svg").headers["cache-control"] == "no-cache"
    assert snags.client.get("/v1/runs").headers["cache-control"] == "no-store"
