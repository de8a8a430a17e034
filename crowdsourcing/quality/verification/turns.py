"""One turn of the loop."""
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from crowdsourcing import mirror
from crowdsourcing.connections import connected
from crowdsourcing.mirror.locks import VERIFY, only_one
from crowdsourcing.models import Verification
from crowdsourcing.providers.base import Provider
from crowdsourcing.providers.errors import NotEnoughBalance, NotFound, ProviderError, RateLimited, Refused, Unavailable
from crowdsourcing.quality.agreeing import agree_pool
from crowdsourcing.quality.deciding import settle_pool
from crowdsourcing.quality.truth import score_pool
from crowdsourcing.quality.verification import answers, asking, waiting
from crowdsourcing.quality.verification.switching import switch_on
from crowdsourcing.selectors.verifications import VOTES
from crowdsourcing.statuses import PoolStatus

log = logging.getLogger(__name__)
Ring = Callable[[UUID], None]
_OUR_FAULT = "Something went wrong on our side; it is written in the log. We try again by ourselves."


@dataclass(frozen=True)
class Turn:
    """`busy`: another worker has it; nothing was done. `open`: questions wait for answers, so a look later is worth it."""

    busy: bool = False
    open: bool = False
    decided: int = 0


def verifications_in_use() -> QuerySet[Verification]:
    """Those with a pool at the platform whose annotation pool is not archived, or with questions open."""
    return Verification.objects.exclude(remote_pool_id="").filter(
        ~Q(pool__status=PoolStatus.ARCHIVED) | Q(tasks__decided_at=None, tasks__isnull=False)).distinct().order_by("pk")


def carry_on(verification_id: int, ring: Ring | None = None) -> Turn:
    """Ask, read, conclude and let the policy decide. Faults of the platform become the sentence that is shown; nothing raises but ours."""
    with only_one(VERIFY, verification_id) as got:
        if not got:
            return Turn(busy=True)
        verification = Verification.objects.select_related(
            "pool__task__project", "pool__crowd_project__account", "annotated_skill", "verifier_skill").filter(pk=verification_id).first()
        if verification is None:
            return Turn()
        try:
            return _turn(verification, ring)
        except mirror.Replaced:
            log.info("Verification %s: its pool was replaced meanwhile", verification_id)
            return Turn(open=True)
        except ProviderError as error:
            log.info("Verification %s: %s", verification_id, error.code)
            _note(verification, error.sentence, error.sentence)
            return Turn(open=True)
        except Exception:
            _note(verification, _OUR_FAULT, _OUR_FAULT)
            raise


def _turn(verification: Verification, ring: Ring | None) -> Turn:
    if not verification.remote_pool_id:
        _note(verification, waiting.obstacle(verification))
        return Turn()
    unfit, faults = switch_on(verification), list[str]()
    with connected(verification.pool.crowd_project.account) as provider:
        mirror.mirror_verification_pool(verification, provider.pool(verification.remote_pool_id))
        _read(verification, provider)
        _withdraw_moot(verification, provider)
        stands = waiting.obstacle(verification) or _unless_broke(verification, lambda: _ask(verification, provider), faults)
        broke = _unless_broke(verification, lambda: _conclude(verification, provider, may_ask=not stands), faults)
        stands = stands or broke or _unless_broke(verification, lambda: _open(verification, provider), faults)
    # The truth may have changed since the work was seen.
    score_pool(verification.pool)
    agree_pool(verification.pool)
    decided = settle_pool(verification.pool, ring)
    fault = faults[0] if faults else ""
    _note(verification, stands or fault or unfit or waiting.waiting_for(verification), fault)
    return Turn(open=verification.tasks.filter(decided_at=None).exists(), decided=decided)


def _unless_broke(verification: Verification, step: Callable[[], str | None], faults: list[str]) -> str:
    """What the step says. Without money nobody more is asked, but what is answered is decided all the same. What the platform refuses is
    told in `faults`, and keeps none of the other steps."""
    try:
        return step() or ""
    except NotEnoughBalance as error:
        log.info("Verification %s: %s", verification.pk, error.code)
        return waiting.without_money(verification)
    except Refused as error:
        log.info("Verification %s: %s", verification.pk, error.code)
        faults.append(error.sentence)
        return ""


def _note(verification: Verification, sentence: str, error: str = "") -> None:
    now: datetime = timezone.now()
    Verification.objects.filter(pk=verification.pk).update(waiting_for=sentence, sync_error=error, moved_at=now, updated_at=now)


def _read(verification: Verification, provider: Provider) -> None:
    """What was answered since the last look, a little of it again: the platform's clock is not ours."""
    if not verification.tasks.exclude(remote_task_id="").exists():
        return
    seen = verification.cursors.get(VOTES)
    since = datetime.fromisoformat(seen) - timedelta(seconds=settings.SYNC_OVERLAP_SECONDS) if seen else None
    for pages in provider.answer_pages(verification.remote_pool_id, since=since):
        mirror.mirror_answers(verification, pages)


def _ask(verification: Verification, provider: Provider) -> None:
    asking.plan(verification)
    asking.send(verification, provider)


def _withdraw_moot(verification: Verification, provider: Provider) -> None:
    """Work that was decided by hand needs no more answers, and each costs. One that the platform does not take back costs them."""
    for task in answers.moot(verification):
        if task.remote_task_id and verification.status != PoolStatus.ARCHIVED:
            try:
                provider.withdraw(task.remote_task_id, overlap=0)
            except (Unavailable, RateLimited):
                raise
            except ProviderError as error:
                log.info("Question %s is not taken back: %s", task.pk, error.code)
        answers.drop(task)


def _conclude(verification: Verification, provider: Provider, *, may_ask: bool) -> str:
    """The sentence of what keeps it from concluding, or from asking one more."""
    full = verification.tasks.filter(decided_at=None).exclude(remote_task_id="").annotate(given=Count("votes")).filter(given__gt=0)
    if not full.exists():
        return ""
    # Overlaps after the answers: what looks complete may have been given to one more meanwhile.
    mirror.mirror_questions(verification, provider.questions(verification.remote_pool_id))
    try:
        found = answers.conclude(verification, provider)
    except (NotFound, Refused):
        # The platform's aggregation weighs by a skill that may be gone.
        if gone := _skills_gone(verification, provider):
            return gone
        raise
    answers.write(verification, found)
    more = {one.pk: one.more for one in found if one.more}
    if not may_ask or not more or not (verification.status == PoolStatus.OPEN or waiting.may_open(verification)):
        return ""
    # It opens the pool.
    if verification.status != PoolStatus.OPEN and (gone := _skills_gone(verification, provider)):
        return gone
    for task in verification.tasks.filter(pk__in=more).annotate(given=Count("votes")):
        # Absolute, so that a repeat asks nobody twice.
        provider.reissue(task.remote_task_id, overlap=task.given + more[task.pk])
    mirror.mirror_verification_pool(verification, provider.pool(verification.remote_pool_id))
    return ""


def _open(verification: Verification, provider: Provider) -> str:
    """Open the pool if there is something to answer; the sentence of what keeps it from being opened."""
    lacking = verification.tasks.filter(decided_at=None).exclude(remote_task_id="")
    if not lacking.exists() or not waiting.may_open(verification):
        return ""
    gone = _skills_gone(verification, provider)
    if gone:
        return gone
    mirror.mirror_verification_pool(verification, provider.open_pool(verification.remote_pool_id))
    return ""


def _skills_gone(verification: Verification, provider: Provider) -> str:
    """The platform forgets a deleted skill silently; asked before people are let in, so that nobody verifies their own work."""
    asked_at = timezone.now()
    mirror.mirror_skills(verification.pool.crowd_project.account, provider.skills(), asked_at)
    for skill in (verification.annotated_skill, verification.verifier_skill):
        if skill is not None:
            skill.refresh_from_db()
    return waiting.gone_skill(verification)
