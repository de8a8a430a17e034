"""When votes are enough."""
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What happens next with an item or a frame."""

    DECIDED = "decided"
    NEEDS_MORE_VOTES = "needs_more_votes"
    NEEDS_REQUESTER = "needs_requester"


@dataclass(frozen=True)
class Rule:
    """What a decision takes. A tie never decides: below `max_votes` it asks for one more vote, then for the requester.

    `min_votes`: people at least; `max_votes`: people at most, None for no limit; `min_confidence`: 0..1. `settle_at_maximum`: with
    `max_votes` people the answer that leads is taken however unsure it is, as the platform's dynamic overlap does (a tie is not);
    otherwise the requester is asked. ValueError for what cannot be.
    """

    min_votes: int = 1
    max_votes: int | None = None
    min_confidence: float = 0.0
    settle_at_maximum: bool = False

    def __post_init__(self) -> None:
        if self.min_votes < 1:
            raise ValueError(f"A decision takes at least 1 vote, not {self.min_votes}.")
        if self.max_votes is not None and self.max_votes < self.min_votes:
            raise ValueError(f"At most {self.max_votes} votes cannot be fewer than the {self.min_votes} that a decision takes.")
        if not 0 <= self.min_confidence <= 1:
            raise ValueError(f"A confidence lies between 0 and 1; {self.min_confidence:g} does not.")

    def more(self, votes: int) -> int:
        """How many further votes to ask for when `votes` did not decide; 0: there may be no more."""
        wanted = max(1, self.min_votes - votes)
        return wanted if self.max_votes is None else max(0, min(wanted, self.max_votes - votes))
