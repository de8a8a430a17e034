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


class UniqueNames:
    """Tells equal names apart; remembers how far it counted, so that ten thousand times "image.jpg" is no work."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counted: dict[str, int] = {}

    def give(self, name: str) -> str:
        """`name`, or name-2, name-3, … before its suffix, at most 512 characters; never the same answer twice."""
        stem, dot, suffix = name.rpartition(".")
        if not stem:
            stem, dot, suffix = name, "", ""
        candidate, number = name, self._counted.get(name, 1)
        while candidate in self._taken:
            number += 1
            tail = f"-{number}{dot}{suffix}"
            candidate = stem[:max(NAME_LENGTH - len(tail), 1)] + tail
        self._counted[name] = number
        self._taken.add(candidate)
        return candidate
