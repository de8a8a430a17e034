"""Which shapes of several people are one object: of each person at most one."""
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from crowdsourcing.quality.aggregation.assignment import best_pairs
from crowdsourcing.quality.aggregation.drawings import Drawings, box_ious

# In one group, of those right of a shape's left edge; and kept of one other person. More lie on top of each other by malice only.
MOST_NEIGHBOURS = 2_000
MOST_PARTNERS = 8
# Rows or columns of one assignment problem; a larger tangle is taken best pair first.
MOST_ASSIGNED = 256

Edges = tuple[np.ndarray, np.ndarray, np.ndarray]


def cluster(drawings: Drawings, least: float) -> np.ndarray:
    """(shapes,): the first shape of the object to which each belongs. `least`: likeness from which two may be one, more than 0.

    For each two people the pairs with the largest sum (Hungarian, same frame, label and type); what they chain together must also be
    alike on average, best pairs first, so that a chain of half-fitting shapes does not become one object.
    """
    pairs = _likely(drawings, least)
    i, j, measure = _matched(drawings, *pairs)
    whole = _components(len(drawings), i, j)
    sizes, edges = np.bincount(whole, minlength=len(drawings)), np.bincount(whole[i], minlength=len(drawings))
    tangled = edges != sizes * (sizes - 1) // 2
    found = np.where(tangled[whole], np.arange(len(drawings)), whole)
    rows = np.flatnonzero(tangled[whole[i]])
    by_component: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    for first, second, value in zip(i[rows].tolist(), j[rows].tolist(), measure[rows].tolist(), strict=True):
        by_component[int(whole[first])].append((-value, first, second))
    for mine in by_component.values():
        for members in _joined(drawings, sorted(mine), least):
            found[members] = min(members)
    return found


def _likely(drawings: Drawings, least: float) -> Edges:
    """Pairs (i < j) of different people in one group whose likeness is at least `least`."""
    box, group = drawings.box, drawings.group
    active = np.arange(len(drawings))
    found: list[Edges] = []
    for distance in range(1, MOST_NEIGHBOURS + 1):
        active = active[active + distance < len(drawings)]
        other = active + distance
        # Sorted by the left edge: what begins behind this one's right edge, and all after it, does not meet it.
        active = active[(group[other] == group[active]) & (box[other, 0] <= box[active, 2])]
        if not len(active):
            break
        i = active[drawings.person[active] != drawings.person[active + distance]]
        j = i + distance
        iou = box_ious(box[i], box[j])
        exact = drawings.upright[i] & drawings.upright[j]
        keep = exact & (iou >= least)
        if not exact.all():
            keep[~exact] = drawings.at_most(i[~exact], j[~exact]) >= least
        found.append(_measured(drawings, i[keep], j[keep], iou[keep], exact[keep], least))
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, np.zeros(0)
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))  # type: ignore[return-value]


def _measured(drawings: Drawings, i: np.ndarray, j: np.ndarray, iou: np.ndarray, exact: np.ndarray, least: float) -> Edges:
    for number in np.flatnonzero(~exact):
        iou[number] = drawings.likeness(int(i[number]), int(j[number]))
    keep = iou >= least
    return i[keep], j[keep], iou[keep]


def _matched(drawings: Drawings, i: np.ndarray, j: np.ndarray, measure: np.ndarray) -> Edges:
    """Of the pairs those that are left when everybody's shape has one partner at most among each other person's."""
    people = max(1, len(drawings.persons))
    if not len(i):
        return i, j, measure
    # Of each pair the two ends: a shape and the person of the other one.
    ends = np.r_[i * people + drawings.person[j], j * people + drawings.person[i]]
    near = (_rank(ends, np.r_[measure, measure]) < MOST_PARTNERS).reshape(2, -1).all(axis=0)
    i, j, measure, ends = i[near], j[near], measure[near], ends[np.r_[near, near]]
    alone = (_repeated(ends) == 1).reshape(2, -1).all(axis=0)
    # Columns: the person named first always left, so that both shapes of a pair know the other's person.
    tangles: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for number in np.flatnonzero(~alone).tolist():
        a, b = sorted((int(drawings.person[i[number]]), int(drawings.person[j[number]])))
        tangles[int(drawings.group[i[number]]), a, b].append(number)
    chosen = [number for (_, left, _), numbers in tangles.items() for number in _assigned(drawings, i, j, measure, numbers, left)]
    keep_rows = np.sort(np.r_[np.flatnonzero(alone), np.array(chosen, dtype=np.int64)])
    return i[keep_rows], j[keep_rows], measure[keep_rows]


def _assigned(drawings: Drawings, i: np.ndarray, j: np.ndarray, measure: np.ndarray, numbers: list[int], left: int) -> list[int]:
    """Of pairs between the same two people those with the largest sum."""
    sides = {}
    for number in numbers:
        a, b = int(i[number]), int(j[number])
        sides[(a, b) if drawings.person[a] == left else (b, a)] = number
    rows, columns = (sorted({pair[side] for pair in sides}) for side in (0, 1))
    if max(len(rows), len(columns)) > MOST_ASSIGNED:
        return _greedy(sides, measure)
    row, column = ({shape: place for place, shape in enumerate(names)} for names in (rows, columns))
    gain = np.zeros((len(rows), len(columns)))
    for (a, b), number in sides.items():
        gain[row[a], column[b]] = measure[number]
    return [sides[rows[a], columns[b]] for a, b in best_pairs(gain)]


def _greedy(sides: dict[tuple[int, int], int], measure: np.ndarray) -> list[int]:
    taken: set[tuple[int, int]] = set()
    chosen = []
    for (a, b), number in sorted(sides.items(), key=lambda entry: (-measure[entry[1]], entry[0])):
        if (0, a) not in taken and (1, b) not in taken:
            taken |= {(0, a), (1, b)}
            chosen.append(number)
    return chosen


def _components(number: int, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """(shapes,): the first of all that hang together."""
    found = np.arange(number)
    while len(i):
        low = np.minimum(found[i], found[j])
        if (low == found[i]).all() and (low == found[j]).all():
            break
        np.minimum.at(found, i, low)
        np.minimum.at(found, j, low)
    return found


def _joined(drawings: Drawings, edges: list[tuple[float, int, int]], least: float) -> Iterator[list[int]]:
    """`edges`: (-likeness, i, j), the best first."""
    home: dict[int, list[int]] = {}
    known = {(a, b): -value for value, a, b in edges}

    def alike(a: int, b: int) -> float:
        pair = (a, b) if a < b else (b, a)
        if pair not in known:
            known[pair] = drawings.likeness(*pair)
        return known[pair]

    for _, a, b in edges:
        first, second = home.setdefault(a, [a]), home.setdefault(b, [b])
        people = {int(drawings.person[one]) for one in first} & {int(drawings.person[one]) for one in second}
        if first is second or people:
            continue
        if sum(alike(one, other) for one in first for other in second) >= least * len(first) * len(second) - 1e-12:
            first += second
            for one in second:
                home[one] = first
    yield from {id(members): members for members in home.values()}.values()


def _rank(key: np.ndarray, measure: np.ndarray) -> np.ndarray:
    """Place of each among those of the same key, the largest measure first, from 0."""
    order = np.lexsort((np.arange(len(key)), -measure, key))
    ordered = key[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[first, len(key)])
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - np.repeat(first, sizes)
    return rank


def _repeated(key: np.ndarray) -> np.ndarray:
    """How often each one's key occurs."""
    _, place, counts = np.unique(key, return_inverse=True, return_counts=True)
    return counts[place]
