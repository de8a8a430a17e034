"""Run lengths of masks: COCO's (whole image, column by column, plain or packed into text) into ours (box, row by row)."""
from itertools import accumulate
from typing import Any

from annotation.formats.found import Hints
from annotation.shapes.geometry import MAX_NUMBERS

# As many as a plain list may have (json_items).
_MOST_RUNS = 1_000_000


class BadRuns(Exception):
    """The sentence goes into the report."""


def unpacked(text: str) -> list[int]:
    """Counts out of COCO's packed text: six bits a character from "0" on, five of them value, differences to the run before last."""
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64 or shift > 30:
            raise BadRuns("its packed run lengths are damaged.")
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        if len(counts) >= _MOST_RUNS:
            raise BadRuns(f"it has more than {_MOST_RUNS:,} run lengths.")
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    if shift:
        raise BadRuns("its packed run lengths end in the middle.")
    return counts


def packed(counts: list[int]) -> str:
    """The mirror of `unpacked`."""
    text = []
    for place, count in enumerate(counts):
        value = count - counts[place - 2] if place > 2 else count
        more = True
        while more:
            bits = value & 31
            value >>= 5
            more = value != (-1 if bits & 16 else 0)
            text.append(chr(48 + bits + (32 if more else 0)))
    return "".join(text)


def mask_of(segmentation: dict[str, Any], hints: Hints) -> tuple[list[float], tuple[int, int]]:
    """(our points of the mask, (width, height) of its picture) of COCO's {"counts", "size": [height, width]}. BadRuns, Unreadable."""
    size = segmentation.get("size")
    if not isinstance(size, list) or len(size) != 2 or not all(type(value) is int and 0 < value < 2**31 for value in size):
        raise BadRuns("its run lengths do not say the height and width of their picture.")
    height, width = size
    raw = segmentation.get("counts")
    counts = unpacked(raw) if isinstance(raw, str) else raw
    if not isinstance(counts, list) or not all(type(count) is int and count >= 0 for count in counts):
        raise BadRuns("its run lengths are not whole numbers from 0 on.")
    if sum(counts) != height * width:
        raise BadRuns(f"its run lengths add up to {sum(counts)}, its picture has {width} x {height} pixels.")
    ends = list(accumulate(counts))
    runs = [(ends[number] - counts[number], ends[number]) for number in range(1, len(counts), 2) if counts[number]]
    if not runs:
        raise BadRuns("the mask is empty.")
    return _rows(runs, height, hints), (width, height)


def _rows(runs: list[tuple[int, int]], height: int, hints: Hints) -> list[float]:
    """`runs`: (start, end) of set pixels, counted column by column."""
    left, right = runs[0][0] // height, (runs[-1][1] - 1) // height
    inside = all(start // height == (end - 1) // height for start, end in runs)
    top = min(start % height for start, _ in runs) if inside else 0
    bottom = max((end - 1) % height for _, end in runs) if inside else height - 1
    columns = right - left + 1
    if columns * height > hints.one_mask_pixels:
        raise BadRuns("the mask is larger than any image here.")
    hints.pay(columns * height)
    cells = bytearray(columns * height)
    for start, end in runs:
        cells[start - left * height:end - left * height] = b"\x01" * (end - start)
    top, bottom = (top, bottom) if inside else _trimmed(cells, height)
    rows = b"".join(bytes(cells[row::height]) for row in range(top, bottom + 1))
    return [*map(float, _counted(rows)), float(left), float(top), float(right), float(bottom)]


def _trimmed(cells: bytearray, height: int) -> tuple[int, int]:
    """First and last row with a set pixel, where runs go over the ends of columns."""
    first = next(row for row in range(height) if 1 in cells[row::height])
    return first, next(row for row in range(height - 1, -1, -1) if 1 in cells[row::height])


def _counted(rows: bytes) -> list[int]:
    """Run lengths from a zero run on."""
    counts: list[int] = []
    position, bit = 0, 0
    while position < len(rows):
        change = rows.find(1 - bit, position)
        change = len(rows) if change < 0 else change
        counts.append(change - position)
        if len(counts) > MAX_NUMBERS:
            raise BadRuns(f"the mask has more than {MAX_NUMBERS} run lengths: it is too ragged.")
        position, bit = change, 1 - bit
    return counts
