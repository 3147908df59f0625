"""Event ids: cheap, scoped to their session, and wrong ones are noticed."""

from __future__ import annotations

import random
import string

import pytest
import yaml
from hypothesis import given, strategies as st

from graph.ids import BLOCK_LETTERS, CHECK_LETTERS, MAX_ROWS, event_id, ordinal_of
from graph.tokens import count_each

SESSIONS = st.text(min_size=1, max_size=40)
ORDINALS = st.integers(0, MAX_ROWS - 1)


@given(SESSIONS, ORDINALS)
def test_there_and_back(session: str, ordinal: int) -> None:
    """An id names the row it was made for."""
    assert ordinal_of(session, event_id(session, ordinal)) == ordinal


@given(SESSIONS, ORDINALS)
def test_yaml_reads_a_string(session: str, ordinal: int) -> None:
    """Neither a number nor a truth value, as hex ids become."""
    identifier = event_id(session, ordinal)
    assert yaml.safe_load(identifier) == identifier
    assert yaml.safe_load(f"- {{id: {identifier}}}") == [{"id": identifier}]


@pytest.mark.parametrize("ordinal", [-1, MAX_ROWS])
def test_rows_beyond_the_last_have_no_id(ordinal: int) -> None:
    """A trace has a limit, and says so."""
    with pytest.raises(ValueError, match="no event id"):
        event_id("s", ordinal)


def test_at_most_three_tokens() -> None:
    """Every letter in front, every check letter behind, numbers of each length."""
    numbers = ["0", "7", "10", "42", "99", "100", "314", "500", "777", "999"]
    every = [f"{a}{n}{z}" for a in BLOCK_LETTERS for n in numbers for z in CHECK_LETTERS]
    in_rows = [f"{one}|" for one in every]
    assert max(count_each(every)) <= 3
    assert max(count_each(in_rows)) <= 4


def test_a_wrong_id_of_the_right_form_is_caught() -> None:
    """At least 95% of ids made up for rows that do exist do not fit their session."""
    chance = random.Random(7)  # noqa: S311 (a sample, nothing secret)
    rows, tries = 60, 20_000
    slipped = 0
    for _ in range(tries):
        made_up = f"g{chance.randrange(rows)}{chance.choice(CHECK_LETTERS)}"
        slipped += ordinal_of("a session", made_up) is not None
    assert 1 - slipped / tries >= 0.95


def test_ids_of_another_session_are_caught() -> None:
    """At least 95% of the ids of one session are unknown in the next."""
    known = [ordinal_of("second", event_id("first", one)) is not None for one in range(5_000)]
    assert 1 - sum(known) / len(known) >= 0.95


@given(st.text(alphabet=string.printable, max_size=8))
def test_anything_may_be_asked(candidate: str) -> None:
    """A model may write what it likes: the answer is a row or None."""
    found = ordinal_of("s", candidate)
    assert found is None or event_id("s", found) == candidate
