"""The page's pure modules, run where they will run: in a browser."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from graph.stream.events import (
    CandidateFound,
    PatternFirmed,
    PatternProvisional,
    ProgressUpdated,
    ReportFinal,
    ReportUsable,
    RunEvent,
    RunStarted,
    SessionFailed,
    SessionQueued,
    SessionSkipped,
    SessionSummarized,
)
from tests.web.visiting import Visit, in_module
from tools.run_progress import RunProgress

pytestmark = pytest.mark.asyncio(loop_scope="session")

RFC_6902: list[tuple[Any, list[dict[str, Any]], Any]] = [
    ({"a": 1}, [{"op": "add", "path": "/b", "value": [1]}], {"a": 1, "b": [1]}),
    ({"a": [1, 3]}, [{"op": "add", "path": "/a/1", "value": 2}], {"a": [1, 2, 3]}),
    ({"a": [1]}, [{"op": "add", "path": "/a/-", "value": 2}], {"a": [1, 2]}),
    ({"a": 1, "b": 2}, [{"op": "remove", "path": "/a"}], {"b": 2}),
    ({"a": [1, 2]}, [{"op": "remove", "path": "/a/0"}], {"a": [2]}),
    ({"a": {"b": 1}}, [{"op": "replace", "path": "/a/b", "value": None}], {"a": {"b": None}}),
    ({"a": {"b": 1}}, [{"op": "move", "from": "/a/b", "path": "/c"}], {"a": {}, "c": 1}),
    ({"a": [1, 2]}, [{"op": "move", "from": "/a/0", "path": "/a/1"}], {"a": [2, 1]}),
    ({"a": [1]}, [{"op": "copy", "from": "/a/0", "path": "/a/0"}], {"a": [1, 1]}),
    ({"a/b": 1, "~": 2}, [{"op": "replace", "path": "/a~1b", "value": 3}], {"a/b": 3, "~": 2}),
    ({"a": {"b": [1]}}, [{"op": "test", "path": "/a", "value": {"b": [1]}}], {"a": {"b": [1]}}),
    ({"a": 1}, [{"op": "replace", "path": "", "value": [2]}], [2]),
]

NOT_APPLICABLE: list[tuple[Any, dict[str, Any]]] = [
    ({}, {"op": "replace", "path": "/a", "value": 1}),
    ({}, {"op": "remove", "path": "/a"}),
    ({}, {"op": "add", "path": "/a/b", "value": 1}),
    ({"a": [1]}, {"op": "add", "path": "/a/2", "value": 1}),
    ({"a": [1]}, {"op": "add", "path": "/a/01", "value": 1}),
    ({"a": [1]}, {"op": "remove", "path": "/a/-"}),
    ({"a": {}}, {"op": "move", "from": "/a", "path": "/a/b"}),
    ({"a": 1}, {"op": "test", "path": "/a", "value": 2}),
    ({"a": 1}, {"op": "guess", "path": "/a"}),
    ({}, {"op": "add", "path": "/__proto__/polluted", "value": 1}),
    ({}, {"op": "add", "path": "/toString/x", "value": 1}),
]


async def test_patches_follow_the_rfc(visit: Visit) -> None:
    """Each operation of RFC 6902 gives the document that the RFC says."""
    await visit.page.goto(visit.url)
    made = await in_module(
        visit.page,
        "shared/json-patch.js",
        "return given.map(([document, operations]) => module.applyPatch(document, operations));",
        [[document, operations] for document, operations, _ in RFC_6902],
    )
    assert made == [expected for _, _, expected in RFC_6902]


async def test_a_patch_that_does_not_fit_is_refused(visit: Visit) -> None:
    """A place that is not there, or a prototype, is an error that names the operation."""
    await visit.page.goto(visit.url)
    messages = await in_module(
        visit.page,
        "shared/json-patch.js",
        """return given.map(([document, operation]) => {
             try { module.applyPatch(document, [operation]); return "applied"; }
             catch (problem) { return `${problem.name} ${problem.message}`; }
           });""",
        [[document, operation] for document, operation in NOT_APPLICABLE],
    )
    assert all(message.startswith("PatchFailed Patch {") for message in messages), messages
    assert await visit.page.evaluate("({}).polluted === undefined")


async def test_a_copy_is_a_value_of_its_own(visit: Visit) -> None:
    """What is copied and then changed in one place is not changed in the other."""
    await visit.page.goto(visit.url)
    operations = [
        {"op": "add", "path": "/a/n", "value": 1},
        {"op": "copy", "from": "/a", "path": "/b"},
        {"op": "replace", "path": "/b/n", "value": 2},
        {"op": "move", "from": "/b", "path": "/c"},
        {"op": "add", "path": "/c/m", "value": 3},
    ]
    made = await in_module(
        visit.page,
        "shared/json-patch.js",
        "return module.applyPatch({a: {}}, given);",
        operations,
    )
    assert made == {"a": {"n": 1}, "c": {"n": 2, "m": 3}}


async def test_a_patch_leaves_what_it_does_not_touch_as_it_was(visit: Visit) -> None:
    """The old document stays, and untouched parts of the new one are the same objects."""
    await visit.page.goto(visit.url)
    assert await in_module(
        visit.page,
        "shared/json-patch.js",
        """const before = {sessions: [{n: 0}, {n: 1}], patterns: [{p: 0}]};
           const after = module.applyPatch(before, [{op: "replace", path: "/sessions/0/n", value: 9}]);
           return after.patterns === before.patterns && after.sessions[1] === before.sessions[1]
             && after.sessions[0] !== before.sessions[0] && before.sessions[0].n === 0;""",
    )


def some_events(chance: random.Random) -> list[RunEvent]:
    """A run of twelve sessions, some of which are skipped or fail, with patterns that come and go."""
    ids = [f"s{number}" for number in range(12)]
    return [
        RunStarted(run_id="r", source="demo", focus=""),
        *(SessionQueued(session_id=one, file=f"{one}.json") for one in ids),
        SessionSkipped(node="select", session_id="x.txt", file="x.txt", reason="no JSON"),
        *(event for done, one in enumerate(ids, 1) for event in one_session(chance, one, done)),
        PatternFirmed(
            pattern_id="p0", title="P", kind="slow", severity="low", affected=2, eligible=2
        ),
        ReportUsable(patterns=1, elapsed_ms=10),
        ReportFinal(patterns=1, summarized=10, skipped=1, failed=1, elapsed_ms=20),
    ]


def one_session(chance: random.Random, one: str, done: int) -> list[RunEvent]:
    """What is told of one session, and of the run after it."""
    file = f"{one}.json"
    found = CandidateFound(
        session_id=one, kind="slow", harm="low", claim="Slow", page="/", ms=1, event_ids=["g0a"]
    )
    told: RunEvent
    match chance.choice("sssskf"):
        case "k":
            told = SessionSkipped(session_id=one, file=file, reason="nobody acted")
        case "f":
            told = SessionFailed(session_id=one, file=file, reason="damaged")
        case _:
            told = SessionSummarized(
                session_id=one, file=file, outcome="failure", headline="Left", issues=done % 3
            )
    return [
        told,
        *[found] * chance.randint(0, 3),
        PatternProvisional(
            pattern_id=f"p{chance.randint(0, 4)}",
            title="P",
            kind="slow",
            severity="low",
            affected=1,
            eligible=2,
            seen=done,
        ),
        ProgressUpdated(requested=12, summarized=done, skipped=0, failed=0, patterns=1),
    ]


async def test_the_page_has_the_same_progress_document_as_the_server(visit: Visit) -> None:
    """Every patch of a run, applied in the page, gives the document that the server has."""
    await visit.page.goto(visit.url)
    for seed in range(20):
        progress = RunProgress("r")
        patches: list[Any] = [copy.deepcopy(progress.document)]
        for event in some_events(random.Random(seed)):  # noqa: S311 (variety, not secrecy)
            patches.append(copy.deepcopy(progress.apply(event)))
        document = await in_module(
            visit.page,
            "shared/json-patch.js",
            "return given.reduce((document, patch) => module.applyPatch(document, patch));",
            patches,
        )
        assert document == progress.document


async def test_an_event_stream_is_read_the_same_however_it_is_cut(visit: Visit) -> None:
    """Line ends of all three kinds, comments, several data lines and cuts inside characters."""
    await visit.page.goto(visit.url)
    text = (
        ": hello\n\nid: 1\ndata: one\n\n"
        "id:2\r\nevent: named\r\ndata:two\r\n\r\n"
        "id: 3\rdata: über “drei”\r\r"
        "data: a\ndata: b\n\n"
        ": heartbeat\n\nid: 4\ndata: {}\n\nid: 5\ndata: not finished"
    )
    expected = [
        ["1", "message", "one"],
        ["2", "named", "two"],
        ["3", "message", "über “drei”"],
        ["3", "message", "a\nb"],
        ["4", "message", "{}"],
    ]
    read = await in_module(
        visit.page,
        "shared/sse.js",
        """const bytes = new TextEncoder().encode(given);
           const results = [];
           for (let size = 1; size <= bytes.length; size += 1) {
             const stream = new ReadableStream({start(control) {
               for (let at = 0; at < bytes.length; at += size) control.enqueue(bytes.slice(at, at + size));
               control.close();
             }});
             const found = [];
             for await (const event of module.readEvents(new Response(stream))) {
               found.push([event.id, event.event, event.data]);
             }
             results.push(found);
           }
           return results;""",
        text,
    )
    assert all(found == expected for found in read), read[0]


async def test_a_place_survives_its_address(visit: Visit) -> None:
    """Whatever a session is called, the link to it leads back to it, beside the same conversation."""
    await visit.page.goto(visit.url)
    places = [
        {"run": "run_1", "session": name, "ms": ms, "thread": "thread_1"}
        for name in ("plain", "dir/with space", "ü?&=#%2F", "../..", "a//b")
        for ms in (None, 0, 83_000)
    ]
    read = await in_module(
        visit.page,
        "shared/router.js",
        "return given.map((place) => module.parseHash(module.hrefTo(place)));",
        places,
    )
    assert [{key: one[key] for key in places[0]} for one in read] == places


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "text <svg onload=alert(1)> text",
    '<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">',
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](//elsewhere.example/)",
    "[a](https://elsewhere.example/?q=secret)",
    "[a](\\\\elsewhere.example)",
    "[a](/v1/runs/../../agui)",
    "[a](/v1/runs/x/report?format=html&to=https://elsewhere.example)",
    "[a](#/../..//elsewhere.example)",
    "![a](https://elsewhere.example/a.png)",
    "![a][r]\n\n[r]: https://elsewhere.example/a.png",
    "[a][r]\n\n[r]: javascript:alert(1)",
    "<https://elsewhere.example/>",
    "https://elsewhere.example/ and www.elsewhere.example",
    "someone@elsewhere.example",
    "`<b>code</b>`\n\n```html\n<script>alert(1)</script>\n```",
    "&lt;img src=x onerror=alert(1)&gt;",
    '<a href="https://elsewhere.example" style="position:fixed;inset:0">x</a>',
    "<style>@import url(https://elsewhere.example/a.css)</style>",
    "| <img src=x onerror=alert(1)> |\n|---|\n| <iframe src=//elsewhere.example> |",
    "- [ ] <input autofocus onfocus=alert(1)>",
    "# <form action=https://elsewhere.example><button>x</button></form>",
]
ALLOWED = frozenset(
    {"DIV", "P", "H3", "UL", "OL", "LI", "STRONG", "EM", "DEL", "CODE", "PRE", "BLOCKQUOTE"}
    | {"HR", "BR", "A", "SPAN", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD"}
)


async def test_nothing_in_an_answer_becomes_markup(visit: Visit) -> None:
    """Hostile Markdown is text: no element but ours, no attribute that acts, no link that leaves."""
    await visit.page.goto(visit.url)
    elements = await in_module(
        visit.page,
        "shared/markdown.js",
        """const {html, render} = await import("/assets/app/shared/html.js");
           const places = given.map((text) => {
             const place = document.body.appendChild(document.createElement("div"));
             render(html`<${module.Markdown} text=${text} />`, place);
             return place;
           });
           await new Promise((resolve) => setTimeout(resolve, 300));
           return places.map((place) => [...place.querySelectorAll("*")].map((element) => [
             element.tagName, [...element.attributes].map((one) => [one.name, one.value])]));""",
        HOSTILE,
    )
    for text, found in zip(HOSTILE, elements, strict=True):
        assert {tag for tag, _ in found} <= ALLOWED, text
        names = {name for _, attributes in found for name, _ in attributes}
        assert names <= {"class", "start", "tabindex", "scope"}, text


async def test_what_an_answer_may_hold_is_drawn(visit: Visit) -> None:
    """Lists, tables, emphasis, code, and links into the report."""
    await visit.page.goto(visit.url)
    text = (
        "**Two** of *three*:\n\n1. [s-1 at 0:42](#/runs/run_1/sessions/s-1?ms=42000)\n"
        "2. `code` &amp; \\*stars\\*\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    drawn = await in_module(
        visit.page,
        "shared/markdown.js",
        """const {html, render} = await import("/assets/app/shared/html.js");
           const place = document.createElement("div");
           render(html`<${module.Markdown} text=${given} />`, place);
           return place.innerHTML;""",
        text,
    )
    assert drawn == (
        '<div class="markdown"><p><strong>Two</strong> of <em>three</em>:</p><ol start="1">'
        '<li><a href="#/runs/run_1/sessions/s-1?ms=42000">s-1 at 0:42</a></li>'
        "<li><code>code</code> &amp; *stars*</li></ol>"
        '<div class="table-scroll" tabindex="0"><table><thead><tr><th scope="col">a</th>'
        '<th scope="col">b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></div></div>'
    )
