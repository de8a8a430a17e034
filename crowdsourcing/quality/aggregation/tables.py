"""Dawid and Skene's tables: how often each person says what when what is true."""
import numpy as np

from crowdsourcing.quality.aggregation.votes import Votes

# As crowd-kit's: less than this is this, so that logarithms stay finite.
LEAST = 1e-10


class Tables:
    """Learns from the chances of labels and tells them from what people said. A "saying" is one person using one label; what a person
    never says takes no room. `votes` has votes."""

    def __init__(self, votes: Votes) -> None:
        self.votes, self.labels = votes, len(votes.labels)
        self.sayings, self.of_vote = np.unique(votes.worker * self.labels + votes.label, return_inverse=True)
        # Sums over sorted rows are many times faster than over scattered ones.
        order = np.argsort(self.of_vote, kind="stable")
        self.item_of_sorted = votes.item[order]
        self.first_of_saying = _firsts(self.of_vote[order])
        worker = self.sayings // self.labels
        self.first_of_worker = _firsts(worker)
        self.size_of_worker = np.diff(np.r_[self.first_of_worker, len(worker)])
        self.first_of_item = _firsts(votes.item)
        self.voted = votes.item[self.first_of_item]
        self.counts = self.logs = np.zeros((len(self.sayings), self.labels))

    def learn(self, chances: np.ndarray) -> None:
        """`chances`: (items, labels) 0..1."""
        self.counts = np.add.reduceat(chances[self.item_of_sorted], self.first_of_saying, axis=0)
        bounded = np.maximum(self.counts, LEAST)
        whole = np.add.reduceat(bounded, self.first_of_worker, axis=0)
        self.logs = np.log(bounded / np.repeat(whole, self.size_of_worker, axis=0))

    def evidence(self) -> np.ndarray:
        """(items, labels): logarithm of the chance of all votes on the item, were the label right; 0 without votes."""
        found = np.zeros((len(self.votes.items), self.labels))
        found[self.voted] = np.add.reduceat(self.logs[self.of_vote], self.first_of_item, axis=0)
        return found

    def bound(self, chances: np.ndarray, usual: np.ndarray) -> float:
        """The evidence lower bound as crowd-kit counts it: `usual`, (labels,) logarithms of how common labels are, once a vote."""
        bounded = np.maximum(chances[self.voted], LEAST)
        return float((self.counts * (self.logs + usual)).sum() - (bounded * np.log(bounded)).sum())

    def errors(self) -> np.ndarray:
        """(workers, said, true) 0..1."""
        found = np.zeros((len(self.votes.workers) * self.labels, self.labels))
        found[self.sayings] = np.exp(self.logs)
        return found.reshape(len(self.votes.workers), self.labels, self.labels)


def _firsts(ordered: np.ndarray) -> np.ndarray:
    """Where each run of equal values begins."""
    return np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
