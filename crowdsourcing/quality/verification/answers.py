"""Answers become an answer: by the platform's aggregation or by ours. What is not clear gets one more person, then the requester."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q
from django.utils import timezone

from crowdsourcing.models import Verification, VerificationTask, Vote
from crowdsourcing.providers.asking import BAD, GOOD
from crowdsourcing.providers.base import Provider
from crowdsourcing.quality.aggregation import Aggregation, Outcome, Rule, Votes, dawid_skene, majority, one_coin, weighted
from crowdsourcing.selectors.clock import platform_now
from crowdsourcing.statuses import AssignmentStatus, PoolStatus
from crowdsourcing.verification_wishes import PLATFORM

_CHANCE = 0.5 + 1e-9
# So long after its last answer the platform has had the time to ask for one more by itself.
_RIPE = timedelta(seconds=60)


@dataclass(frozen=True)
class Conclusion:
    """About one question (row id): an answer, "" for the requester, or `more` people to ask. `confidence` 0..1."""

    pk: int
    answer: str
    confidence: float
    more: int = 0


def conclude(verification: Verification, provider: Provider) -> list[Conclusion]:
    """About every question that has the answers it was to have. Raises ProviderError: the platform's aggregation is a call."""
    ripe = _ripe(verification)
    if not ripe:
        return []
    config = verification.config
    if config["aggregation"] != PLATFORM:
        return _by_us(verification, ripe, config["aggregation"])
    own = set(Vote.objects.filter(_own(), task__in=ripe).values_list("task_id", flat=True))
    # What somebody said about their own work cannot be taken out of the platform's aggregation.
    found = _by_us(verification, {pk: count for pk, count in ripe.items() if pk in own}, "majority") if own else []
    rest = {pk: count for pk, count in ripe.items() if pk not in own}
    return found + (_by_platform(verification, provider, rest) if rest else [])


def write(verification: Verification, conclusions: Iterable[Conclusion]) -> int:
    """Once each; how many questions were settled."""
    settled = 0
    for one in conclusions:
        if not one.more:
            settled += verification.tasks.filter(pk=one.pk, decided_at=None).update(
                answer=one.answer, confidence=one.confidence, decided_at=timezone.now())
    return settled


def moot(verification: Verification) -> list[VerificationTask]:
    """Open questions about work that was decided without them, or about which nothing can be decided any more."""
    rows = verification.tasks.filter(decided_at=None)
    if verification.pool.status != PoolStatus.ARCHIVED:
        rows = rows.exclude(assignment__status=AssignmentStatus.SUBMITTED)
    return list(rows)


def drop(task: VerificationTask) -> None:
    """Settled without an answer."""
    VerificationTask.objects.filter(pk=task.pk, decided_at=None).update(decided_at=timezone.now())


# --- which ----------------------------------------------------------------------------------------------------------
def _own() -> Q:
    return Q(toloker=F("task__assignment__toloker"))


def _ripe(verification: Verification) -> dict[int, int]:
    """Question -> how many answered, of those that have as many answers as they were to have, and will get no more by themselves."""
    rows = (verification.tasks.filter(decided_at=None).exclude(remote_task_id="")
            .annotate(given=Count("votes"), last=Max("votes__submitted")).filter(given__gte=F("overlap"), given__gt=0))
    config = verification.config
    before = platform_now(verification.pool.crowd_project.account) - _RIPE
    still = verification.status == PoolStatus.OPEN and config["dynamic_overlap"]
    return {row.pk: row.given for row in rows if not still or row.given >= config["max_overlap"] or _before(row.last, before)}


def _before(at: datetime | None, moment: datetime) -> bool:
    return at is not None and at < moment


# --- ours -----------------------------------------------------------------------------------------------------------
def _by_us(verification: Verification, ripe: Mapping[int, int], method: str) -> list[Conclusion]:
    config = verification.config
    rule = Rule(min_votes=config["overlap"], max_votes=config["max_overlap"], min_confidence=config["min_confidence"])
    rows = Vote.objects.filter(task__verification=verification).exclude(_own()).order_by().values_list("task_id", "toloker_id", "answer")
    result = aggregate(method, list(rows), rule, ripe)
    return [Conclusion(pk, str(one.answer or ""), one.confidence, one.more if one.outcome is Outcome.NEEDS_MORE_VOTES else 0)
            for pk in ripe for one in [result.of(pk)]]


def aggregate(method: str, rows: list[tuple[int, int, str]], rule: Rule, items: Iterable[int]) -> Aggregation:
    """Pure: (question, person, answer) each. `items`: questions that are to be in the result even without votes."""
    votes = Votes.of(rows, labels=(GOOD, BAD), items=list(items))
    if method == "one_coin":
        return one_coin(votes, rule)
    if method == "dawid_skene":
        return dawid_skene(votes, rule)
    plain = majority(votes, rule)
    if method == "majority":
        return plain
    # How often each went with the others: what the platform makes its skill of.
    records: dict[Any, tuple[float, float]] = {worker: (found.right, found.counted) for worker, found in plain.workers.items()}
    return weighted(votes, rule, skills={}, records=records)


# --- the platform's -------------------------------------------------------------------------------------------------
def _by_platform(verification: Verification, provider: Provider, ripe: Mapping[int, int]) -> list[Conclusion]:
    assert verification.verifier_skill is not None
    told = {one.question_id: one for one in provider.aggregated(
        verification.remote_pool_id, skill_id=verification.verifier_skill.remote_id)}
    most = verification.config["max_overlap"]
    found, unclear = [], {}
    for row in verification.tasks.filter(pk__in=ripe).annotate(good=Count("votes", filter=Q(votes__answer=GOOD))):
        one = told.get(row.remote_task_id)
        if one is None:
            continue
        # As sure as chance, with as many for as against: the platform names the first; a tie decides nothing here. Below chance it
        # contradicts itself: those with more trust together are less likely to be right than the others.
        tie = one.answer not in (GOOD, BAD) or (one.confidence <= _CHANCE and 2 * row.good == ripe[row.pk])
        if one.confidence < 1 - _CHANCE or (tie and ripe[row.pk] >= most):
            unclear[row.pk] = ripe[row.pk]
        else:
            found.append(Conclusion(row.pk, "" if tie else one.answer, one.confidence, int(tie)))
    # What all the answers tell of everybody decides those, if it is sure; else one more person, then the requester.
    return found + (_by_us(verification, unclear, "one_coin") if unclear else [])
