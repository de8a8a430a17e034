"""Writing an intent down: the one place where commands are inserted."""
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation import selectors as room1
from annotation.errors import Forbidden
from annotation.models import GuideVersion
from crowdsourcing import selectors
from crowdsourcing.models import Assignment, ProviderAccount, ProviderCommand, Verdict
from crowdsourcing.selectors.commands import Target
from crowdsourcing.selectors.corrections import open_draft_of, what_becomes_of
from crowdsourcing.selectors.policies import BY_HAND, policy_of
from crowdsourcing.statuses import AssignmentStatus, CommandKind
from crowdsourcing.transitions import Refused

_FIRST_STEP = "Waiting for a worker"
_FINISH = "Wait until the correction is kept or thrown away, or decide all the same on the job's page (programs: despite_draft)."
_REJECTED = "It was rejected meanwhile. If it is to be paid all the same, accept it on the job's page."


def insert_command(*, actor: Any, target: Target, kind: CommandKind, account: ProviderAccount,
                   payload: dict[str, Any] | None = None) -> ProviderCommand:
    """Refused("busy") where another command for the target is on its way: the database allows one."""
    try:
        with transaction.atomic():
            return ProviderCommand.objects.create(
                account=account, kind=kind, target_type=selectors.target_type_of(target), target_id=target.pk,
                payload=payload or {}, actor=actor, step=_FIRST_STEP, next_try_at=timezone.now())
    except IntegrityError:
        busy = selectors.open_command(target)
        name = busy.get_kind_display() if busy else "Another command"
        raise Refused(f"“{name}” is still on its way. Wait until it is finished.", "busy") from None


def insert_reissue(*, actor: Any, task_suite: Any) -> ProviderCommand:
    """Offer a job to one more Toloker. The overlap is absolute, so that a repeat does not raise it twice."""
    return insert_command(
        actor=actor, target=task_suite, kind=CommandKind.REISSUE_JOB, account=task_suite.pool.crowd_project.account,
        payload={"overlap": task_suite.overlap + 1})


def insert_withdrawal(*, actor: Any, task_suite: Any) -> ProviderCommand:
    """Take back places that nobody is wanted for, unless the job is offered to another number by then."""
    return insert_command(
        actor=actor, target=task_suite, kind=CommandKind.WITHDRAW_OFFER, account=task_suite.pool.crowd_project.account,
        payload={"overlap": task_suite.overlap})


def insert_decision(*, actor: Any, assignment: Assignment, kind: CommandKind, comment: str, overrule: bool = True,
                    despite_draft: bool = False) -> ProviderCommand:
    """Accept or reject, one by one or in bulk, with the same checks; the assignment is locked until the transaction ends.

    Without `overrule` a rejection stands: whoever confirmed many at once did not know of it. Without `despite_draft` nothing is decided
    while a reviewer has a correction open ("being_corrected"); with it the draft stays as it is. Raises Forbidden, Refused.
    """
    locked = (Assignment.objects.select_for_update(of=("self",))
              .select_related("pool__task__project", "pool__crowd_project__account").get(pk=assignment.pk))
    pool = locked.pool
    require(actor is None or room1.may_review(actor, pool.task.project))
    refuse_obstacles(locked, kind)
    if not overrule and locked.status == AssignmentStatus.REJECTED:
        raise Refused(_REJECTED, "not_possible")
    if not despite_draft:
        refuse_draft(actor, locked, kind)
    command = insert_command(actor=actor, target=locked, kind=kind, account=pool.crowd_project.account, payload={"comment": comment})
    if actor is not None:
        record_by_hand(actor=actor, assignment=locked, command=command)
    return command


def record_by_hand(*, actor: Any, assignment: Assignment, command: ProviderCommand) -> Verdict:
    """Why a person's decision was made, as far as they said; in the transaction of its command."""
    accepts = command.kind == CommandKind.ACCEPT_ASSIGNMENT
    said = command.payload.get("comment", "").strip()
    words = f"{'Accepted' if accepts else 'Rejected'} by {actor.get_username()}"
    return Verdict.objects.create(
        assignment=assignment, policy=policy_of(assignment.pool), guide_version=guide_of(assignment), source=BY_HAND, actor=actor,
        outcome=Verdict.Outcome.ACCEPT if accepts else Verdict.Outcome.REJECT, command=command,
        explanation=f"{words}: {said}" if said else f"{words}, without a comment.")


def guide_of(assignment: Assignment) -> GuideVersion | None:
    """The guide that the Toloker had when the work was submitted; None where the project had none yet."""
    done = assignment.submitted or assignment.created
    return GuideVersion.objects.filter(project__tasks__pool=assignment.pool_id, created_date__lte=done).order_by("-number").first()


def refuse_draft(actor: Any, assignment: Assignment, kind: CommandKind) -> None:
    """Raises Refused("being_corrected") while a reviewer has a correction of the locked assignment open: they lock it, too."""
    draft = open_draft_of(assignment)
    if draft is not None:
        raise Refused(f"{what_becomes_of(draft, actor, kind)} {_FINISH}", "being_corrected")


def refuse_obstacles(target: Any, kind: CommandKind) -> None:
    """Raises Refused with every sentence that stands in the way of `kind`."""
    found = selectors.obstacles(target, kind)
    if found:
        raise Refused(" ".join(found), "busy" if selectors.is_busy(target) else "not_possible")


def require(allowed: bool) -> None:
    """The doors check first and answer 404; this is the second lock. `actor=None` is the house itself."""
    if not allowed:
        raise Forbidden("Your role in this project does not allow that. Ask the project's owner.")
