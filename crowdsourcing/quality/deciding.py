"""What a pool's policy decides about the work that waits, written down and asked for: each attempt once.

A decision is one short transaction: the pool locked (its policy cannot change meanwhile, and decisions come one by one), then the
assignment (a person's decision cannot come in between), then all is looked at once more, and verdict and command are inserted together.
A process that dies before the commit has decided nothing; after it the outbox delivers. What was decided once, by a policy or a person,
is not for policies any more: where the platform refuses it, or an appeal is made, people decide.
"""
import logging
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from crowdsourcing.intents import guide_of, insert_decision
from crowdsourcing.models import Assignment, Pool, ReviewPolicy, Verdict
from crowdsourcing.quality.evidence import evidence_of
from crowdsourcing.quality.judgement import ACCEPT, REJECT, WAIT, Judgement, judge
from crowdsourcing.quality.policies import is_by_hand
from crowdsourcing.selectors.corrections import in_hand
from crowdsourcing.selectors.policies import BY_HAND, policy_of
from crowdsourcing.selectors.queue import undecided
from crowdsourcing.statuses import AssignmentStatus, CommandKind, PoolStatus
from crowdsourcing.transitions import Refused

log = logging.getLogger(__name__)

# Looked at in one go: evidence of so many attempts is in memory.
ROUND = 500
_KINDS = {ACCEPT: CommandKind.ACCEPT_ASSIGNMENT, REJECT: CommandKind.REJECT_ASSIGNMENT}
_DECIDED = (Verdict.Outcome.ACCEPT, Verdict.Outcome.REJECT)
Ring = Callable[[UUID], None]


def settle_pool(pool: Pool, ring: Ring | None = None) -> int:
    """Decide what the pool's policy can decide now; how many attempts were accepted or rejected.

    `ring` hears of each new command after its commit; without it the sweep delivers them.
    """
    if in_force(pool) is None:
        return 0
    made, ids = 0, list(open_attempts(pool).values_list("pk", flat=True))
    for start in range(0, len(ids), ROUND):
        for pk in _ripe(pool, ids[start:start + ROUND]):
            command = _settled(pool.pk, pk)
            if command is None:
                continue
            made += 1
            if ring is not None:
                ring(command)
    return made


def pools_to_settle() -> QuerySet[Pool]:
    """Pools with submitted work and a policy, and those where several people's work may be merged; whether there is anything to do is
    seen when it is settled."""
    waiting = Assignment.objects.filter(status=AssignmentStatus.SUBMITTED).order_by().values("pool")
    accepted = Assignment.objects.filter(pool__overlap__gt=1, status=AssignmentStatus.ACCEPTED).order_by().values("pool")
    return Pool.objects.filter(Q(pk__in=waiting, review_policies__isnull=False) | Q(pk__in=accepted)).exclude(
        status=PoolStatus.ARCHIVED).select_related("crowd_project__account", "task").distinct().order_by("pk")


def open_attempts(pool: Pool) -> QuerySet[Assignment]:
    """Submitted work that nobody decided about or has in hand, oldest first."""
    decided = Verdict.objects.filter(assignment=OuterRef("pk"), outcome__in=_DECIDED)
    rows = Assignment.objects.filter(pool=pool, status=AssignmentStatus.SUBMITTED, submitted__isnull=False)
    return undecided(rows).exclude(Exists(decided)).exclude(in_hand()).order_by("submitted", "pk")


def in_force(pool: Pool) -> ReviewPolicy | None:
    """The policy by which something may be decided now."""
    policy = policy_of(pool)
    if policy is None or is_by_hand(policy.config) or policy.is_stopped or pool.status == PoolStatus.ARCHIVED:
        return None
    return policy


def _ripe(pool: Pool, ids: list[int]) -> list[int]:
    """Those about which there is something to write, as far as can be seen without a lock.

    Where several do a job rejections come last: an acceptance leaves what the others agree on as it was, a rejection takes its work out.
    Should only some be decided (a death, a reviewer's open draft), the rest is judged by the same agreement next time.
    """
    policy = in_force(pool)
    if policy is None:
        return []
    asked = _asked_about(policy, ids)
    found = []
    for pk, evidence in evidence_of(pool, ids).items():
        judgement = judge(evidence, policy.config)
        if judgement.outcome != WAIT and not _said_before(judgement, asked.get(pk)):
            found.append((pool.overlap > 1 and judgement.outcome == REJECT, ids.index(pk), pk))
    return [pk for _, _, pk in sorted(found)]


def _asked_about(policy: ReviewPolicy, ids: list[int]) -> dict[int, Verdict]:
    """Assignment -> the last time this policy left it to a person."""
    rows = Verdict.objects.filter(policy=policy, assignment__in=ids, outcome=Verdict.Outcome.ASK)
    return {row.assignment_id: row for row in rows.order_by("pk")}


def _said_before(judgement: Judgement, last: Verdict | None) -> bool:
    """Whether a person was asked by the same policy on the same evidence."""
    if last is None or judgement.outcome in _KINDS:
        return False
    return (_lasting(last.inputs), last.source, last.thresholds) == (_lasting(judgement.inputs), judgement.source, judgement.thresholds)


def _lasting(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is counted anew all the time and says nothing new about the work: suspicion, what else the person did, and how far
    verifiers are trusted."""
    kept = {name: value for name, value in inputs.items() if name not in ("suspicion", "worker")}
    if "verification" in kept:
        kept["verification"] = [{**one, "votes": [vote["answer"] for vote in one["votes"]]} for one in kept["verification"]]
    return kept


def _settled(pool_id: int, pk: int) -> UUID | None:
    """The command of one decision; None where there was none to make. Our own faults leave the attempt to the next run, and the others
    in peace."""
    try:
        with transaction.atomic(durable=True):
            return _settle(pool_id, pk)
    except DatabaseError:
        raise
    except Refused as refusal:
        log.info("Assignment %s is not decided now: %s", pk, refusal.code)
    except Exception:
        log.exception("Assignment %s could not be decided", pk)
    return None


def _settle(pool_id: int, pk: int) -> UUID | None:
    pool = Pool.objects.select_for_update(of=("self",), no_key=True).select_related("crowd_project__account", "task").get(pk=pool_id)
    policy = in_force(pool)
    assignment = Assignment.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if policy is None or assignment is None or not open_attempts(pool).filter(pk=pk).exists():
        return None
    judgement = judge(evidence_of(pool, [pk])[pk], policy.config)
    if judgement.outcome == WAIT or _said_before(judgement, _asked_about(policy, [pk]).get(pk)):
        return None
    command = None
    if judgement.outcome in _KINDS:
        command = insert_decision(actor=None, assignment=assignment, kind=_KINDS[judgement.outcome], comment=judgement.explanation,
                                  overrule=False)
    Verdict.objects.create(
        assignment=assignment, policy=policy, guide_version=guide_of(assignment), outcome=judgement.outcome, source=judgement.source,
        inputs=judgement.inputs, thresholds=judgement.thresholds, explanation=judgement.explanation, confidence=judgement.confidence,
        command=command)
    if command is None:
        return None
    _stop_after_bad_start(policy)
    return command.pk


def _stop_after_bad_start(policy: ReviewPolicy) -> None:
    """With so many decided and so few accepted, either the work or the policy is no good: a person looks before more is decided."""
    rule = policy.config.get("stop")
    if not rule or policy.resumed_at is not None:
        return
    decided = Verdict.objects.filter(policy=policy, outcome__in=_DECIDED).exclude(source=BY_HAND)
    if decided.count() != rule["first"]:
        return
    accepted = decided.filter(outcome=Verdict.Outcome.ACCEPT).count()
    if accepted < rule["accepted_share"] * rule["first"] - 1e-9:
        policy.stopped_at = timezone.now()
        policy.stop_reason = (
            f"Of the first {rule['first']} decided, {accepted} {'was' if accepted == 1 else 'were'} accepted: less than "
            f"{100 * rule['accepted_share']:g} %. Look at what was rejected and why; then let the policy go on, or change it.")
        policy.save(update_fields=["stopped_at", "stop_reason"])
