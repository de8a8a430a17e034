"""Verifications: where their questions are, and what stands in the way of one."""
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, DecimalField, Max, Q, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from crowdsourcing.models import Pool, Verification, VerificationTask, Vote
from crowdsourcing.statuses import PoolStatus, ProjectStatus
from crowdsourcing.verification_wishes import DEFAULTS, marks

# Among a verification's cursors: how far answers were read, since when the pool is open by us, and that the policy is to name it.
VOTES, OPENED, POLICY = "votes", "opened", "policy"
_CENTS = Decimal("0.001")


def key_of(task: VerificationTask) -> str:
    """What the platform's question is called: whose work, and which frame."""
    return f"{task.assignment.remote_id}:{task.frame}"


def verification_of(pool: Pool) -> Verification | None:
    return Verification.objects.select_related("pool__task__project", "pool__crowd_project__account", "annotated_skill",
                                               "verifier_skill").filter(pool=pool).first()


def verification_obstacles(pool: Pool) -> list[str]:
    """Why no verification crowd can be set up for this pool now, each with the next step."""
    found = []
    if not pool.crowd_project.remote_id or pool.crowd_project.status != ProjectStatus.ACTIVE:
        found.append("The crowdsourcing project is not active at the platform. Set it up first.")
    if pool.auto_accept_solutions:
        found.append("This pool accepts everything by itself. Switch off “Accept solutions automatically” in Update pool first.")
    if pool.status == PoolStatus.ARCHIVED:
        found.append("The pool is archived: nothing in it can be reviewed any more.")
    if pool.status == PoolStatus.OPEN and not _marks(pool):
        found.append("The pool is open. Stop it first: it gets a rule that keeps those who annotate from verifying.")
    return found


def _marks(pool: Pool) -> bool:
    there = Verification.objects.filter(pool=pool).select_related("annotated_skill").first()
    return there is not None and there.annotated_skill is not None and marks(pool.quality_rules, there.annotated_skill.remote_id)


def progress_of(verification: Verification) -> dict[str, Any]:
    """Counts of questions, answers and pages, and money in USD: what answered pages cost, what the open ones still may. Three queries."""
    tasks = verification.tasks.aggregate(
        questions=Count("pk"), sent=Count("pk", filter=~Q(remote_task_id="")), good=Count("pk", filter=Q(answer="OK")),
        bad=Count("pk", filter=Q(answer="BAD")), undecided=Count("pk", filter=Q(answer="", decided_at__isnull=False)),
        waiting=Count("pk", filter=Q(decided_at=None)))
    votes = Vote.objects.filter(task__verification=verification).aggregate(
        votes=Count("pk"), open_votes=Count("pk", filter=Q(task__decided_at=None)), pages=Count("remote_assignment_id", distinct=True),
        verifiers=Count("toloker", distinct=True))
    return {**tasks, **votes, **_money(verification, tasks["waiting"], votes)}


def _paid(pool: int) -> Decimal:
    """USD with the fee: the pool's answered pages, each at the price of its time, else at the present one. One query."""
    now = Cast(KeyTextTransform("reward_per_assignment", "task__verification__config"), DecimalField(max_digits=12, decimal_places=3))
    pages = Vote.objects.filter(task__verification__pool=pool).order_by().values("remote_assignment_id").annotate(
        cost=Coalesce(Max("reward"), Max(now), Value(Decimal(DEFAULTS["reward_per_assignment"]))))
    return ((pages.aggregate(paid=Sum("cost"))["paid"] or Decimal(0)) * _with_fee()).quantize(_CENTS)


def _with_fee() -> Decimal:
    return (100 + Decimal(str(settings.PLATFORM_FEE_PERCENT))) / 100


def foreseen(config: Mapping[str, Any], questions: int) -> dict[str, Any]:
    """What so many questions cost if the first answers are sure (`least`) and if none is (`most`), USD with the fee; whole pages."""
    pages, price = -(-questions // config["tasks_per_page"]), Decimal(config["reward_per_assignment"]) * _with_fee()
    return {"questions": questions, "fee_percent": settings.PLATFORM_FEE_PERCENT,
            "least": (pages * config["overlap"] * price).quantize(_CENTS), "most": (pages * config["max_overlap"] * price).quantize(_CENTS)}


def _money(verification: Verification, waiting: int, votes: dict[str, int]) -> dict[str, Decimal]:
    """What was paid at the price of its time, and what is still to pay at the present one."""
    config, paid = verification.config, _paid(verification.pool_id) if votes["pages"] else Decimal(0).quantize(_CENTS)
    price = Decimal(config["reward_per_assignment"]) * _with_fee()
    # Pages as full as they may be, and as they have been: a small page costs as much as a full one.
    answers_a_page = Decimal(votes["votes"]) / votes["pages"] if votes["pages"] else Decimal(config["tasks_per_page"])
    least = max(0, waiting * config["overlap"] - votes["open_votes"]) * price / config["tasks_per_page"]
    most = max(0, waiting * config["max_overlap"] - votes["open_votes"]) * price / min(answers_a_page, config["tasks_per_page"])
    return {"spent": paid, "least": least.quantize(_CENTS), "most": most.quantize(_CENTS)}
