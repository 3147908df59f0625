"""The provider server, asked through the real clients: every failure in the provider's own form."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Literal

import httpx
import pytest
from hypothesis import given, strategies as st
from langchain_core.messages import AIMessageChunk
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import SecretStr

from evals.providers.answers.answerer import Compromised, FirstOf, Scripted, echo
from evals.providers.asked import Asked, Reply, ToolCall
from evals.providers.faults import (
    INCIDENT,
    RATES,
    TRANSIENT,
    Always,
    Fault,
    Faults,
    InOrder,
    Seeded,
)
from evals.providers.limits import Limits
from evals.providers.profiles import PROFILES, draw_pace
from evals.providers.server import ProviderServer, Serving, embedding_of, serving
from graph.errors import DraftUnparsable, ModelDenied, ModelRefused, ModelUnavailable
from graph.models.call import Media, ModelCall, Models
from graph.models.door import ModelDoor
from graph.models.roles import Role
from graph.settings import Settings

Provider = Literal["openai", "google"]
PROVIDERS: tuple[Provider, ...] = ("openai", "google")
KEY = "sk-canary-0123456789"
ANSWER = "segments:\n- name: looks around\n  from: r7k\n  to: r9m\n" * 4
HASTE: dict[str, object] = {"first_text_seconds": 1.0, "stall_seconds": 1.0, "call_seconds": 20.0}


@pytest.fixture
def running() -> Iterator[Serving]:
    with serving(ProviderServer()) as one:
        yield one


@asynccontextmanager
async def models(running: Serving, provider: Provider) -> AsyncGenerator[Models]:
    """A run's models, all of one provider."""
    if provider == "google":
        settings = Settings.from_env(
            {"GEMINI_API_KEY": KEY}, google_base_url=running.address, **HASTE
        )
    else:
        settings = Settings.from_env(
            {"OPENAI_API_KEY": KEY}, openai_base_url=running.openai_url, **HASTE
        )
    door = ModelDoor(settings)
    try:
        yield await door.for_run("run_1")
    finally:
        await door.close()


def call_of(user: str, *, media: tuple[Media, ...] = ()) -> ModelCall:
    return ModelCall(
        role=Role.VIDEO if media else Role.FAST,
        prompt="session_summary",
        prompt_digest="p1",
        system="You tell sessions.",
        user=user,
        media=media,
    )


def whole(text: str) -> str:
    """A check that knows a whole answer from half of one, and ids from others."""
    if text != ANSWER:
        raise DraftUnparsable("It is not the answer.")
    return text


@pytest.mark.asyncio
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_every_transient_failure_is_overcome_and_the_answer_is_the_same(
    provider: Provider, running: Serving
) -> None:
    """One request for each failure, all at once: whatever went wrong first, the same answer comes."""
    server = running.server
    server.answerer = Scripted(ANSWER)
    server.faults = OneEach(sorted(TRANSIENT))
    async with models(running, provider) as asking, asyncio.TaskGroup() as tasks:
        asked = {
            fault: tasks.create_task(asking.ask(call_of(f"fault: {fault}"), whole))
            for fault in sorted(TRANSIENT)
        }
    assert {fault: task.result().value for fault, task in asked.items()} == dict.fromkeys(
        asked, ANSWER
    )


class OneEach(Faults):
    """The first attempt at a question goes wrong in the way that the question names."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults

    def decide(self, asked: Asked, attempt: int) -> Fault | None:
        first = next(one.text for one in asked.said if one.speaker == "user")
        # A corrected question is another content, and its attempts count from 0 again.
        corrected = sum(one.speaker == "user" for one in asked.said) > 1
        named = next(fault for fault in self._faults if first == f"fault: {fault}")
        return named if attempt == 0 and not corrected else None


@pytest.mark.asyncio
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.WRONG_KEY, ModelDenied),
        (Fault.NO_CREDIT, ModelDenied),
        (Fault.RATE_LIMITED_LONG, ModelUnavailable),
        (Fault.REFUSED, ModelRefused),
    ],
)
async def test_what_cannot_be_overcome_is_said_after_one_request(
    provider: Provider, fault: Fault, error: type[Exception], running: Serving
) -> None:
    """A wrong key, no credit, an hour's wait and a refusal are not asked about again."""
    running.server.faults = Always(fault, attempts=99)
    async with models(running, provider) as asking:
        with pytest.raises(error):
            await asking.ask(call_of("anything"), str)
    assert len(running.server.attempts.requests) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_was_answered_whole_is_counted(provider: Provider, running: Serving) -> None:
    """Paid twice is a count of whole answers by content; a cut one counts for nothing."""
    running.server.answerer = Scripted(ANSWER)
    running.server.faults = InOrder([Fault.CUT])
    async with models(running, provider) as asking:
        await asking.ask(call_of("one"), whole)
        assert running.server.attempts.paid_twice == {}
        await asking.ask(call_of("one"), whole)
    assert list(running.server.attempts.paid_twice.values()) == [2]


@pytest.mark.asyncio
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_clip_arrives_as_it_was_sent(provider: Provider, running: Serving) -> None:
    """Gemini is shown video, OpenAI pictures; byte for byte."""
    kind = "video/mp4" if provider == "google" else "image/png"
    clip = Media(kind, bytes(range(256)) * 3)
    async with models(running, provider) as asking:
        answer = await asking.ask(call_of("What is to be seen?", media=(clip,)), str)
    (asked,) = running.server.attempts.requests
    assert answer.value == "What is to be seen?"
    assert [(one.mime_type, one.data) for one in asked.shown] == [(kind, clip.data)]
    assert answer.usage.input > 258


@tool
def look_up(pattern: str) -> str:
    """Look a pattern up."""
    return pattern


@pytest.mark.asyncio
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_tool_calls_stream_and_their_results_come_back(
    provider: Provider, running: Serving
) -> None:
    """A call, its result, an answer: through the clients that agents use."""
    called = ToolCall("look_up", {"pattern": "p3"})
    running.server.answerer = Scripted(Reply(tool_calls=(called,)), "It is the third.")
    client = chat(running, provider).bind_tools([look_up])
    merged = None
    async for piece in client.astream("Which one?"):
        merged = piece if merged is None else merged + piece
    assert isinstance(merged, AIMessageChunk)
    assert [(one["name"], one["args"]) for one in merged.tool_calls] == [
        ("look_up", {"pattern": "p3"})
    ]
    result = await look_up.ainvoke(merged.tool_calls[0])
    answer = await client.ainvoke([("user", "Which one?"), merged, result])
    assert answer.text == "It is the third."
    assert [one.name for one in running.server.attempts.requests[0].tools] == ["look_up"]
    assert running.server.attempts.requests[1].said[-1].speaker == "tool"


def chat(running: Serving, provider: Provider) -> ChatOpenAI | ChatGoogleGenerativeAI:
    if provider == "google":
        return ChatGoogleGenerativeAI(
            model="gemini-3.8-flash", api_key=SecretStr(KEY), base_url=running.address
        )
    return ChatOpenAI(
        model="gpt-6-luna",
        api_key=SecretStr(KEY),
        base_url=running.openai_url,
        use_responses_api=False,
    )


def test_embeddings_of_both_protocols_are_the_same(running: Serving) -> None:
    """Texts that share words lie near each other; and each text was really sent."""
    texts = ["pay button does nothing", "the pay button did nothing", "search is slow"]
    ours = OpenAIEmbeddings(
        model="text-embedding-3-small",
        api_key=SecretStr(KEY),
        base_url=running.openai_url,
        check_embedding_ctx_length=False,
    ).embed_documents(texts)
    theirs = GoogleGenerativeAIEmbeddings(
        model="gemini-embedding-001", api_key=SecretStr(KEY), base_url=running.address
    ).embed_documents(texts)
    for one, other, text in zip(ours, theirs, texts, strict=True):
        assert one == pytest.approx(embedding_of(text), abs=1e-6)
        assert other == pytest.approx(one, abs=1e-6)
    alike = sum(a * b for a, b in zip(ours[0], ours[1], strict=True))
    unlike = sum(a * b for a, b in zip(ours[0], ours[2], strict=True))
    assert alike > 0.5 > abs(unlike)
    assert running.server.embedded == texts * 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"max_tokens": 5}, "unsupported_parameter"),
        ({"temperature": 0.2}, "unsupported_value"),
        ({"messages": [{"role": "user", "content": "x" * 1_200_000}]}, "context_length_exceeded"),
    ],
)
def test_what_real_models_refuse_is_refused(
    body: dict[str, object], code: str, running: Serving
) -> None:
    """A client that would fail there fails here, with the same code."""
    asked = {"model": "gpt-6-luna", "messages": [{"role": "user", "content": "x"}], **body}
    url = f"{running.openai_url}/chat/completions"
    answered = httpx.post(url, json=asked, headers={"Authorization": f"Bearer {KEY}"})
    assert (answered.status_code, answered.json()["error"]["code"]) == (400, code)
    assert httpx.post(url, json=asked).status_code == 401


def test_limits_are_told_and_kept(running: Serving) -> None:
    """Headers say what is left; beyond it a 429 says for how long."""
    running.server.limits = Limits(requests=2, tokens=10_000)
    url = f"{running.openai_url}/chat/completions"
    asked = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]}
    answers = [
        httpx.post(url, json=asked, headers={"Authorization": f"Bearer {KEY}"}) for _ in range(3)
    ]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[1].headers["x-ratelimit-remaining-requests"] == "0"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30


@given(st.integers(0, 2**32), st.text(max_size=20), st.integers(0, 5))
def test_luck_depends_on_content_and_attempt_alone(seed: int, digest: str, attempt: int) -> None:
    """Two designs that ask the same meet the same waits, in whatever order they ask."""
    profile = PROFILES["chat"]
    assert draw_pace(profile, seed, digest, attempt, 900) == draw_pace(
        profile, seed, digest, attempt, 900
    )


def test_waits_have_the_medians_and_tails_they_are_fitted_to() -> None:
    """p50 near 0.73 s and p95 near 1.2 s for a chat model."""
    paces = [draw_pace(PROFILES["chat"], 0, str(number), 0, 0) for number in range(4_000)]
    firsts = sorted(pace.first for pace in paces)
    assert firsts[2_000] == pytest.approx(0.74, abs=0.04)
    assert firsts[3_800] == pytest.approx(1.23, abs=0.12)
    rates = sorted(1 / pace.per_token for pace in paces)
    assert rates[2_000] == pytest.approx(75, abs=3)


@pytest.mark.parametrize("rates", [RATES, INCIDENT])
def test_failures_come_at_their_rates(rates: dict[Fault, float]) -> None:
    """About one in thirty on an ordinary day, one in five in an incident."""
    faults = Seeded(rates)
    asked = Asked(protocol="openai", model="m", said=())
    drawn = [faults.decide(asked, attempt) for attempt in range(6_000)]
    share = sum(one is not None for one in drawn) / 6_000
    assert share == pytest.approx(sum(rates.values()), rel=0.2)


def unknown(asked: Asked) -> Reply | None:
    """Knows no request."""
    del asked
    return None


def test_a_compromised_model_says_what_the_attacker_wants() -> None:
    """What it would have answered, changed; others are asked where one does not know a request."""
    asked = Asked(protocol="openai", model="m", said=())
    obeying = Compromised(echo, lambda _, reply: Reply(text=reply.text + "!"))
    assert FirstOf([unknown, obeying])(asked) == Reply(text="!")
    assert FirstOf([unknown])(asked) == Reply()
