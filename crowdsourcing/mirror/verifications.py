"""News of a verification: its project and pool, its questions, and what verifiers answered."""
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from crowdsourcing.mirror.changes import changed_fields
from crowdsourcing.models import Skill, Toloker, Verification, VerificationTask, Vote
from crowdsourcing.providers.asking import BAD, GOOD, RemotePage, RemoteQuestion
from crowdsourcing.providers.base import RemotePool, RemoteProject
from crowdsourcing.selectors.verifications import OPENED, VOTES, key_of
from crowdsourcing.statuses import AssignmentStatus, PoolStatus


class Replaced(Exception):
    """The news is of a pool in whose place another one is wanted since (services.verifications.renew_verification)."""


def _locked(verification: Verification) -> Verification:
    """The row, as long as it means the same pool: news of an archived one would take the new one's place. Raises Replaced."""
    locked = Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
    if locked.mark != verification.mark:
        raise Replaced(verification.mark)
    return locked


@transaction.atomic
def mirror_verification_skills(verification: Verification, annotated: Skill, verifier: Skill) -> None:
    verification.annotated_skill, verification.verifier_skill = annotated, verifier
    verification.save(update_fields=["annotated_skill", "verifier_skill", "updated_at"])


@transaction.atomic
def mirror_verification_project(verification: Verification, news: RemoteProject) -> None:
    verification.remote_project_id = news.id
    verification.save(update_fields=["remote_project_id", "updated_at"])


@transaction.atomic
def mirror_verification_pool(verification: Verification, news: RemotePool) -> bool:
    """Whether anything changed. That it was seen open is remembered: a pool that closes afterwards by hand is left closed. Replaced."""
    locked = _locked(verification)
    changed = changed_fields(locked, {
        "remote_pool_id": news.id, "status": news.status[:32], "last_close_reason": news.last_close_reason[:64]})
    if news.status == PoolStatus.OPEN and OPENED not in locked.cursors:
        locked.cursors = {**locked.cursors, OPENED: timezone.now().isoformat()}
        changed.append("cursors")
    if changed:
        locked.save(update_fields=[*changed, "updated_at"])
    for field in ("remote_pool_id", "status", "last_close_reason", "cursors"):
        setattr(verification, field, getattr(locked, field))
    return bool(changed)


@transaction.atomic
def mirror_questions(verification: Verification, news: Sequence[RemoteQuestion]) -> int:
    """Ids and overlaps of questions that are open; how many changed. Questions that are not ours are passed over. Replaced."""
    _locked(verification)
    by_key = {question.key: question for question in news}
    changed = []
    for task in verification.tasks.filter(decided_at=None).select_related("assignment"):
        question = by_key.get(key_of(task))
        if question is None:
            continue
        fields = changed_fields(task, {"remote_task_id": question.id, "overlap": question.overlap})
        if task.sent_at is None:
            task.sent_at = question.seen_at
            fields.append("sent_at")
        if fields:
            changed.append(task)
    VerificationTask.objects.bulk_update(changed, ["remote_task_id", "overlap", "sent_at"], batch_size=500)
    return len(changed)


@transaction.atomic
def mirror_answers(verification: Verification, pages: Sequence[RemotePage]) -> int:
    """Each answer once; how many were new. The cursor moves with what it brought, or not at all. Replaced."""
    _locked(verification)
    told = [page for page in pages if page.status != AssignmentStatus.REJECTED]
    tasks = dict(verification.tasks.exclude(remote_task_id="").filter(
        remote_task_id__any_of=sorted({key for page in told for key in page.answers})).values_list("remote_task_id", "pk"))
    account_id = verification.pool.crowd_project.account_id
    people = _tolokers(account_id, {page.user_id for page in told})
    rows = [Vote(task_id=tasks[key], toloker_id=people[page.user_id], remote_assignment_id=page.id, answer=answer, submitted=page.submitted,
                 reward=page.reward)
            for page in told for key, answer in page.answers.items() if key in tasks and answer in (GOOD, BAD)]
    before = Vote.objects.filter(task__verification=verification).count()
    Vote.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    _move_cursor(verification, max((page.submitted for page in pages), default=None))
    return Vote.objects.filter(task__verification=verification).count() - before


def _tolokers(account_id: int, user_ids: Iterable[str]) -> dict[str, int]:
    wanted = sorted(user_ids)
    Toloker.objects.bulk_create([Toloker(account_id=account_id, user_id=user_id) for user_id in wanted], ignore_conflicts=True)
    return dict(Toloker.objects.filter(account_id=account_id, user_id__any_of=wanted).values_list("user_id", "pk"))


def _move_cursor(verification: Verification, newest: datetime | None) -> None:
    """Forward only. Locked: a command may be writing another part of the cursors."""
    if newest is None:
        return
    locked = _locked(verification)
    seen = locked.cursors.get(VOTES)
    if seen is None or datetime.fromisoformat(seen) < newest:
        locked.cursors = {**locked.cursors, VOTES: newest.isoformat()}
        locked.save(update_fields=["cursors", "updated_at"])
    verification.cursors = locked.cursors
