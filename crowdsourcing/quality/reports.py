"""What the pages of quality and REST say about a pool or a Toloker, out of plain rows. Pure but for the types of the rows."""
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from sys import intern

from crowdsourcing.quality.aggregation import Votes, WorkerResult, one_coin
from crowdsourcing.quality.statistics import (
    SCORE_EDGES,
    TIME_EDGES,
    Period,
    Quartiles,
    Share,
    alpha,
    histogram,
    pair_agreement,
    periods,
)
from crowdsourcing.selectors.work import VoteRow, Work
from crowdsourcing.statuses import AssignmentStatus

# How outcomes are stacked in charts, from the ground up, and their words.
OUTCOMES = {AssignmentStatus.ACCEPTED.value: "accepted", AssignmentStatus.SUBMITTED.value: "waiting",
            AssignmentStatus.REJECTED.value: "rejected"}
ANSWERS = {"OK": "well done", "BAD": "not well done"}


@dataclass(frozen=True)
class Distribution:
    """`counts`: word of an outcome -> how many values lie in each of the bins between `edges`."""

    edges: tuple[float, ...]
    counts: Mapping[str, Sequence[int]]

    @property
    def number(self) -> int:
        return sum(map(sum, self.counts.values()))


@dataclass(frozen=True)
class Days:
    """Decisions over time: `unit` "hour", "day", "week" or "month"; in each period how many attempts were accepted and rejected, by what
    the platform says of them now."""

    unit: str
    periods: Sequence[Period]
    accepted: Sequence[int]
    rejected: Sequence[int]


@dataclass(frozen=True)
class Summary:
    """Attempts of a pool or of one Toloker. `acceptance`: of the judged ones; `truth`: mean score by the ground truth, of those measured;
    `seconds_a_frame`, `hourly`: USD an hour at the median pace; `spent`: USD paid, without the platform's fee; `objects`: shapes and tags
    of the accepted ones."""

    counts: Mapping[str, int]
    overturned: int
    acceptance: Share
    truth: Share
    suspicion: float | None
    seconds: Quartiles | None
    seconds_a_frame: Quartiles | None
    hourly: Decimal | None
    spent: Decimal
    objects: int
    last: datetime | None

    @property
    def accepted(self) -> int:
        return self.counts.get(AssignmentStatus.ACCEPTED, 0)

    @property
    def rejected(self) -> int:
        return self.counts.get(AssignmentStatus.REJECTED, 0)

    @property
    def waiting(self) -> int:
        return self.counts.get(AssignmentStatus.SUBMITTED, 0)

    @property
    def given_back(self) -> int:
        return self.counts.get(AssignmentStatus.SKIPPED, 0) + self.counts.get(AssignmentStatus.EXPIRED, 0)

    @property
    def came_in(self) -> int:
        return self.accepted + self.rejected + self.waiting

    @property
    def price_of_object(self) -> Decimal | None:
        return self.spent / self.objects if self.objects else None


@dataclass(frozen=True)
class Worker:
    toloker: int
    user_id: str
    summary: Summary


@dataclass(frozen=True)
class SignalCount:
    """A signal of suspicion: on how many attempts it was raised, and how the newest one words it."""

    code: str
    number: int
    text: str


@dataclass(frozen=True)
class Verifier:
    """`quality`: how often this person is right, by what all votes together say (one coin a person, docs/decisions/0010)."""

    toloker: int
    user_id: str
    votes: int
    quality: Share
    sentence: str


@dataclass(frozen=True)
class Verification:
    """What the second crowd said. `pairs`: of two people's answers to one question, how many are equal; `alpha`: beyond chance;
    `paid`: USD for the pages, without the fee."""

    questions: int
    votes: int
    settled: Mapping[str, int]
    pairs: Share
    alpha: float | None
    confidence: Distribution
    verifiers: Sequence[Verifier]
    paid: Decimal


def summary_of(work: Sequence[Work]) -> Summary:
    counts = Counter(row.status for row in work)
    judged = counts[AssignmentStatus.ACCEPTED] + counts[AssignmentStatus.REJECTED]
    accepted = [row for row in work if row.status == AssignmentStatus.ACCEPTED]
    timed = [row for row in work if row.came_in and row.seconds is not None and row.marks is not None]
    seconds = Quartiles.of([row.seconds for row in timed if row.seconds is not None])
    suspicions = [row.suspicion for row in work if row.suspicion is not None]
    price = sum((row.reward for row in timed), Decimal(0)) / len(timed) if timed else None
    return Summary(
        counts=counts, overturned=sum(row.overturned for row in work), acceptance=Share(len(accepted), judged),
        truth=Share.mean(row.score for row in work if row.score is not None),
        suspicion=sum(suspicions) / len(suspicions) if suspicions else None, seconds=seconds,
        seconds_a_frame=Quartiles.of([(row.seconds or 0) / max(1, row.frames or 0) for row in timed]),
        hourly=price * 3600 / Decimal(str(seconds.median)) if price is not None and seconds and seconds.median >= 1 else None,
        spent=sum((row.reward for row in accepted), Decimal(0)), objects=sum(row.marks or 0 for row in accepted),
        last=max((row.submitted for row in work if row.submitted is not None), default=None))


def workers_of(work: Iterable[Work]) -> list[Worker]:
    """Everybody who took a job, in no order."""
    groups: defaultdict[tuple[int, str], list[Work]] = defaultdict(list)
    for row in work:
        groups[row.toloker, row.user_id].append(row)
    return [Worker(toloker, user_id, summary_of(rows)) for (toloker, user_id), rows in groups.items()]


def by_pool(work: Iterable[Work]) -> list[tuple[int, Summary]]:
    """Pool -> what was done there, the most attempts first."""
    groups: defaultdict[int, list[Work]] = defaultdict(list)
    for row in work:
        groups[row.pool].append(row)
    return [(pool, summary_of(rows)) for pool, rows in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))]


def right_of(votes: Iterable[VoteRow]) -> Share:
    """Of the answers to settled questions, those that are the settled one."""
    settled = [vote for vote in votes if vote.settled]
    return Share(sum(vote.answer == vote.settled for vote in settled), len(settled))


def signals_of(work: Iterable[Work]) -> list[SignalCount]:
    """The most frequent first."""
    counts: Counter[str] = Counter()
    texts: dict[str, str] = {}
    for row in sorted(work, key=lambda row: row.assignment):
        for signal in row.signals if row.suspicion is not None else ():
            counts[signal["code"]] += 1
            texts[signal["code"]] = signal["text"]
    return [SignalCount(code, number, texts[code]) for code, number in counts.most_common()]


# Word in the address -> the order's key.
ORDERS: dict[str, Callable[[Worker], tuple[float, ...]]] = {
    "best": lambda one: (not one.summary.acceptance.whole, -one.summary.acceptance.low),
    "worst": lambda one: (not one.summary.acceptance.whole, one.summary.acceptance.high),
    "jobs": lambda one: (-one.summary.came_in,),
    "fastest": lambda one: (one.summary.seconds_a_frame is None, one.summary.seconds_a_frame.median if one.summary.seconds_a_frame else 0),
    "suspicion": lambda one: (-(one.summary.suspicion or 0),),
    "paid": lambda one: (-float(one.summary.spent),),
}


def in_order(workers: Iterable[Worker], order: str) -> list[Worker]:
    """`order`: one of ORDERS; of equals the one with more jobs, then by id."""
    return sorted(workers, key=lambda one: (ORDERS[order](one), -one.summary.came_in, one.user_id))


def over_time(work: Iterable[Work], zone: tzinfo) -> Days:
    """By when the platform wrote the decision down."""
    accepted = [row.accepted for row in work if row.status == AssignmentStatus.ACCEPTED and row.accepted is not None]
    rejected = [row.rejected for row in work if row.status == AssignmentStatus.REJECTED and row.rejected is not None]
    unit, columns = periods([*accepted, *rejected], zone)
    if not columns:
        return Days(unit, [], [], [])
    edges = [column.start.timestamp() for column in columns] + [columns[-1].end.timestamp()]
    return Days(unit, columns, *(histogram((moment.timestamp() for moment in moments), edges) for moments in (accepted, rejected)))


def _by_outcome(work: Iterable[Work], value: Callable[[Work], float | None], edges: tuple[float, ...]) -> Distribution:
    values: dict[str, list[float]] = {word: [] for word in OUTCOMES.values()}
    for row in work:
        measured = value(row)
        if row.came_in and measured is not None:
            values[OUTCOMES[row.status]].append(measured)
    return Distribution(edges, {word: histogram(found, edges) for word, found in values.items()})


def truth_scores(work: Iterable[Work]) -> Distribution:
    return _by_outcome(work, lambda row: row.score, SCORE_EDGES)


def suspicions(work: Iterable[Work]) -> Distribution:
    return _by_outcome(work, lambda row: row.suspicion, SCORE_EDGES)


def times(work: Iterable[Work]) -> Distribution:
    """Seconds a job, from taking to submitting."""
    return _by_outcome(work, lambda row: row.seconds, TIME_EDGES)


def agreement_of(scores: Mapping[str, Sequence[float]]) -> Distribution:
    """How those who did one job agree: `scores` as selectors.consensus.agreement_in gives them."""
    return Distribution(SCORE_EDGES, {word: histogram(each, SCORE_EDGES) for word, each in scores.items()})


def verification_of(rows: Iterable[VoteRow]) -> Verification:
    """About 1 s for 100,000 votes. `rows` is walked once, and of each only what is counted stays: there are three a frame."""
    questions: defaultdict[int, dict[str, int]] = defaultdict(dict)
    settled: dict[int, tuple[str, float | None]] = {}
    names: dict[int, str] = {}
    pages: dict[str, Decimal | None] = {}
    given: list[tuple[int, int, str]] = []
    for row in rows:
        answer, said = intern(row.answer), questions[row.question]
        said[answer] = said.get(answer, 0) + 1
        settled[row.question] = (intern(row.settled), row.confidence)
        names[row.toloker] = row.user_id
        pages[row.page] = row.reward
        given.append((row.question, row.toloker, answer))
    answers = Counter(answer for answer, _ in settled.values() if answer)
    sure: dict[str, list[float]] = {word: [] for word in ANSWERS.values()}
    for answer, confidence in settled.values():
        if answer and confidence is not None:
            sure.setdefault(ANSWERS.get(answer, answer), []).append(confidence)
    return Verification(
        len(questions), len(given), answers, pair_agreement(questions.values()), alpha(questions.values()),
        Distribution(SCORE_EDGES, {word: histogram(found, SCORE_EDGES) for word, found in sure.items()}),
        _verifiers(one_coin(Votes.of(given)).workers, names) if given else [],
        sum((reward for reward in pages.values() if reward is not None), Decimal(0)))


def _verifiers(estimates: Mapping[object, WorkerResult], names: Mapping[int, str]) -> list[Verifier]:
    """Those who are right for certain first."""
    found = [Verifier(int(str(worker)), names[int(str(worker))], one.votes, Share(one.right, one.counted), one.sentence)
             for worker, one in estimates.items()]
    return sorted(found, key=lambda one: (-one.quality.low, -one.votes, one.user_id))
