"""What a format could not hold, counted while it is written."""
from collections import Counter

from annotation.formats.counting import counted


class Losses:
    """`note` counts by sentence; a sentence speaks of "{n}" many (formats.counting)."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def note(self, sentence: str, count: int = 1) -> None:
        """So often more."""
        if count:
            self._counts[sentence] += count

    def sentences(self) -> list[str]:
        """In the order of first appearance."""
        return [counted(sentence, count) for sentence, count in self._counts.items()]
