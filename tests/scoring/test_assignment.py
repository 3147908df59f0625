"""The assignment of patterns to faults."""

from itertools import permutations

from hypothesis import given, strategies as st

from evals.scoring.assignment import assign

SIDE = st.integers(0, 5)
WEIGHT = st.integers(0, 20).map(lambda number: number / 10)


@st.composite
def matrices(draw: st.DrawFn) -> list[list[float]]:
    columns = draw(SIDE)
    return [[draw(WEIGHT) for _ in range(columns)] for _ in range(draw(SIDE))]


def best_by_trying_all(weights: list[list[float]]) -> float:
    rows, columns = len(weights), len(weights[0]) if weights else 0
    if rows > columns:
        return best_by_trying_all([list(column) for column in zip(*weights, strict=True)] or [])
    orders = permutations(range(columns), rows)
    return max(
        (sum(weights[row][column] for row, column in enumerate(order)) for order in orders),
        default=0.0,
    )


@given(matrices())
def test_the_sum_is_the_greatest_there_is(weights: list[list[float]]):
    """No one-to-one assignment has a greater sum than the one returned."""
    chosen = assign(weights)
    total = sum(weights[row][column] for row, column in chosen.items())
    assert abs(total - best_by_trying_all(weights)) < 1e-9


@given(matrices())
def test_each_is_used_once_and_nothing_is_assigned_to_what_it_is_not(weights: list[list[float]]):
    """Rows and columns are used at most once, and pairs without weight are left out."""
    chosen = assign(weights)
    assert len(set(chosen.values())) == len(chosen)
    assert all(weights[row][column] > 0 for row, column in chosen.items())


def test_the_nearest_is_not_always_taken():
    """Greed would pair 0 with 0 (0.9) and lose; the best sum pairs them crosswise."""
    assert assign([[0.9, 0.8], [0.8, 0.1]]) == {0: 1, 1: 0}
