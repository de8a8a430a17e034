"""What of a file did not fit: equal reasons once, with how often and where."""
from dataclasses import dataclass, field

from annotation.formats.found import shown

# Of Request.errors and warnings.
MOST_SENTENCES = 1000
_EXAMPLES = 3
_REASON_LENGTH = 400


@dataclass
class _Reason:
    count: int = 0
    examples: list[str] = field(default_factory=list)


class Report:
    """`note` once for every thing; memory stays that of a thousand reasons."""

    def __init__(self) -> None:
        self._reasons: dict[str, _Reason] = {}
        self._beyond = 0
        self.count = 0

    def note(self, where: str, reason: str) -> None:
        """`where` names the thing; `reason` is a sentence that begins small."""
        self.count += 1
        reason = shown_long(reason)
        entry = self._reasons.get(reason)
        if entry is None:
            if len(self._reasons) >= MOST_SENTENCES - 1:
                self._beyond += 1
                return
            entry = self._reasons[reason] = _Reason()
        entry.count += 1
        if len(entry.examples) < _EXAMPLES:
            entry.examples.append(where)

    def sentences(self) -> list[str]:
        """In the order of first appearance."""
        told = [_sentence(reason, entry) for reason, entry in self._reasons.items()]
        return [*told, f"{self._beyond:,} more things did not fit, for other reasons."] if self._beyond else told


def _sentence(reason: str, entry: _Reason) -> str:
    if entry.count == 1:
        return f"{entry.examples[0]}: {reason}"
    first = "; ".join(entry.examples)
    return f"{reason[:1].upper()}{reason[1:]} {entry.count:,} times{', first' if entry.count > _EXAMPLES else ''}: {first}."


def shown_long(text: str) -> str:
    """A sentence with names out of the file in it."""
    parts = [shown(text[start:start + 100]) for start in range(0, min(len(text), _REASON_LENGTH), 100)]
    return "".join(parts)
