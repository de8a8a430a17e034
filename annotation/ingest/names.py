"""Names of frames and their order."""
import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

from annotation.models import SortingMethod

T = TypeVar("T")
NAME_LENGTH = 512


def base_name(name: str) -> str:
    """The last part of a path in anybody's spelling (programs send their absolute paths), without control characters."""
    return clean_name(re.split(r"[/\\]", name)[-1])


def clean_name(name: str) -> str:
    """Without control characters and outer white space, composed (NFC) so that equal looking names are equal, at most 512 characters."""
    text = "".join(character for character in unicodedata.normalize("NFC", name) if unicodedata.category(character)[0] != "C").strip()
    return text if len(text) <= NAME_LENGTH else text[:200] + "…" + text[-300:]


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sorts img2 before img10; digits are compared as numbers, the rest without case, then with it."""
    parts = re.split(r"(\d+)", name)
    key = [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part.casefold()) for part in parts if part]
    return [*key, (2, 0, name)]


def in_order(things: Iterable[T], method: str, name_of: Callable[[T], str], seed: int) -> list[T]:
    """Sorted by SortingMethod; `predefined` keeps the order, `random` shuffles it the same way for the same seed."""
    listed = list(things)
    if method == SortingMethod.PREDEFINED:
        return listed
    if method == SortingMethod.RANDOM:
        random.Random(seed).shuffle(listed)
        return listed
    return sorted(listed, key=lambda thing: natural_key(name_of(thing)) if method == SortingMethod.NATURAL else name_of(thing))


def unique_name(name: str, taken: set[str]) -> str:
    """`name`, or name-2, name-3, … before its suffix; the answer is added to `taken`."""
    stem, dot, suffix = name.rpartition(".")
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{stem}-{number}{dot}{suffix}" if dot and stem else f"{name}-{number}"
    taken.add(candidate)
    return candidate
