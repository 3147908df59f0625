"""One-to-one assignment of greatest total weight (Kuhn and Munkres, with potentials).

SciPy has this, and weighs 35 MB with numpy; a corpus needs a matrix of some dozens, so forty lines do.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf


def assign(weights: Sequence[Sequence[float]]) -> dict[int, int]:
    """Rows to columns, each at most once, so that the sum of weights is greatest.

    A weight of 0 or less means that the two do not belong together; such pairs are left out.
    """
    if not weights or not weights[0]:
        return {}
    if len(weights) > len(weights[0]):
        turned = assign([list(column) for column in zip(*weights, strict=True)])
        return {row: column for column, row in turned.items()}
    column_of = _cheapest([[-max(weight, 0.0) for weight in row] for row in weights])
    return {row: column for row, column in column_of.items() if weights[row][column] > 0}


def _cheapest(costs: list[list[float]]) -> dict[int, int]:
    """Every row to a column of its own at the lowest total cost; at most as many rows as columns.

    Rows and columns count from 1 inside; 0 is the row being placed.
    """
    rows, columns = len(costs), len(costs[0])
    row_potential = [0.0] * (rows + 1)
    column_potential = [0.0] * (columns + 1)
    row_of = [0] * (columns + 1)
    for row in range(1, rows + 1):
        row_of[0] = row
        came_from, last = _shortest_path(costs, row_of, row_potential, column_potential)
        while last:
            row_of[last] = row_of[came_from[last]]
            last = came_from[last]
    return {row_of[column] - 1: column - 1 for column in range(1, columns + 1) if row_of[column]}


def _shortest_path(
    costs: list[list[float]],
    row_of: list[int],
    row_potential: list[float],
    column_potential: list[float],
) -> tuple[list[int], int]:
    """Dijkstra over reduced costs from column 0 to a free column; moves the potentials along."""
    columns = len(column_potential)
    distance = [inf] * columns
    came_from = [0] * columns
    done = [False] * columns
    here = 0
    while row_of[here]:
        done[here] = True
        row = row_of[here]
        for column in range(1, columns):
            if done[column]:
                continue
            reduced = costs[row - 1][column - 1] - row_potential[row] - column_potential[column]
            if reduced < distance[column]:
                distance[column], came_from[column] = reduced, here
        following = min((c for c in range(1, columns) if not done[c]), key=distance.__getitem__)
        _shift(distance[following], done, distance, row_of, row_potential, column_potential)
        here = following
    return came_from, here


def _shift(
    step: float,
    done: list[bool],
    distance: list[float],
    row_of: list[int],
    row_potential: list[float],
    column_potential: list[float],
) -> None:
    for column, settled in enumerate(done):
        if settled:
            row_potential[row_of[column]] += step
            column_potential[column] -= step
        elif column:
            distance[column] -= step
