"""The assignment problem: pairs of two sides with the largest sum of gains."""
import numpy as np


def best_pairs(gain: np.ndarray) -> list[tuple[int, int]]:
    """Hungarian method with shortest augmenting paths. `gain`: (rows, columns), 0 and more; each row and column is used once at most,
    pairs of gain 0 are left out. n x n takes about n² steps of numpy."""
    rows, columns = gain.shape
    if rows > columns:
        return sorted((row, column) for column, row in best_pairs(gain.T))
    cost = gain.max(initial=0.0) - gain
    row_price, column_price = np.zeros(rows + 1), np.zeros(columns + 1)
    # Row of each column, 1-based, 0: free; column 0 stands for the row that looks for one.
    owner = np.zeros(columns + 1, dtype=np.int64)
    for row in range(1, rows + 1):
        owner[0] = row
        _augment(cost, row_price, column_price, owner)
    found = [(int(owner[column]) - 1, column - 1) for column in range(1, columns + 1) if owner[column]]
    return sorted((row, column) for row, column in found if gain[row, column] > 0)


def _augment(cost: np.ndarray, row_price: np.ndarray, column_price: np.ndarray, owner: np.ndarray) -> None:
    columns = cost.shape[1]
    least, way, used = np.full(columns + 1, np.inf), np.zeros(columns + 1, dtype=np.int64), np.zeros(columns + 1, dtype=bool)
    column = 0
    while owner[column]:
        used[column] = True
        row = owner[column]
        reduced = cost[row - 1] - row_price[row] - column_price[1:]
        better = ~used[1:] & (reduced < least[1:])
        least[1:][better] = reduced[better]
        way[1:][better] = column
        nearest = int(np.where(used[1:], np.inf, least[1:]).argmin()) + 1
        delta = least[nearest]
        row_price[owner[used]] += delta
        column_price[used] -= delta
        least[~used] -= delta
        column = nearest
    while column:
        owner[column] = owner[way[column]]
        column = int(way[column])
