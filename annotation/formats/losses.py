"""What a format could not hold, counted while it is written."""
from collections import Counter


class Losses:
    """`note` counts by sentence; "{n}" in a sentence becomes the count."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def note(self, sentence: str, count: int = 1) -> None:
        """So often more."""
        if count:
            self._counts[sentence] += count

    def sentences(self) -> list[str]:
        """In the order of first appearance."""
        return [sentence.replace("{n}", str(count)) for sentence, count in self._counts.items()]
