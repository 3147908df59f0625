"""The router: plain questions, in many words, become tool calls; the rest is refused with a way on."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from agent.asked import Asked
from agent.intents import plan
from agent.question import understand
from agent.report_context import Facts, facts_of, with_run
from agent.suggestions import suggestions
from tests.agent.building import RUN, build_report, store_report
from tests.agent.talking import answer_to, ask, chatting
from tools.run_progress import new_document

REPORT = facts_of(build_report())
NOTHING = Facts()
GOING = with_run(NOTHING, new_document("run_1"))
BOTH = with_run(REPORT, new_document("run_1"))

Arguments = dict[str, Any]


def planned(text: str, facts: Facts) -> list[tuple[str, Arguments]]:
    """The calls that answer a question, after a talk about pattern 2 and session cart-03."""
    asked = Asked(
        question=understand(text, facts),
        facts=facts,
        earlier_pattern="2",
        earlier_session="cart-03",
    )
    return [(call.tool, call.arguments) for call in plan(asked).calls]


LIST, OPEN, SESSION, ROWS = "list_patterns", "open_pattern", "open_session", "trace_rows"
COUNT, WHY, COVERAGE, FIND = "count", "why", "coverage", "find_sessions"
MAKE, PROGRESS, SEARCH = "summarize_sessions", "progress", "search"


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        # what was found
        ("list the patterns", LIST, {}),
        ("What did people get stuck on?", LIST, {}),
        ("what are the main problems?", LIST, {}),
        ("Show me the issues", LIST, {}),
        ("give me an overview", LIST, {}),
        ("summarise the findings", LIST, {}),
        ("what went wrong?", LIST, {}),
        ("waht did you fnid so far", LIST, {}),
        ("any issues on the cart page?", LIST, {"page": "cart"}),
        ("issues on /checkout", LIST, {"page": "/checkout"}),
        ("which problems are critical?", LIST, {"severity": "critical"}),
        ("list blocking issues", LIST, {"kind": "blocking"}),
        ("what confuses... I mean, what is confusing people", LIST, {"kind": "confusion"}),
        ("is there anything slow", LIST, {"kind": "slow"}),
        ("where do people lose time?", LIST, {"kind": "slow"}),
        ("anything about the coupon?", LIST, {"text": "coupon"}),
        # one pattern
        ("open pattern 2", OPEN, {"pattern": "2"}),
        ("opne patern 2", OPEN, {"pattern": "2"}),
        ("open the second pattern", OPEN, {"pattern": "2"}),
        ("tell me more about the first one", OPEN, {"pattern": "1"}),
        ("explain #3", OPEN, {"pattern": "3"}),
        ("3", OPEN, {"pattern": "3"}),
        ("what is the worst problem?", OPEN, {"pattern": "worst"}),
        ("what is the most common issue?", OPEN, {"pattern": "most common"}),
        ("Which error did people run into most?", OPEN, {"pattern": "most common"}),
        ("tell me about the coupon problem", OPEN, {"pattern": "2"}),
        ("details of the search issue", OPEN, {"pattern": "3"}),
        ('show me "Coupon refused on /cart"', OPEN, {"pattern": "2"}),
        ("pattern p_cccccccccc", OPEN, {"pattern": "p_cccccccccc"}),
        ("Show me the evidence for pattern 2", OPEN, {"pattern": "2"}),
        ("show me an example of the coupon issue", OPEN, {"pattern": "2"}),
        ("show evidence", OPEN, {"pattern": "2"}),
        # numbers
        ("how many patterns are there?", COUNT, {"of": "patterns"}),
        ("how many critical patterns?", COUNT, {"of": "patterns", "severity": "critical"}),
        ("how many sessions are there?", COUNT, {"of": "sessions"}),
        ("how many users hit pattern 1?", COUNT, {"of": "sessions", "pattern": "1"}),
        ("how often does pattern 2 occur?", COUNT, {"of": "sessions", "pattern": "2"}),
        ("how many people had the coupon problem?", COUNT, {"of": "sessions", "pattern": "2"}),
        ("how many sesions were abandoned?", COUNT, {"of": "sessions", "outcome": "abandoned"}),
        ("how many recordings were skipped", COUNT, {"of": "sessions", "status": "skipped"}),
        ("number of sessions with confusion", COUNT, {"of": "sessions", "kind": "confusion"}),
        (
            "how many sessions had problems on /cart?",
            COUNT,
            {"of": "sessions", "page": "/cart", "with_issues": True},
        ),
        ("how many claims were withheld?", COUNT, {"of": "claims"}),
        # reasons
        ("why is pattern 1 critical?", WHY, {"asked": "severity", "pattern": "1"}),
        ("why is it medium?", WHY, {"asked": "severity", "pattern": "2"}),
        ("what makes the first one so severe", WHY, {"asked": "severity", "pattern": "1"}),
        (
            "why is calm-05 not in pattern 1?",
            WHY,
            {"asked": "not_in_pattern", "pattern": "1", "session": "calm-05"},
        ),
        (
            "why is checkout-01 part of pattern 2?",
            WHY,
            {"asked": "in_pattern", "pattern": "2", "session": "checkout-01"},
        ),
        ("why was idle-06 skipped?", WHY, {"asked": "skipped", "session": "idle-06"}),
        ("why is pattern 2 not blocking?", WHY, {"asked": "kind", "pattern": "2"}),
        ("why isn't search-04 blocking?", WHY, {"asked": "not_blocking", "session": "search-04"}),
        ("what was left out?", WHY, {"asked": "skipped"}),
        # moments and sessions
        ("what happened in checkout-01?", SESSION, {"session": "checkout-01"}),
        ("show me checkout-02", SESSION, {"session": "checkout-02"}),
        ("summarise checkout-01", SESSION, {"session": "checkout-01"}),
        ("open session checkout-01.json", SESSION, {"session": "checkout-01"}),
        (
            "what happened at 1:23 in checkout-01?",
            ROWS,
            {"session": "checkout-01", "at": "1:23"},
        ),
        (
            "what did the user do in session checkout-02 at 41 s",
            ROWS,
            {"session": "checkout-02", "at": "41 s"},
        ),
        ("and at 0:12?", ROWS, {"session": "cart-03", "at": "0:12"}),
        ("what happened around g2b in checkout-01", ROWS, {"session": "checkout-01", "at": "g2b"}),
        ("show me the rows of pattern 1", ROWS, {"pattern": "1"}),
        ("which sessions are there?", FIND, {}),
        ("list the sessions", FIND, {}),
        ("which sessions were abandoned?", FIND, {"outcome": "abandoned"}),
        ("which sessions have pattern 2?", COUNT, {"of": "sessions", "pattern": "2"}),
        ("who hit the coupon problem?", COUNT, {"of": "sessions", "pattern": "2"}),
        ("who was affected?", COUNT, {"of": "sessions", "pattern": "2"}),
        ("show me the clip", ROWS, {"pattern": "2"}),
        (
            "is session checkout-01 in pattern 3?",
            WHY,
            {"asked": "in_pattern", "pattern": "3", "session": "checkout-01"},
        ),
        ("what should we fix first?", OPEN, {"pattern": "1"}),
        ("which pages are worst?", LIST, {}),
        ("which sessions did you look at", FIND, {}),
        ("list them", LIST, {}),
        ("did anybody see the 500?", SEARCH, {"text": "500"}),
        ("what about the card field?", SEARCH, {"text": "card field"}),
        ("did somebody rage click?", SEARCH, {"text": "rage click"}),
        # trust
        ("what did you not look at?", WHY, {"asked": "skipped"}),
        ("what is the coverage?", COVERAGE, {}),
        ("what could you not see?", COVERAGE, {}),
        ("which claims were withheld?", COVERAGE, {}),
        ("what was refuted?", COVERAGE, {}),
        # recordings
        ("which recordings can you read?", FIND, {"source": "all"}),
        ("which sessions are in the demo?", FIND, {"source": "demo"}),
        ("summarise the demo", MAKE, {"source": "demo"}),
        ("summarise the recordings in ./my/recordings", MAKE, {"source": "./my/recordings"}),
        ("analyse /data/replays.json.gz", MAKE, {"source": "/data/replays.json.gz"}),
        ("run it again", MAKE, {}),
        (
            "what do people struggle with in ~/exports/week12",
            MAKE,
            {
                "source": "~/exports/week12",
                "focus": "what do people struggle with in ~/exports/week12",
            },
        ),
        (
            "Summarise the demo and tell me why people can't pay",
            MAKE,
            {"source": "demo", "focus": "Summarise the demo and tell me why people can't pay"},
        ),
    ],
)
def test_a_plain_question_becomes_the_call_that_answers_it(
    text: str, tool: str, arguments: Arguments
) -> None:
    """Synonyms, plurals, ordinals and slips of the key mean the same; "it" is what was open last."""
    assert planned(text, REPORT) == [(tool, arguments)]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (
            "how many blocking issues are there?",
            [
                (COUNT, {"of": "patterns", "kind": "blocking"}),
                (COUNT, {"of": "issues", "kind": "blocking"}),
            ],
        ),
        (
            "how many sessions failed?",
            [
                (COUNT, {"of": "sessions", "outcome": "failure"}),
                (COUNT, {"of": "sessions", "status": "failed"}),
            ],
        ),
        (
            "Where did people give up?",
            [
                (LIST, {"kind": "abandonment"}),
                (COUNT, {"of": "sessions", "outcome": "abandoned"}),
            ],
        ),
    ],
)
def test_a_word_with_two_meanings_is_answered_for_both(
    text: str, calls: list[tuple[str, Arguments]]
) -> None:
    """ "Issues" are patterns and occurrences, "failed" is the user or the reading."""
    assert planned(text, REPORT) == calls


@pytest.mark.parametrize(
    ("text", "facts", "tool", "arguments"),
    [
        (
            "What did people get stuck on?",
            NOTHING,
            MAKE,
            {"focus": "What did people get stuck on?"},
        ),
        ("Where did people give up?", NOTHING, MAKE, {"focus": "Where did people give up?"}),
        (
            "Which error did people run into most?",
            NOTHING,
            MAKE,
            {"focus": "Which error did people run into most?"},
        ),
        ("summarise the sessions", NOTHING, MAKE, {}),
        ("how far are you?", GOING, PROGRESS, {}),
        ("What have you found so far?", GOING, PROGRESS, {}),
        ("list the patterns", GOING, PROGRESS, {}),
        ("any problem with the coupon yet?", GOING, PROGRESS, {"about": "coupon"}),
        ("how many sessions have you read?", GOING, PROGRESS, {}),
        ("What have you found so far?", BOTH, PROGRESS, {}),
        ("is it done yet?", BOTH, PROGRESS, {}),
        ("open pattern 2", BOTH, OPEN, {"pattern": "2"}),
        ("list the patterns", BOTH, LIST, {}),
    ],
)
def test_the_same_words_mean_what_the_moment_allows(
    text: str, facts: Facts, tool: str, arguments: Arguments
) -> None:
    """Before any report a question starts one; while a run goes it is answered from the progress."""
    assert planned(text, facts) == [(tool, arguments)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("is it only Safari?", "The report does not say which browser or device"),
        ("how much revenue do we lose?", "The report does not say money, goals or satisfaction"),
        ("is it worse than last week?", "The report does not say how things change over time"),
        ("compare pattern 1 and 2", "I cannot compare groups of sessions"),
        ("fix the bug please", "I only read recordings and reports"),
        (
            "could the moon be cheese?",
            "Nothing in this report speaks of \u201cmoon\u201d, \u201ccheese",
        ),
        ("what about refunds?", "Nothing in this report speaks of \u201crefunds\u201d."),
        ("what then?", "I cannot answer that from this report."),
        ("cancel the run", "No run is going, so there is nothing to stop."),
        ("hello", "Hello. I look at recordings"),
        ("thanks!", "You are welcome."),
        ("help", "I look at recordings"),
        ("", "I look at recordings"),
    ],
)
def test_what_is_no_question_about_the_report_gets_words_and_suggestions(
    text: str, reason: str
) -> None:
    """No tool is called; the reason is plain, and three questions follow."""
    chosen = plan(Asked(question=understand(text, REPORT), facts=REPORT))
    assert chosen.calls == ()
    assert chosen.words.startswith(reason)
    assert chosen.suggest


def test_a_session_that_is_named_by_a_number_is_no_pattern() -> None:
    """ "001" is a session of that name, "pattern 1" a place in the list, "error 502" a title's word."""
    report = build_report()
    sessions = [
        one.model_copy(update={"session_id": f"{number:03}", "file": f"{number:03}.json"})
        for number, one in enumerate(report.sessions, start=1)
    ]
    first = report.patterns[0].model_copy(update={"title": "Pay now fails with 502"})
    patterns = [first, *report.patterns[1:]]
    facts = facts_of(report.model_copy(update={"sessions": sessions, "patterns": patterns}))
    assert planned("what happened in 001?", facts) == [(SESSION, {"session": "001"})]
    assert planned("why is 005 not in pattern 1?", facts) == [
        (WHY, {"asked": "not_in_pattern", "pattern": "1", "session": "005"})
    ]
    assert planned("open pattern 002", facts) == [(OPEN, {"pattern": "002"})]
    assert planned("did anyone see an error 502?", facts) == [(OPEN, {"pattern": "1"})]


def test_words_that_nothing_knows_are_not_passed_over() -> None:
    """The whole list is no answer to a narrower question unless it says so."""
    chosen = plan(Asked(question=understand("list issues with the zeppelin", REPORT), facts=REPORT))
    assert chosen.words.startswith("Nothing in this report speaks of \u201czeppelin\u201d")


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    """Nothing that a person types breaks the router."""
    for facts in (REPORT, NOTHING, GOING):
        chosen = plan(Asked(question=understand(text, facts), facts=facts))
        assert chosen.calls or chosen.words


@pytest.mark.parametrize("piece", ["a", "1:", "\u201c", "(", "/", "session ", "x y ", "1 s ", "ß"])
def test_a_long_text_costs_no_more_than_its_length(piece: str) -> None:
    """Eight thousand characters of anything are read; a reader that tries every way through them never ends."""
    assert understand((piece * 8_000)[:8_000], REPORT)


@pytest.mark.asyncio
async def test_answers_are_the_tools_own_words(data_dir: Path) -> None:
    """Numbers and links reach the reader exactly as the tool gave them."""
    async with chatting(data_dir) as (engine, chat):
        await store_report(engine, build_report())
        here = f"#/runs/{RUN}/sessions"
        expected = {
            "how many sessions have pattern 1": (
                "**1. \u201cPay now\u201d does nothing on /checkout**: 2 of 4 sessions that could meet it "
                f"(50%; 95% interval 15% to 85%): [checkout-01]({here}/checkout-01), "
                f"[checkout-02]({here}/checkout-02). Of these, 0 got what they came for all the same."
            ),
            "why was idle-06 skipped?": (
                f"- [idle-06]({here}/idle-06) was skipped: no user activity"
            ),
            "how many claims were withheld?": (
                "9 claims, 1 withheld by the checks; 0 event ids did not exist and were dropped. "
                "Reasons: no signal in the rows it cites."
            ),
            "how many blocking issues?": (
                "1 blocking pattern in this report, of 3 in all: "
                "**1. \u201cPay now\u201d does nothing on /checkout**.\n\n"
                "2 blocking issues in 2 sessions of 5 summarized."
            ),
            "list the low issues": (
                "1 low pattern in 5 sessions (the report has 3 patterns in all):\n\n"
                "- **3. Search takes 4 s on /search**: low, slow, seen once; 5 sessions could meet it; "
                f"see [search-04 at 0:05]({here}/search-04?ms=5000)"
            ),
        }
        for number, (question, answer) in enumerate(expected.items()):
            assert await answer_to(chat, question, f"r{number}") == answer


@pytest.mark.asyncio
async def test_it_means_what_was_open_last(data_dir: Path) -> None:
    """ "Why is it ...", after a pattern was opened, is about that pattern."""
    async with chatting(data_dir) as (engine, chat):
        await store_report(engine, build_report())
        await ask(chat, "open the second pattern", "r1")
        assert "**2. Coupon refused on /cart** is medium" in await answer_to(
            chat, "why is it medium?", "r2"
        )
        assert "2 of 4 rows" not in await answer_to(chat, "what happened in checkout-01?", "r3")
        assert "[checkout-01 at 1:23]" in await answer_to(chat, "and at 1:23?", "r4")


@pytest.mark.asyncio
async def test_a_tools_error_is_passed_on_with_a_way_on(data_dir: Path) -> None:
    """What does not exist is answered with what does."""
    async with chatting(data_dir) as (engine, chat):
        await store_report(engine, build_report())
        answer = await answer_to(chat, "open pattern 9", "r1")
    assert answer.startswith(
        "There is no pattern 9: this report has 3, numbered 1 to 3 by severity."
    )
    assert "You can ask:" in answer


@pytest.mark.asyncio
@pytest.mark.parametrize("stored", [True, False])
async def test_the_three_questions_of_a_refusal_work(data_dir: Path, stored: bool) -> None:
    """They are made from what there is, and each of them is answered, not refused."""
    async with chatting(data_dir) as (engine, chat):
        if stored:
            await store_report(engine, build_report())
        refusal = await answer_to(chat, "could the moon be made of cheese?", "r0")
        offered = [line[2:] for line in refusal.splitlines() if line.startswith("- ")]
        assert offered == list(suggestions(REPORT if stored else NOTHING))
        assert len(offered) == 3
        if not stored:  # making the demo's report takes its time, and other tests do it
            offered.remove("Summarise the demo")
        for number, question in enumerate(offered, start=1):
            answer = await answer_to(chat, question, f"r{number}")
            assert "annot answer" not in answer
            assert "Nothing in this report" not in answer
            assert "does not say" not in answer
            assert "There is no" not in answer
