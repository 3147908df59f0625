"""Predicates over a recording: small proofs that what truth says can be seen in it.

Each takes a `View` and an occurrence's begin and end (ms in the session).
"""

import re

from evals.lab.model import Proof
from evals.lab.view import View

BEFORE_MS = 1_500


def click_without_effect(words: str, quiet_ms: int = 1_500, ignore: str = "$^") -> Proof:
    """A click on this, after which nothing changes, nothing is asked for and no page opens.

    `ignore` matches what changes by itself: a ticker, a clock.
    """

    def proof(view: View, begin: int, _end: int) -> bool:
        clicks = view.clicks_between(begin - 200, begin + 400, words)
        return any(_nothing_after(view, click.ms, quiet_ms, ignore) for click in clicks)

    return proof


def _nothing_after(view: View, ms: int, quiet_ms: int, ignore: str) -> bool:
    changes = view.changes_between(ms, ms + quiet_ms)
    changed = [c for c in changes if _matters(c.what, c.text) and not re.search(ignore, c.text)]
    asked = view.rows_between(ms, ms + quiet_ms, "/api/")
    moved = view.page_at(ms) != view.page_at(ms + quiet_ms)
    return not changed and not asked and not moved


def _matters(what: str, text: str) -> bool:
    return what != "attribute" or not re.search(r"focus|hover|active|ripple", text)


def clicked(words: str) -> Proof:
    """A click on this near the beginning."""

    def proof(view: View, begin: int, _end: int) -> bool:
        return bool(view.clicks_between(begin - BEFORE_MS, begin + 1_000, words))

    return proof


def shows(pattern: str, within_ms: int = 2_500) -> Proof:
    """This text (a regular expression) is on the page soon after the beginning."""

    def proof(view: View, begin: int, end: int) -> bool:
        until = max(end, begin + within_ms)
        return any(re.search(pattern, text) for text in view.texts_between(begin - 300, until))

    return proof


def never_shows(pattern: str, within_ms: int = 4_000) -> Proof:
    """This text does not come up after the beginning."""

    def proof(view: View, begin: int, _end: int) -> bool:
        texts = view.texts_between(begin, begin + within_ms)
        return not any(re.search(pattern, text) for text in texts)

    return proof


def stays(pattern: str, for_ms: int) -> Proof:
    """This text comes up and is still there after so long, or as long as the page is."""

    def proof(view: View, begin: int, end: int) -> bool:
        page = view.page_at(begin)
        last = view.texts[-1][0]
        gone = [at for at, href in view.pages if at > begin and href != page]
        until = min([begin + for_ms, last, *[at - 300 for at in gone]])
        return shows(pattern)(view, begin, end) and bool(re.search(pattern, view.text_at(until)))

    return proof


def request(url: str, *statuses: int, within_ms: int = 15_000, slow_ms: int = 0) -> Proof:
    """A network row for this address, with one of these statuses, at least this slow."""

    def proof(view: View, begin: int, end: int) -> bool:
        rows = view.rows_between(begin - BEFORE_MS, max(end, begin + within_ms), url)
        return any(
            (not statuses or row.status in statuses) and row.duration_ms >= slow_ms for row in rows
        )

    return proof


def no_request(url: str, within_ms: int = 6_000) -> Proof:
    """No answer from this address is recorded for so long."""

    def proof(view: View, begin: int, _end: int) -> bool:
        return not view.rows_between(begin, begin + within_ms, url)

    return proof


def console(pattern: str, within_ms: int = 15_000) -> Proof:
    """A line in the console that matches."""

    def proof(view: View, begin: int, end: int) -> bool:
        until = max(end, begin + within_ms)
        return any(
            begin - BEFORE_MS <= at <= until and re.search(pattern, line)
            for at, _, line in view.console
        )

    return proof


def typed(field: str) -> Proof:
    """Something was typed into this field before the beginning."""

    def proof(view: View, begin: int, _end: int) -> bool:
        return any(i.ms < begin + 300 and field in i.what and i.text for i in view.inputs)

    return proof


def typed_again(field: str) -> Proof:
    """The field held text before the beginning; after it, it is empty or begun anew."""

    def proof(view: View, begin: int, _end: int) -> bool:
        before = [i for i in view.inputs if i.ms < begin + 300 and field in i.what and i.text]
        after = [i for i in view.inputs if i.ms >= begin and field in i.what]
        return bool(before) and (not after or len(after[0].text) <= 2)

    return proof


def clicks_in_a_row(words: str, times: int, within_ms: int = 4_000) -> Proof:
    """So many clicks on this within so long."""

    def proof(view: View, begin: int, _end: int) -> bool:
        return len(view.clicks_between(begin - BEFORE_MS, begin + within_ms, words)) >= times

    return proof


def wrong_sum(total: str, item: str = r"£(-?[\d.]+)", off_by: float | None = None) -> Proof:
    """The amounts on the page do not add up to the amount called the total."""

    def proof(view: View, begin: int, end: int) -> bool:
        for text in view.texts_between(begin, max(end, begin + 1_500)):
            found = re.search(total, text)
            if not found:
                continue
            said = float(found.group(1))
            items = sum(float(value) for value in re.findall(item, text[: found.start()]))
            if abs(items - said) > 0.005 and (off_by is None or abs(said - items - off_by) < 0.01):
                return True
        return False

    return proof


def drawn_as(state: str) -> Proof:
    """A switch is drawn in this state ("name true") near the beginning."""

    def proof(view: View, begin: int, _end: int) -> bool:
        return any(abs(s.ms - begin) < 1_000 and s.text == state for s in view.states)

    return proof


def page_is(part: str) -> Proof:
    """The address shown contains this."""

    def proof(view: View, begin: int, _end: int) -> bool:
        return part in view.page_at(begin + 1_500)

    return proof


def both(*proofs: Proof) -> Proof:
    """All of these hold."""

    def proof(view: View, begin: int, end: int) -> bool:
        return all(each(view, begin, end) for each in proofs)

    return proof


def either(*proofs: Proof) -> Proof:
    """One of these holds."""

    def proof(view: View, begin: int, end: int) -> bool:
        return any(each(view, begin, end) for each in proofs)

    return proof
