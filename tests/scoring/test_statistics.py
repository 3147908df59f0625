"""Intervals, kappa and B-cubed, against values worked out by hand or published."""

import pytest
from hypothesis import given, strategies as st

from evals.scoring.statistics import (
    Clustered,
    b_cubed_f1,
    b_cubed_parts,
    bootstrap,
    ratio_of_sums,
    weighted_kappa,
    wilson,
)


def test_the_wilson_interval_is_the_published_one():
    """10 of 12 gives 0.552 to 0.953; zero of 300 bounds the rate near 1%."""
    assert wilson(10, 12) == pytest.approx((0.552, 0.953), abs=0.001)
    assert wilson(0, 300)[1] == pytest.approx(0.0126, abs=0.0005)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_own_interval(pair: tuple[int, int]):
    """Whatever was counted, the interval holds the share and stays within 0 and 1."""
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] <= high <= 1


def test_the_bootstrap_repeats_from_its_seed_and_differs_with_it():
    """The same seed gives the same interval; an interval holds the ratio it is of."""
    parts = [(float(number % 3 == 0), 1.0) for number in range(60)]
    first = bootstrap(parts, ratio_of_sums, 1)
    assert first == bootstrap(parts, ratio_of_sums, 1)
    assert first is not None
    assert first[0] < 1 / 3 < first[1]
    assert bootstrap(parts[:1], ratio_of_sums, 1) is None


def test_kappa_is_one_where_all_agree_and_falls_with_the_square_of_the_distance():
    """Quadratic weights: a miss by two levels costs four times a miss by one."""
    spread = [(level, level) for level in range(4)]
    near = weighted_kappa([*spread, (0, 1)], 4)
    far = weighted_kappa([*spread, (0, 2)], 4)
    assert weighted_kappa(spread, 4) == 1.0
    assert near is not None
    assert far is not None
    assert far < near < 1.0
    assert weighted_kappa([(0, 3), (3, 0)], 4) == pytest.approx(-1.0)


def test_kappa_of_one_single_level_is_agreement_and_of_nothing_is_nothing():
    """Where chance agreement is certain, agreeing is 1; without pairs there is no figure."""
    assert weighted_kappa([(2, 2), (2, 2)], 4) == 1.0
    assert weighted_kappa([], 4) is None


def items(*pairs: tuple[str, str]) -> list[Clustered]:
    return [Clustered(session="s", put=put, belongs=belongs) for put, belongs in pairs]


def test_b_cubed_loses_precision_by_merging_and_recall_by_splitting():
    """Two faults in one pattern halve precision; one fault in two patterns halves recall."""
    merged = items(("p", "a"), ("p", "b"))
    split = items(("p", "a"), ("q", "a"))
    assert b_cubed_parts(merged) == [(1.0, 2.0, 2)]
    assert b_cubed_parts(split) == [(2.0, 1.0, 2)]
    assert b_cubed_f1(b_cubed_parts(merged)) == pytest.approx(2 / 3)
    assert b_cubed_f1(b_cubed_parts(split)) == pytest.approx(2 / 3)
    assert b_cubed_f1([]) is None


@given(st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("abc")), min_size=1))
def test_b_cubed_is_one_exactly_where_the_clusters_are_the_faults(pairs: list[tuple[str, str]]):
    """F1 is 1 where the clustering is the true one up to names, and lower where it is not."""
    same = len(set(pairs)) == len({put for put, _ in pairs}) == len({own for _, own in pairs})
    found = b_cubed_f1(b_cubed_parts(items(*pairs)))
    assert found is not None
    assert 0 < found <= 1 + 1e-9
    assert (found > 1 - 1e-9) == same
