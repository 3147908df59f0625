"""What the tools say of a report: exact text, exact numbers, links to the moments."""

import pytest
from hypothesis import given, strategies as st
from inline_snapshot import snapshot
from markdown_it import MarkdownIt

from graph.errors import UnknownPattern
from tests.agent.building import RUN, at, build_report, build_summary, build_trace
from tools.answer import Answer, Citation, plain
from tools.counts import CountFilter, CountOf, count
from tools.coverage import coverage
from tools.lookup import find_session
from tools.patterns import PatternFilter, list_patterns, open_pattern
from tools.search import search
from tools.sessions import list_sessions, open_session, rows_around
from tools.summarize_sessions import digest
from tools.why import why_kind, why_membership, why_not_blocking, why_severity, why_skipped

REPORT = build_report()


def shown(answer: Answer) -> str:
    """The text with its links' addresses shortened: they are checked once, below."""
    return answer.text.replace(f"#/runs/{RUN}", "#")


def test_a_citation_links_session_and_time() -> None:
    """The label is for a reader, the address for the page."""
    cited = Citation(run_id=RUN, session_id="checkout-07", ms=83_000, event_ids=("g2b",))
    assert cited.link == f"[checkout-07 at 1:23](#/runs/{RUN}/sessions/checkout-07?ms=83000)"
    assert cited.fields() == {
        "session_id": "checkout-07",
        "ms": 83_000,
        "event_ids": ["g2b"],
        "href": f"#/runs/{RUN}/sessions/checkout-07?ms=83000",
    }


def test_a_session_id_cannot_leave_its_place_in_an_address() -> None:
    """Ids come from recordings: slashes, brackets and spaces are quoted."""
    cited = Citation(run_id=RUN, session_id="a/b) [x](http://evil.test", ms=0)
    assert cited.href == (f"#/runs/{RUN}/sessions/a%2Fb%29%20%5Bx%5D%28http%3A%2F%2Fevil.test?ms=0")
    assert addresses(cited.link) == [cited.href]


def addresses(markdown: str) -> list[str]:
    """Where the links of a text lead, by an independent reader of Markdown."""
    tokens = [child for token in MarkdownIt().parse(markdown) for child in token.children or []]
    return [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]


@given(st.text(max_size=200) | st.text(alphabet="[]()<>!`*_\\\n\r\u2028a:/h", max_size=60))
def test_recorded_text_brings_no_markup_and_no_second_line(text: str) -> None:
    """A page cannot put a link, an image, code, HTML or a list entry into an answer."""
    made = plain(text)
    assert made.isprintable()
    tokens = MarkdownIt().parse(f"Said: {made} (end)")
    kinds = {child.type for token in tokens for child in token.children or []}
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    emphasis = {
        "em_open",
        "em_close",
        "strong_open",
        "strong_close",
    }  # underscores; they lead nowhere
    assert kinds <= {"text", "text_special", *emphasis}


def test_patterns_are_listed_worst_first_with_their_best_moment() -> None:
    """Each line has number, severity, kind, reach and a link."""
    answer = list_patterns(REPORT, PatternFilter())
    assert shown(answer) == snapshot("""\
3 patterns in 5 sessions:

- **1. “Pay now” does nothing on /checkout**: critical, blocking, 2 of 4 sessions that could meet it (50%; 95% interval 15% to 85%); see [checkout-01 at 1:23](#/sessions/checkout-01?ms=83000)
- **2. Coupon refused on /cart**: medium, confusion, 3 of 5 sessions that could meet it (60%; 95% interval 23% to 88%); see [cart-03 at 0:12](#/sessions/cart-03?ms=12000)
- **3. Search takes 4 s on /search**: low, slow, seen once; 5 sessions could meet it; see [search-04 at 0:05](#/sessions/search-04?ms=5000)\
""")
    assert [one.session_id for one in answer.citations] == ["checkout-01", "cart-03", "search-04"]


@pytest.mark.parametrize(
    ("wanted", "heading"),
    [
        (PatternFilter(severity="critical"), "1 critical pattern in 5 sessions"),
        (PatternFilter(kind="slow"), "1 slow pattern in 5 sessions"),
        (PatternFilter(page="/cart"), "1 pattern on pages with '/cart' in their address"),
        (PatternFilter(text="coupon"), "1 pattern mentioning 'coupon'"),
        (PatternFilter(kind="abandonment"), "0 abandonment patterns in 5 sessions"),
        (PatternFilter(severity="high", page="/cart"), "0 high patterns on pages"),
    ],
)
def test_a_filtered_list_says_what_it_left_out(wanted: PatternFilter, heading: str) -> None:
    """The heading names the filter and how many patterns there are in all."""
    text = list_patterns(REPORT, wanted).text
    assert text.startswith(heading)
    assert "(the report has 3 patterns in all)" in text


def test_a_pattern_opens_with_numbers_reasons_and_evidence() -> None:
    """What a reader needs to believe it, and what speaks against it."""
    assert shown(open_pattern(REPORT, "1")) == snapshot("""\
**1. “Pay now” does nothing on /checkout** (critical, blocking)

- 2 of 4 sessions that could meet it (50%; 95% interval 15% to 85%)
- 0 of the 2 got what they came for all the same
- Severity critical: Harm is high; 2 of 4 sessions that could meet it (50%) met it; severity is high.
- A session belongs to it if: Does the session show: “Pay now” does nothing on /checkout?
- On /checkout
- 2 of 2 with it failed, 1 of 2 without it: 2.0 times as often (95% interval 1.1 to 3.6)

Evidence:
- [checkout-01 at 1:23](#/sessions/checkout-01?ms=83000): Clicked "Pay now" 4 times in quick succession; nothing happened.
  - 1:23 click button "Pay now" (g2b)
- [checkout-02 at 0:41](#/sessions/checkout-02?ms=41500): Clicked "Pay now" 4 times in quick succession; nothing happened.
  - 0:41 click button "Pay now" (g2e)\
""")


def test_a_session_opens_with_outcome_issues_and_segments() -> None:
    """Issues carry the number of the pattern they belong to."""
    assert shown(open_session(REPORT, find_session(REPORT, "checkout-01"))) == snapshot("""\
[checkout-01](#/sessions/checkout-01) (checkout-01.json): Tried to buy something (failure).

Outcome: failure. It lasted 2 min 5 s, of which 1 min active.

2 issues:
- [checkout-01 at 1:23](#/sessions/checkout-01?ms=83000): Clicked "Pay now" 4 times in quick succession; nothing happened (blocking, harm high; pattern 1)
- [checkout-01 at 0:30](#/sessions/checkout-01?ms=30000): The coupon was refused without a reason (confusion, harm high; pattern 2)

What happened:
- 0:00 to 1:00: Filled the cart (success)\
""")


def test_a_session_that_was_left_out_says_why() -> None:
    """There is nothing else to say of it."""
    answer = open_session(REPORT, find_session(REPORT, "idle-06"))
    assert shown(answer) == (
        "[idle-06](#/sessions/idle-06) was skipped: no user activity. File: idle-06.json."
    )


def test_sessions_are_listed_with_how_they_ended() -> None:
    """Those with issues come first."""
    lines = list_sessions(REPORT).text.splitlines()
    assert lines[0] == "6 sessions in the report on shop:"
    assert "checkout-01" in lines[2]
    assert "failure, 2 issues, 2 min 5 s" in lines[2]
    assert list_sessions(REPORT, outcome="abandoned").text.startswith("1 session with outcome")


def test_rows_around_a_moment_mark_it_and_show_what_changed() -> None:
    """The moment's row is bold, and each row has its event id."""
    answer = rows_around(REPORT, build_trace("checkout-01"), ms=83_000, before=1, after=2)
    assert shown(answer) == snapshot("""\
[checkout-01 at 1:23](#/sessions/checkout-01?ms=83000), 4 rows of 6; the session lasted 2 min 5 s:

- 1:00 typed in field “Card” on /checkout (g1x)
- **1:23 click button "Pay now" on /checkout (rage)** (g2b)
- 1:24 click button "Pay now" on /checkout (rage) (g3p)
- 1:25 POST /api/pay answered 500 on /checkout (g4a)\
""")
    assert answer.citations[0].event_ids == tuple(at("checkout-01", n) for n in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("of", "wanted", "text"),
    [
        ("patterns", CountFilter(), "3 patterns in this report: **1."),
        ("patterns", CountFilter(kind="slow"), "1 slow pattern in this report, of 3 in all: **3."),
        (
            "sessions",
            CountFilter(),
            "6 sessions in this report: 5 summarized, 1 skipped, 0 failed. 4 of",
        ),
        (
            "sessions",
            CountFilter(pattern="1"),
            "does nothing on /checkout**: 2 of 4 sessions that could meet it (50%;",
        ),
        ("sessions", CountFilter(outcome="failure"), "1 of 5 sessions (20%) ended with outcome"),
        (
            "sessions",
            CountFilter(status="skipped"),
            "1 of 6 sessions (17%) were skipped: [idle-06]",
        ),
        ("sessions", CountFilter(page="/cart"), "3 of 5 sessions (60%) had at least one issue on"),
        (
            "sessions",
            CountFilter(kind="blocking"),
            "2 of 5 sessions (40%) had at least one blocking",
        ),
        ("issues", CountFilter(), "6 issues in 4 sessions of 5 summarized."),
        ("issues", CountFilter(kind="confusion"), "3 confusion issues in 3 sessions of 5"),
        ("issues", CountFilter(pattern="pay now"), "2 issues of **1."),
        ("claims", CountFilter(), "9 claims, 1 withheld by the checks; 0 event ids did not exist"),
    ],
)
def test_everything_is_counted_by_code(of: CountOf, wanted: CountFilter, text: str) -> None:
    """The number, of how many, and what was counted."""
    assert text in count(REPORT, of, wanted).text


def test_why_a_pattern_has_its_severity() -> None:
    """The formula as the report has it, filled in."""
    text = why_severity(REPORT, "1").text
    assert "is critical because: Harm is high; 2 of 4 sessions" in text
    with pytest.raises(UnknownPattern):
        why_severity(REPORT, "7")


def test_why_a_pattern_or_a_session_is_not_blocking() -> None:
    """What became of those who met it decides, and the issues are shown."""
    assert "is confusion: confusion means" in why_kind(REPORT, "2").text
    assert "Its issues by kind: 3 confusion. In 1 of 3 sessions" in why_kind(REPORT, "2").text
    calm = why_not_blocking(REPORT, find_session(REPORT, "calm-05")).text
    assert calm.endswith("has no issue at all; it ended with outcome 'success'.")
    slow = why_not_blocking(REPORT, find_session(REPORT, "search-04")).text
    assert "None of its issues did that:" in slow
    assert slow.endswith("(slow, harm low; pattern 3); the user got past it")
    dead = why_not_blocking(REPORT, find_session(REPORT, "checkout-01")).text
    assert "does count 1 blocking issue" in dead


@pytest.mark.parametrize(
    ("session", "pages", "said"),
    [
        ("checkout-01", ("/checkout",), "is in **1."),
        ("calm-05", ("/", "/checkout"), "it did visit /checkout, and no row there meets it"),
        ("search-04", ("/search",), "it never visited /checkout, so it could not meet it"),
        ("calm-05", ("/checkout",), "a claim about it was withheld: The user could not find"),
        ("search-04", ("/search",), "what was found in it is something else: [search-04 at 0:05]"),
        ("idle-06", (), "it was skipped: no user activity"),
    ],
)
def test_why_a_session_is_or_is_not_in_a_pattern(
    session: str, pages: tuple[str, ...], said: str
) -> None:
    """Criterion, pages, withheld claims and other findings: whatever the stores hold of it."""
    summary = build_summary(session, pages) if pages else None
    answer = why_membership(REPORT, "1", find_session(REPORT, session), summary)
    assert said in answer.text


def test_why_sessions_were_left_out() -> None:
    """Every reason, for sessions and for files that are no recordings."""
    assert shown(why_skipped(REPORT, None)) == (
        "- [idle-06](#/sessions/idle-06) was skipped: no user activity\n"
        "- notes.txt could not be read: it is no recording"
    )
    kept = why_skipped(REPORT, find_session(REPORT, "calm-05"))
    assert shown(kept) == (
        "[calm-05](#/sessions/calm-05) was not left out: it was summarized, with 0 issues."
    )


def test_coverage_says_what_a_reader_must_know_before_trusting() -> None:
    """Looked at, left out, unreadable, unseen, withheld, cost and what left the machine."""
    assert shown(coverage(REPORT)) == snapshot("""\
- Source: shop; all 6 sessions of the source
- Sessions: 6 requested, 5 summarized, 1 skipped, 0 failed, 0 counted once because they were the same recording
- Time: 12 min 30 s recorded, 5 min active, 9.0 s that could not be seen (a masked field)
- Claims: 9 made, 1 withheld by the checks, 0 cited event ids that do not exist
- Analysts: rules; 0 model calls, $0.00; nothing left this machine

Left out:
- [idle-06](#/sessions/idle-06) skipped: no user activity

Not readable:
- notes.txt: it is no recording

Withheld claims:
- [calm-05](#/sessions/calm-05): The user could not find the cart (no signal in the rows it cites)

Refuted findings:
- Request failed: POST /api/log 5xx, [calm-05 at 1:25](#/sessions/calm-05?ms=85500): did not block: 2.6 s later the user went on (field “Card”).\
""")


def test_a_search_finds_what_no_pattern_is_made_of() -> None:
    """Single issues, refuted and withheld findings, sessions; by other names and status classes, too."""
    assert shown(search(REPORT, "the 502")) == (
        "1 place in this report speaks of '502':\n"
        "- refuted, [calm-05 at 1:25](#/sessions/calm-05?ms=85500): Request failed: POST /api/log 5xx; "
        "did not block: 2.6 s later the user went on (field \u201cCard\u201d)."
    )
    rage = search(REPORT, "rage click").text
    assert rage.startswith("3 places in this report speak of 'rage click':\n- pattern **1. ")
    assert "issue, [checkout-02 at 0:41]" in rage
    assert "withheld, [calm-05]" in search(REPORT, "find the cart").text
    assert "session [idle-06]" in search(REPORT, "idle").text
    assert search(REPORT, "zeppelin").text == "Nothing in this report speaks of 'zeppelin'."


def test_the_digest_of_a_new_report_begins_with_the_answer() -> None:
    """Title, answer, the worst patterns with links, what is missing, and the figures."""
    assert shown(digest(REPORT)) == snapshot("""\
**3 patterns in 5 sessions of shop** ([open the report](#))

3 of 5 sessions ran into something that recurs: 3 patterns.

Not counted: 1 session skipped (see Coverage).

The worst:
- **1. \u201cPay now\u201d does nothing on /checkout**: critical, blocking, 2 of 4 sessions that could meet it (50%; 95% interval 15% to 85%); see [checkout-01 at 1:23](#/sessions/checkout-01?ms=83000)
- **2. Coupon refused on /cart**: medium, confusion, 3 of 5 sessions that could meet it (60%; 95% interval 23% to 88%); see [cart-03 at 0:12](#/sessions/cart-03?ms=12000)
- **3. Search takes 4 s on /search**: low, slow, seen once; 5 sessions could meet it; see [search-04 at 0:05](#/sessions/search-04?ms=5000)

5 of 6 sessions summarized; 9 claims made, 1 withheld by the checks.\
""")


def test_the_digest_shows_what_speaks_to_a_question_under_its_own_number() -> None:
    """The answer counts from 1; a reader opens a pattern by its place in the report."""
    answer = "1 of 3 patterns speaks to it:\n1. Search takes 4 s on /search (low; seen once)"
    lines = digest(build_report(focus="Is the search slow?", answer=answer)).text.splitlines()
    assert lines[2] == "1 of 3 patterns speaks to it:"
    assert lines[4].startswith("- **3. Search takes 4 s on /search**: low, slow, seen once;")
    assert lines[6] == "The worst:"
