"""When two issue keys are one fault: the table of rules, each with its reason. Pure.

A rule puts keys with an equal *bucket* side by side and joins those its *guard* lets through. Rules
run in the order of the table, strongest evidence first. What co-occurs in time is judged between
the rules of one page and those across pages (``graph.patterns.together``), because only then is it
known which request stood behind which message.

Two mistakes are possible, and every rule names the one it risks: a *duplicate* (one fault reported
twice) and an *over-merge* (two faults reported as one). An over-merge hides a fault, so a rule that
is not sure leaves the keys apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from graph.patterns.clusters import Cluster, Clusters, apart
from graph.patterns.controls import Naming
from graph.patterns.facets import (
    EMPTIED,
    NO_VALUE,
    SHOWN_EFFECTS,
    STOPPED,
    Course,
    Facets,
    section_of,
)
from graph.patterns.wording import words_of

Bucket = tuple[str, ...]

MAX_TRIES = 8
"""Groups of a bucket that a key is tried against, largest first; bounds a hostile bucket."""

FAIR_SHARE = 1 / 3
"""From here on the sessions without a request are no oversight of those with it."""

MIN_WORDS_FOR_LIKENESS = 5
"""Below it, one differing word in a message may be the whole meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRule:
    """One way in which two keys show themselves to be one fault."""

    name: str
    reason: str
    buckets: Callable[[Facets], Iterable[Bucket]]
    """Keys with a bucket in common are compared; none where the rule has nothing to say."""
    guard: Callable[[Cluster, Cluster], bool]


def always(_one: Cluster, _other: Cluster) -> bool:
    """The bucket alone is proof."""
    return True


def same_story(one: Cluster, other: Cluster) -> bool:
    """Neither contradicts the other: two messages or two requests are two faults."""
    return (
        not apart(one.messages, other.messages)
        and not apart(one.thrown, other.thrown)
        and not apart(one.details, other.details)
        and same_source(one, other)
    )


def same_source(one: Cluster, other: Cluster) -> bool:
    """The same request failed the same way behind both, or it cannot be told.

    A failed request behind a message in one and none behind it in the other are two sources: the
    server refuses, and the page itself does. A single session without it is an oversight of the
    recording; two or more that are a fair share of both are not.
    """
    return (
        not apart(one.calls, other.calls)
        and not apart(one.answers, other.answers)
        and same_side(one, other)
    )


def same_side(one: Cluster, other: Cluster) -> bool:
    """The server is behind both, or the page itself is, or it cannot be told.

    A failed request behind a message in one and none behind it in the other are two sources. A
    session or a few without it are an oversight of the recording; a fair share is not.
    """
    if bool(one.calls) == bool(other.calls) or not _refusals_only(one, other):
        return True
    with_call, without = (one, other) if one.calls else (other, one)
    missed = len(without.sessions)
    return missed < 2 or missed < FAIR_SHARE * len(with_call.sessions)


def same_failure(one: Cluster, other: Cluster) -> bool:
    """One endpoint failed the same way; a refusal (4xx) also for the same reason.

    A server that broke down is one cause, whatever each page says about it. A server that refuses
    says why, and two reasons are two faults.
    """
    if apart(one.answers, other.answers):
        return False
    broke_down = bool((one.answers | other.answers) & {"5xx", "no answer"})
    return broke_down or not apart(one.messages, other.messages)


def _refusals_only(one: Cluster, other: Cluster) -> bool:
    return (one.effects | other.effects) <= SHOWN_EFFECTS


def no_look_alike(one: Cluster, other: Cluster) -> bool:
    """Not the same words for another control *and* request, another status, or another side."""
    elsewhere = apart(one.controls, other.controls) and apart(one.calls, other.calls)
    return not elsewhere and not apart(one.answers, other.answers) and same_side(one, other)


def one_has_no_control(one: Cluster, other: Cluster) -> bool:
    """A click on nothing cannot be what a message is about."""
    return not (one.controls and other.controls) and same_source(one, other)


def one_word_differs(one: Cluster, other: Cluster) -> bool:
    """All their messages differ in one and the same word, so that likeness cannot drift on."""
    if not no_look_alike(one, other):
        return False
    said = [words_of(message) for message in {*one.said, *other.said}]
    if len({len(words) for words in said}) != 1:
        return False
    return sum(len(set(column)) > 1 for column in zip(*said, strict=True)) <= 1


def waiting_explains_it(one: Cluster, other: Cluster) -> bool:
    """One is slow; in the other nothing seemed to happen, and then it did for most."""
    slow, quiet = (one, other) if "slow" in one.effects else (other, one)
    return (
        "slow" in slow.effects
        and not slow.messages  # where the page says "please wait", nobody takes waiting for nothing
        and quiet.effects <= {"no_response", "spinner", "repeat_submit", "silent"}
        and 2 * len(quiet.overcame) > len(quiet.sessions)
        and same_story(slow, quiet)
    )


def it_never_ended_for_most(one: Cluster, other: Cluster) -> bool:
    """One wait that ended for a few and never for the others."""
    ended, endless = (one, other) if "slow" in one.effects else (other, one)
    return (
        ended.effects == {"slow"}
        and endless.effects == {"spinner"}
        and len(ended.sessions) <= len(endless.sessions)
        and same_source(one, other)
    )


def _same_request(facets: Facets) -> Iterable[Bucket]:
    if facets.call and not facets.shared_endpoint:
        yield _result(facets), facets.call


def _same_shared_endpoint(facets: Facets) -> Iterable[Bucket]:
    if facets.call and facets.shared_endpoint:
        yield _result(facets), facets.page, facets.call


def _result(facets: Facets) -> str:
    """One failing request leaves one page silent and makes the other show an error."""
    return "stopped" if facets.course in STOPPED else facets.course


def _same_words_same_element(facets: Facets) -> Iterable[Bucket]:
    if facets.element and facets.words:
        yield facets.course, facets.page, facets.element, facets.words


def _same_words_same_page(facets: Facets) -> Iterable[Bucket]:
    if facets.words:
        yield facets.course, facets.page, facets.words


def _same_wait(facets: Facets) -> Iterable[Bucket]:
    if facets.effect in {"slow", "spinner"} and facets.words:
        yield facets.page, facets.element, facets.words


def _same_form(facets: Facets) -> Iterable[Bucket]:
    if facets.effect == "lost_input" and EMPTIED in facets.detail:
        yield facets.page, facets.detail


def _same_cover(facets: Facets) -> Iterable[Bucket]:
    if facets.effect == "blocked_click" and facets.detail:
        yield facets.effect, facets.detail


def _same_no_value(facets: Facets) -> Iterable[Bucket]:
    if facets.effect == "mismatch" and facets.detail.startswith(NO_VALUE):
        yield facets.effect, facets.detail


def _same_permission(facets: Facets) -> Iterable[Bucket]:
    if facets.permission:
        yield facets.course, facets.message


def _same_element(facets: Facets) -> Iterable[Bucket]:
    if facets.element:
        yield facets.course, facets.page, facets.element


def _whole_page(facets: Facets) -> Iterable[Bucket]:
    if not facets.element and facets.bare:
        yield facets.course, facets.page


def _named_element(facets: Facets) -> Iterable[Bucket]:
    if facets.naming is Naming.DISTINCT:
        yield facets.course, facets.element
    elif facets.naming is Naming.ONE_WORD:
        yield facets.course, facets.element, facets.section


def _telling_words(facets: Facets) -> Iterable[Bucket]:
    if facets.telling:
        yield facets.course, facets.message, facets.thrown


def _one_word_apart(facets: Facets) -> Iterable[Bucket]:
    words = words_of(facets.words)
    if len(words) >= MIN_WORDS_FOR_LIKENESS:
        for left_out in range(len(words)):
            without = " ".join((*words[:left_out], "…", *words[left_out + 1 :]))
            yield facets.effect, facets.page, facets.element, without


def _same_stretch(facets: Facets) -> Iterable[Bucket]:
    if facets.effect == "wander" and section_of(facets.detail) != "/":
        yield facets.effect, facets.detail


def _waiting(facets: Facets) -> Iterable[Bucket]:
    if facets.element and facets.course in {Course.LATE, Course.IGNORED}:
        yield facets.page, facets.element


WITHIN_A_PAGE: tuple[MergeRule, ...] = (
    MergeRule(
        name="same request",
        reason="The same endpoint failing the same way is one cause on the server, from whichever "
        "page it is called. Risks an over-merge where one address serves everything, so shared "
        "endpoints are left to the next rule, and where a refusal has several reasons.",
        buckets=_same_request,
        guard=same_failure,
    ),
    MergeRule(
        name="same shared endpoint, same page",
        reason="`POST /graphql` says little, but on one page it is mostly one call; another "
        "message beside it speaks against.",
        buckets=_same_shared_endpoint,
        guard=same_story,
    ),
    MergeRule(
        name="same element, same words",
        reason="One control of one page with one message is one fault, whether it was seen as an "
        "error or a refusal; unless the server is behind it in some sessions only.",
        buckets=_same_words_same_element,
        guard=same_source,
    ),
    MergeRule(
        name="same element, same course",
        reason="Dead, rage, unresponsive, silent, spinner: patient and hasty people meet one broken "
        "control differently. Two different messages or requests are two faults and stay apart; so "
        "do the other courses, unless they are seen together (an error after a long wait).",
        buckets=_same_element,
        guard=same_story,
    ),
    MergeRule(
        name="same words, no control",
        reason="A message that comes by itself, or after a click on nothing, is the one that a "
        "control of the same page shows.",
        buckets=_same_words_same_page,
        guard=one_has_no_control,
    ),
    MergeRule(
        name="same wait",
        reason="A wait that ended for a few and never for the others is one wait. Where it ended for "
        "most, a slow answer and a lost one are two faults.",
        buckets=_same_wait,
        guard=it_never_ended_for_most,
    ),
    MergeRule(
        name="same form emptied",
        reason="A form that is emptied loses whichever fields were filled, and is told by one of "
        "them. Fields that fall back to an old value do so each for itself and stay apart.",
        buckets=_same_form,
        guard=always,
    ),
    MergeRule(
        name="whole page, same course",
        reason="A page that stays busy or empty, and a cover that catches the clicks meant for "
        "several controls, are one fault of the page.",
        buckets=_whole_page,
        guard=always,
    ),
)

ACROSS_PAGES: tuple[MergeRule, ...] = (
    MergeRule(
        name="named control on other pages",
        reason="`Add to cart` is one component wherever it stands; `Refund` is one within a "
        "section; `Save` is another one in every form and never joins pages by name.",
        buckets=_named_element,
        guard=same_story,
    ),
    MergeRule(
        name="telling message on other pages",
        reason="A message with words of its own names its fault. A generic one never does, and "
        "with another control and another request behind it even a telling one is a look-alike.",
        buckets=_telling_words,
        guard=no_look_alike,
    ),
    MergeRule(
        name="same refusal of the user",
        reason='"You are not allowed to do this" is about a role or a sign-in, not about the '
        "control that was used: the one refusal that comes from many requests.",
        buckets=_same_permission,
        guard=always,
    ),
    MergeRule(
        name="same cover",
        reason="A bar that stays while the user goes from page to page is one bar, whatever it "
        "covers there.",
        buckets=_same_cover,
        guard=always,
    ),
    MergeRule(
        name="same no-value",
        reason="`NaN` or `undefined` where a value should be comes from one calculation, on every "
        "page that shows its result.",
        buckets=_same_no_value,
        guard=always,
    ),
    MergeRule(
        name="one word apart",
        reason="Last resort: the same effect of the same element on the same page in nearly the "
        "same long sentence, such as a product's name inside the message.",
        buckets=_one_word_apart,
        guard=one_word_differs,
    ),
    MergeRule(
        name="same stretch",
        reason="People who search one part of the site start on any of its pages.",
        buckets=_same_stretch,
        guard=always,
    ),
    MergeRule(
        name="slow explains no response",
        reason="Where most of those who saw nothing happen got through after all, they clicked "
        "before the late answer came. Where they did not, slow and dead are two faults.",
        buckets=_waiting,
        guard=waiting_explains_it,
    ),
)


def apply_rules(rules: Sequence[MergeRule], facets: Sequence[Facets], clusters: Clusters) -> None:
    """Join what each rule finds to be one fault, rule by rule."""
    for rule in rules:
        for bucket in _buckets(rule, facets):
            _join_bucket(rule, bucket, clusters)


def _buckets(rule: MergeRule, facets: Sequence[Facets]) -> list[list[Facets]]:
    placed = [(bucket, one) for one in facets for bucket in rule.buckets(one)]
    placed.sort(key=lambda pair: pair[0])
    grouped = groupby(placed, key=lambda pair: pair[0])
    return [[one for _, one in members] for _, members in grouped]


def _join_bucket(rule: MergeRule, bucket: Sequence[Facets], clusters: Clusters) -> None:
    if len(bucket) < 2:
        return
    once = {id(cluster): cluster for cluster in (clusters.of(one.key) for one in bucket)}
    joined: list[Cluster] = []
    for cluster in sorted(once.values(), key=lambda one: one.order):
        for place, target in enumerate(joined[:MAX_TRIES]):
            if rule.guard(target, cluster):
                joined[place] = clusters.join(target, cluster)
                break
        else:
            joined.append(cluster)
