"""Calls over the wire: what is sent, what counts as an answer, what is asked again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from graph.errors import (
    ContextOverflow,
    DraftCutShort,
    DraftUnparsable,
    ModelDenied,
    ModelError,
    ModelRefused,
    ModelUnavailable,
    SettingsError,
)
from graph.models.call import Media
from graph.models.roles import Role
from graph.models.usage import TokenUsage
from tests.models.asking import KEY, PROVIDER, Heard, asking, call_of
from tests.models.wire import (
    Asked,
    Script,
    chunk,
    fails,
    google_answer,
    google_piece,
    head,
    openai_answer,
    openai_piece,
    openai_usage,
    sends,
)


def answer_of(provider: PROVIDER, text: str) -> Script:
    return google_answer(text) if provider == "google" else openai_answer(text)


def number(text: str) -> int:
    """A check as a stage would write it."""
    try:
        return int(text)
    except ValueError as error:
        raise DraftUnparsable(f"{text!r} is not a number.") from error


def hangs_after(*pieces: str) -> Script:
    """Headers and some events, then nothing more for a long time."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head() + b"".join(map(chunk, pieces)))
        await writer.drain()
        await asyncio.sleep(60)

    return script


def keeps_alive() -> Script:
    """Comments for ever: bytes come, words do not."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head())
        while True:
            writer.write(chunk(": keep-alive\n\n"))
            await writer.drain()
            await asyncio.sleep(0.02)

    return script


def cuts(*pieces: str) -> Script:
    """Some events, and then the connection is gone."""

    async def script(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head() + b"".join(map(chunk, pieces)))
        await writer.drain()
        writer.close()

    return script


@pytest.mark.asyncio
async def test_openai_is_asked_as_its_models_want_it() -> None:
    """A stream with usage, the limit in the name that reasoning models take, and no temperature for them."""
    async with asking(openai_answer("4 2")) as (models, served):
        heard = Heard()
        answer = await models.ask(call_of(max_output_tokens=500), str, heard)
        body = served.asked[0].body
    assert served.asked[0].path == "/v1/chat/completions"
    assert served.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert [message["content"] for message in body["messages"]] == [
        "You tell sessions.",
        "What happened?",
    ]
    assert {name: value for name, value in body.items() if name != "messages"} == {
        "model": "gpt-6-luna",
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 4_500,
        "reasoning_effort": "low",
    }
    assert (answer.value, answer.text, answer.model) == ("4 2", "4 2", "gpt-6-luna")
    assert answer.usage == TokenUsage(input=100, cached=40, output=20, reasoning=5)
    assert answer.cost_usd == pytest.approx((60 * 0.10 + 40 * 0.01 + 20 * 0.50) / 1e6)
    assert (heard.begun, heard.texts) == (1, ["4 ", "2"])


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-4.1", {"temperature": 0.0}),
        ("o3", {"reasoning_effort": "low"}),
        ("some-local-model", {"temperature": 0.0}),
    ],
)
@pytest.mark.asyncio
async def test_only_models_that_take_a_temperature_are_sent_one(
    model: str, expected: dict[str, Any]
) -> None:
    """Reasoning models refuse it; small servers draw at random without it."""
    async with asking(openai_answer("yes"), model_fast=model) as (models, served):
        await models.ask(call_of(), str)
        body = served.asked[0].body
    assert {name: body[name] for name in ("temperature", "reasoning_effort") if name in body} == (
        expected
    )


@pytest.mark.asyncio
async def test_gemini_is_shown_the_clip_as_it_is() -> None:
    """Inline video with its frame rate and the low resolution, which are easily lost on the way."""
    clip = Media("video/mp4", b"clip", fps=2)
    async with asking(google_answer("seen"), provider="google") as (models, served):
        answer = await models.ask(call_of(role=Role.VIDEO, media=(clip,)), str)
        body = served.asked[0].body
    assert served.asked[0].path.startswith("/v1beta/models/gemini-3.8-flash:streamGenerateContent")
    assert body["contents"][0]["parts"] == [
        {
            "inlineData": {"data": "Y2xpcA==", "mime_type": "video/mp4"},
            "videoMetadata": {"fps": 2.0},
        },
        {"text": "What happened?"},
    ]
    assert body["generationConfig"] == {
        "candidateCount": 1,
        "maxOutputTokens": 6_000,
        "mediaResolution": "MEDIA_RESOLUTION_LOW",
        "thinkingConfig": {"thinking_level": "LOW"},
    }
    assert answer.usage == TokenUsage(input=100, output=20, reasoning=5)


@pytest.mark.asyncio
async def test_a_model_that_takes_no_video_is_shown_frames_and_refuses_a_clip() -> None:
    """What a model sees is known before anything is sent."""
    frame, clip = Media("image/png", b"png"), Media("video/mp4", b"clip")
    async with asking(openai_answer("seen")) as (models, served):
        await models.ask(call_of(role=Role.VIDEO, media=(frame, frame)), str)
        with pytest.raises(SettingsError, match=r"cannot be shown video/mp4.*SNAGS_MODEL_VIDEO"):
            await models.ask(call_of(role=Role.VIDEO, media=(clip,)), str)
        parts = served.asked[0].body["messages"][1]["content"]
    assert [part["type"] for part in parts] == ["image_url", "image_url", "text"]
    assert parts[0]["image_url"]["url"] == "data:image/png;base64,cG5n"
    assert len(served.asked) == 1


@pytest.mark.parametrize("provider", ["openai", "google"])
@pytest.mark.asyncio
async def test_an_answer_that_cannot_be_used_is_corrected_once(provider: PROVIDER) -> None:
    """The model is told what was wrong with its own answer; both are paid for."""
    scripts = answer_of(provider, "many"), answer_of(provider, "7")
    async with asking(*scripts, provider=provider) as (models, served):
        heard = Heard()
        answer = await models.ask(call_of(), number, heard)
        told = str(served.asked[1].body)
    assert (answer.value, len(served.asked)) == (7, 2)
    assert "many" in told
    assert "'many' is not a number." in told
    assert answer.usage.input == 200
    assert (heard.begun, heard.texts) == (2, ["7"])


@pytest.mark.asyncio
async def test_a_second_answer_that_cannot_be_used_is_an_error() -> None:
    """Two tries, then the session is a failure that says what was wrong."""
    async with asking(openai_answer("many"), openai_answer("more")) as (models, served):
        with pytest.raises(DraftUnparsable, match="'more' is not a number"):
            await models.ask(call_of(), number)
    assert len(served.asked) == 2


NOT_ANSWERS: list[tuple[str, PROVIDER, Script]] = [
    ("no end", "openai", sends([openai_piece("half")])),
    ("no end, but a marker", "openai", sends([openai_piece("half"), "data: [DONE]\n\n"])),
    ("no end", "google", sends([google_piece("half")])),
    ("empty", "openai", openai_answer("")),
    ("empty", "google", google_answer("")),
    ("no choices", "openai", sends([openai_piece(usage=openai_usage()), "data: [DONE]\n\n"])),
    ("connection cut", "openai", cuts(openai_piece("half"))),
    ("connection cut", "google", cuts(google_piece("half"))),
    ("cut before a byte", "openai", cuts()),
    ("broken event", "openai", sends(['data: {"choices": [{"del\n\n'])),
    ("broken event", "google", sends(['data: {"candidates": [{"con\n\n'])),
    ("a page", "openai", fails(200, "<html>Welcome</html>")),
    ("a page", "google", fails(200, "<html>Welcome</html>")),
    ("server error", "openai", fails(500, {"error": {"message": "oops"}})),
    ("server error", "google", fails(503, {"error": {"code": 503, "message": "overloaded"}})),
    ("a page for an error", "openai", fails(502, "<html>Bad gateway</html>")),
    ("a page for an error", "google", fails(502, "<html>Bad gateway</html>")),
    ("rate limit", "openai", fails(429, {"error": {"message": "slow"}}, {"retry-after-ms": "5"})),
    ("rate limit", "google", fails(429, {"error": {"code": 429, "message": "slow"}})),
    ("hangs", "openai", hangs_after()),
    ("hangs", "google", hangs_after()),
    ("stalls", "openai", hangs_after(openai_piece("half"))),
    ("stalls", "google", hangs_after(google_piece("half"))),
    ("only alive", "openai", keeps_alive()),
    ("only alive", "google", keeps_alive()),
]


@pytest.mark.parametrize(("fault", "provider", "script"), NOT_ANSWERS)
@pytest.mark.asyncio
async def test_what_is_no_answer_is_asked_again(
    fault: str, provider: PROVIDER, script: Script
) -> None:
    """The clients call half of these a success; here each one costs one more attempt, and no more."""
    scripts = script, answer_of(provider, "whole")
    limits = {"first_text_seconds": 0.6, "stall_seconds": 0.4}
    async with asking(*scripts, provider=provider, **limits) as (models, served):
        answer = await models.ask(call_of(), str)
    assert (answer.text, len(served.asked)) == ("whole", 2), fault


LEFT_ALONE: list[tuple[PROVIDER, Script, type[ModelError], str]] = [
    ("openai", fails(401, {"error": {"message": "bad key"}}), ModelDenied, "OPENAI_API_KEY"),
    (
        "google",
        fails(403, {"error": {"code": 403, "message": "no"}}),
        ModelDenied,
        "GEMINI_API_KEY",
    ),
    ("openai", fails(404, {"error": {"message": "gone"}}), ModelDenied, "SNAGS_MODEL_FAST"),
    (
        "openai",
        fails(429, {"error": {"code": "insufficient_quota", "message": "insufficient_quota"}}),
        ModelDenied,
        "no credit",
    ),
    (
        "openai",
        fails(400, {"error": {"message": "x", "code": "context_length_exceeded"}}),
        ContextOverflow,
        "Split",
    ),
    (
        "google",
        fails(
            400,
            {"error": {"code": 400, "message": "exceeds the maximum number of tokens allowed"}},
        ),
        ContextOverflow,
        "Split",
    ),
    ("openai", openai_answer("", "content_filter"), ModelRefused, "content_filter"),
    ("google", google_answer("", "SAFETY"), ModelRefused, "SAFETY"),
    (
        "google",
        sends([google_piece(promptFeedback={"blockReason": "SAFETY"}, candidates=[])]),
        ModelRefused,
        "refused to answer",
    ),
    (
        "openai",
        fails(429, {"error": {"message": "slow down"}}, {"retry-after": "3600"}),
        ModelUnavailable,
        "429",
    ),
]


@pytest.mark.parametrize(("provider", "script", "error", "says"), LEFT_ALONE)
@pytest.mark.asyncio
async def test_what_asking_again_cannot_mend_is_asked_once(
    provider: PROVIDER, script: Script, error: type[ModelError], says: str
) -> None:
    """A wrong key, an empty account, too large a request: one call, and what to do."""
    async with asking(script, provider=provider) as (models, served):
        with pytest.raises(error, match=says) as raised:
            await models.ask(call_of(), str)
    assert len(served.asked) == 1
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("provider", ["openai", "google"])
@pytest.mark.asyncio
async def test_an_answer_cut_at_its_limit_is_no_success(provider: PROVIDER) -> None:
    """Both clients return the half as if it were whole; the model is asked for a shorter one."""
    cut = (
        google_answer("- a", "MAX_TOKENS")
        if provider == "google"
        else openai_answer("- a", "length")
    )
    async with asking(cut, answer_of(provider, "a"), provider=provider) as (models, served):
        answer = await models.ask(call_of(), str)
        assert "Write a shorter one" in str(served.asked[1].body)
    assert answer.text == "a"
    async with asking(cut, provider=provider) as (models, served):
        with pytest.raises(DraftCutShort, match="cut at its limit"):
            await models.ask(call_of(), str)
    assert len(served.asked) == 2


@pytest.mark.asyncio
async def test_a_role_without_a_model_says_why() -> None:
    """No call is made."""
    async with asking(openai_answer("x"), model_chat="none") as (models, served):
        with pytest.raises(ModelDenied, match="SNAGS_MODEL_CHAT is 'none'"):
            await models.ask(call_of(role=Role.CHAT), str)
    assert served.asked == []
