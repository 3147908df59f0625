"""A question taken apart: the ideas in it, what it names, and the words that are left. Pure.

No grammar is attempted. Names (sessions, files, quoted titles, paths) are cut out first, because they
may hold any word; then phrases and words are looked up in the lexicon, slips of the key included.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agent.lexicon import BEYOND, KINDS, LEVELS, OUTCOMES, PHRASES, STOPWORDS, Term
from agent.report_context import Facts, SessionName
from graph.ids import BLOCK_LETTERS, CHECK_LETTERS
from tools.lookup import NUMBERS, ORDINALS, is_number, read_moment, vocabulary, words_of

QUOTES = '"“”„«»`'
EDGES = ".,;:!?()[]{}<>*'\u2018\u2019" + QUOTES
SUFFIXES = (".json", ".jsonl", ".ndjson", ".gz", ".zst", ".csv", ".txt", ".log")
SESSION_NOUNS = ("session", "recording", "replay", "visit", "user", "file")
PATTERN_NOUNS = (
    "pattern",
    "issue",
    "problem",
    "snag",
    "finding",
    "bug",
    "error",
    "number",
    "no",
    "nr",
)
NUMBERED_NOUNS = ("pattern", "issue", "number", "no", "nr", "finding", "open", "explain", "show")
PLURALS = frozenset(
    vocabulary("patterns issues problems snags findings bugs errors things pages screens")
)
MAX_WORDS = 80
"""Words that are read; what comes after them is no plain question, and only ever a focus."""

STATUS_DIGITS = 3
"""A number of so many digits that nothing explains is taken for an HTTP status."""

PART = 5
"""Characters from which a part of a session's name is one."""

SHORT = 3
"""A question of so few words that holds a number means the pattern of that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the router understood."""

    text: str
    terms: frozenset[Term] = frozenset()
    pattern: str = ""
    """Number, ``worst``, id or title; empty where none is named."""
    session: str = ""
    moment: str = ""
    kind: str = ""
    level: str = ""
    outcome: str = ""
    page: str = ""
    path: str = ""
    about: tuple[str, ...] = ()
    """Words of the application under test that patterns speak of."""
    found: tuple[str, ...] = ()
    """Words that only a search of the whole report finds."""
    unknown: tuple[str, ...] = ()
    """Words that neither the lexicon nor the report knows."""
    beyond: str = ""
    """What is asked for that no report says."""

    @property
    def names_something(self) -> bool:
        return bool(self.pattern or self.session or self.moment)

    def has(self, *terms: Term) -> bool:
        return any(term in self.terms for term in terms)


@dataclass(slots=True)
class _Reading:
    """A question while names are being cut out of it."""

    facts: Facts
    words: list[str]
    taken: set[int] = field(default_factory=set[int])
    """Places of words that have been understood."""


def understand(text: str, facts: Facts) -> Question:
    """The question, taken apart against what there is to talk about."""
    lowered = text.replace("\u2019", "'").casefold()
    quoted, rest = _cut_quoted(lowered, facts)
    session, rest = _cut_session(rest, facts)
    rest = _cut_parentheses(rest)
    page, path, rest = _cut_addresses(rest, facts)
    moment, rest = _cut_moment(rest)
    if not session:
        session, rest = _cut_part_of_session(rest, facts)
    words = [_without_slips(word, facts) for word in _words(rest)[:MAX_WORDS]]
    reading = _Reading(facts=facts, words=words)
    session = session or _named_session(reading)
    pattern = quoted or _pattern_in(reading)
    kind, outcome = _first(KINDS, reading), _first(OUTCOMES, reading)
    level = next((level for level in LEVELS if level in reading.words), "")
    terms = _terms(reading) - ({Term.CHANGE} if not _is_told_to_change(reading) else set[Term]())
    about, found, unknown, beyond = _left(reading)
    return Question(
        text=text,
        terms=terms,
        pattern=pattern,
        session=session,
        moment=moment,
        kind=kind,
        level=level,
        outcome=outcome,
        page=page or _page_by_word(terms, about, facts),
        path=path,
        about=about,
        found=found,
        unknown=unknown,
        beyond=beyond,
    )


def _words(text: str) -> list[str]:
    return [word for raw in text.replace("-", " ").split() if (word := raw.strip(EDGES))]


def _cut_quoted(text: str, facts: Facts) -> tuple[str, str]:
    """A quoted title names its pattern; other quoted words stay in the question."""
    for sign in QUOTES:
        text = text.replace(sign, '"')
    parts = text.split('"')
    for at in range(1, len(parts), 2):
        for number, pattern in enumerate(facts.patterns, start=1):
            title = pattern.title
            for sign in QUOTES:
                title = title.replace(sign, "")
            if parts[at].strip() and parts[at].strip() == title.casefold():
                return str(number), " ".join([*parts[:at], *parts[at + 1 :]])
    return "", " ".join(parts)


def _cut_session(text: str, facts: Facts) -> tuple[str, str]:
    """The longest name of a session that stands in the text, and the text without it."""
    names = {name.casefold(): one.session_id for one in facts.sessions for name in _names_of(one)}
    for name in sorted(names, key=len, reverse=True):
        at = text.find(name)
        if at >= 0 and _stands_alone(text, at, at + len(name)):
            return names[name], f"{text[:at]} {text[at + len(name) :]}"
    return "", text


def _names_of(session: SessionName) -> Iterable[str]:
    """Names that can be told from plain words and from counts: they hold a sign, or three digits."""
    stem = session.file.rsplit("/", maxsplit=1)[-1].split(".", maxsplit=1)[0]
    return (
        name
        for name in (session.session_id, session.file, stem)
        if len(name) > 2 and not name.isalpha()
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    """True where the name is a word of its own, and no pattern's number or part of a time."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() or after.isalnum() or before in ("-", ":", "#") or after in ("-", ":"):
        return False
    nouns = text[:start].split()[-1:]
    return not (is_number(text[start:end]) and nouns and nouns[0] in PATTERN_NOUNS)


def _cut_parentheses(text: str) -> str:
    """What stands in parentheses explains; the question is outside: "Open pattern 1 (Pay is dead)"."""
    start, end = text.find(" ("), text.rfind(")")
    return f"{text[:start]} {text[end + 1 :]}" if 0 < start < end else text


def _cut_addresses(text: str, facts: Facts) -> tuple[str, str, str]:
    """A page of the application, and a path of recordings, by their slashes and suffixes."""
    page, path, before = "", "", ""
    rest: list[str] = []
    for raw in text.split():
        token = raw.strip(EDGES.replace(".", "")).rstrip(".?!,")
        if not page and token.startswith("/") and _is_page(token, before, facts):
            page = token
        elif not path and _is_path(token):
            path = token
        else:
            rest.append(raw)
        before = raw
    return page, path, " ".join(rest)


def _is_page(token: str, before: str, facts: Facts) -> bool:
    known = any(token in page.casefold() for page in facts.pages)
    return known or before in ("on", "page", "screen", "at", "url")


def _is_path(token: str) -> bool:
    return (
        token.startswith(("/", "./", "../", "~/"))
        or token.endswith(SUFFIXES)
        or ("/" in token.strip("/") and len(token) > len("and/or") and not token.startswith("http"))
    )


def _cut_moment(text: str) -> tuple[str, str]:
    """A time such as 1:23 or 83 s, or an event id such as g17k."""
    tokens = [token.strip(EDGES.replace(":", "")).rstrip(":") for token in text.split()]
    for at, token in enumerate(tokens):
        if _is_event_id(token) or (":" in token and read_moment(token) is not None):
            return token, " ".join([*tokens[:at], *tokens[at + 1 :]])
        pair = " ".join(tokens[at : at + 2])
        if is_number(token[:1]) and read_moment(token) is not None:
            return token, " ".join([*tokens[:at], *tokens[at + 1 :]])
        if is_number(token) and read_moment(pair) is not None:
            return pair, " ".join([*tokens[:at], *tokens[at + 2 :]])
    return "", text


def _is_event_id(token: str) -> bool:
    digits = token[1:-1]
    return (
        2 < len(token) < 6
        and token[0] in BLOCK_LETTERS
        and token[-1] in CHECK_LETTERS
        and is_number(digits)
    )


def _named_session(reading: _Reading) -> str:
    """The word after "session" where it can only be a name: ``session 7``."""
    for at, word in enumerate(reading.words[:-1]):
        following = reading.words[at + 1]
        if word in SESSION_NOUNS and any(is_number(char) for char in following):
            reading.taken |= {at, at + 1}
            return following
    return ""


def _cut_part_of_session(text: str, facts: Facts) -> tuple[str, str]:
    """A word with a sign or digit in it that is part of exactly one session's name: ``tab_idle``."""
    names = {one.session_id: f"{one.session_id}\n{one.file}".casefold() for one in facts.sessions}
    for raw in text.split():
        word = raw.strip(EDGES)
        if len(word) < PART or word.isalpha() or is_number(word):
            continue
        fits = [session for session, name in names.items() if word in name]
        if len(fits) == 1:
            return fits[0], text.replace(raw, " ", 1)
    return "", text


def _pattern_in(reading: _Reading) -> str:
    """A pattern by id, number, ordinal or superlative."""
    ids = {pattern.id.casefold(): pattern.id for pattern in reading.facts.patterns}
    for at, word in enumerate(reading.words):
        before = reading.words[at - 1] if at else ""
        if word in ids:
            reading.taken.add(at)
            return ids[word]
        number = _number_of(word, before, short=len(reading.words) <= SHORT)
        if number and not _is_a_code(number, before, reading.facts):
            reading.taken.add(at)
            return number
    return _superlative_in(reading)


def _number_of(word: str, before: str, *, short: bool) -> str:
    if word.startswith("#") and is_number(word[1:]):
        return word[1:]
    if word in ORDINALS and not is_number(before):
        return str(ORDINALS.index(word) + 1)
    if is_number(word[:-2]) and word[-2:] in ("st", "nd", "rd", "th"):
        return word[:-2]
    named = before in PATTERN_NOUNS or before in (
        "open",
        "explain",
        "describe",
        "show",
        "to",
        "about",
    )
    if is_number(word) and (named or short) and before not in ("top", *SESSION_NOUNS):
        return word
    if word in NUMBERS and before in PATTERN_NOUNS:
        return str(NUMBERS.index(word) + 1)
    return "last" if word == "last" and short else ""


def _is_a_code(number: str, before: str, facts: Facts) -> bool:
    """True for "error 502": an error of that name, where there are not as many patterns."""
    return is_number(number) and int(number) > len(facts.patterns) and before not in NUMBERED_NOUNS


def _superlative_in(reading: _Reading) -> str:
    words = reading.words
    if PLURALS & set(words):
        return ""
    if {"worst", "biggest", "gravest", "severest"} & set(words) or _follows(
        words, "top", PATTERN_NOUNS
    ):
        return "worst"
    if "most" in words and {"severe", "serious", "important", "critical", "urgent"} & set(words):
        return "worst"
    if {"most", "commonest"} & set(words) and "recent" not in words:
        return "most common"
    return ""


def _follows(words: Sequence[str], word: str, nouns: Sequence[str]) -> bool:
    return any(first == word and second in nouns for first, second in pairwise(words))


def _first(table: dict[str, tuple[tuple[str, ...], ...]], reading: _Reading) -> str:
    """The first entry of a table one of whose phrases stands in the question."""
    for name, phrases in table.items():
        places = _places(reading.words, phrases)
        if places:
            reading.taken |= places
            return name
    return ""


def _terms(reading: _Reading) -> frozenset[Term]:
    found: set[Term] = set()
    for term, phrases in PHRASES.items():
        places = _places(reading.words, phrases)
        if places:
            found.add(term)
            reading.taken |= places
    return frozenset(found)


def _is_told_to_change(reading: _Reading) -> bool:
    """True for "fix it" and "can you fix it", which tell; "what should we fix first?" asks."""
    places = _places(reading.words, PHRASES[Term.CHANGE])
    return any(
        at == 0 or reading.words[at - 1] in ("you", "please", "and", "then") for at in places
    )


def _places(words: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> set[int]:
    """Where any of the phrases stands."""
    places: set[int] = set()
    for phrase in phrases:
        for at in range(len(words) - len(phrase) + 1):
            if tuple(words[at : at + len(phrase)]) == phrase:
                places |= set(range(at, at + len(phrase)))
    return places


def _left(
    reading: _Reading,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]:
    """Words left over: of patterns, of the rest of the report, of nothing known; and what is beyond."""
    about: list[str] = []
    found: list[str] = []
    unknown: list[str] = []
    beyond = ""
    for at, word in enumerate(reading.words):
        if at in reading.taken or word in STOPWORDS or word in LEVELS:
            continue
        if reading.facts.knows(word):
            about.append(word)
        elif reading.facts.can_find(word):
            found.append(word)
        elif not is_number(word) or len(word) == STATUS_DIGITS:
            beyond = beyond or next((what for what, words in BEYOND.items() if word in words), "")
            unknown.append(word)
    return tuple(about), tuple(found), tuple(unknown), beyond


def _page_by_word(terms: frozenset[Term], about: Sequence[str], facts: Facts) -> str:
    """The word that is part of an address: "cart" in "the cart page"."""
    if Term.PAGE not in terms:
        return ""
    parts = {part for page in facts.pages for part in words_of(page)}
    return next((word for word in about if word in parts), "")


def _without_slips(word: str, facts: Facts) -> str:
    """The word that was meant, where it is no word anybody knows and looks much like one."""
    if len(word) < 4 or word in _KNOWN or not word.isalpha() or facts.can_find(word):
        return word
    swapped = [known for known in _KNOWN if known[0] == word[0] and sorted(known) == sorted(word)]
    close = swapped or difflib.get_close_matches(
        word, _LONG, n=1, cutoff=0.84 if len(word) > 4 else 1
    )
    return close[0] if close else word


_KNOWN = (
    {word for phrases in PHRASES.values() for phrase in phrases for word in phrase}
    | {
        word
        for table in (KINDS, OUTCOMES)
        for phrases in table.values()
        for p in phrases
        for word in p
    }
    | {word for words in BEYOND.values() for word in words}
    | set(LEVELS)
    | set(STOPWORDS)
    | set(ORDINALS)
)
_LONG = sorted(word for word in _KNOWN if len(word) > 4)
