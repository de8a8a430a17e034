"""Review of assignments, and giving a job to somebody else."""
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crowdsourcing.intents import insert_decision, insert_reissue
from crowdsourcing.models import Assignment, ProviderCommand, TaskSuite
from crowdsourcing.services.access import may_edit
from crowdsourcing.services.commands import refuse_obstacles, require, wake_after_commit
from crowdsourcing.services.reasons import MAX_COMMENT, chosen_issues, compose
from crowdsourcing.statuses import CommandKind


@transaction.atomic(durable=True)
def accept_assignment(*, actor: Any, assignment: Assignment, comment: str = "", overrule: bool = True,
                      despite_draft: bool = False) -> ProviderCommand:
    """Ask the platform to accept and pay. A rejected one may still be accepted while a dispute is possible, unless `overrule` is False:
    the actor does not know that it was rejected.

    Refused("being_corrected") while a reviewer, the actor too, has a correction of it open. With `despite_draft` what was submitted is
    paid all the same; the draft stays open and can be kept later.
    """
    return _decide(actor, assignment, CommandKind.ACCEPT_ASSIGNMENT, checked_comment(comment, required=False), overrule=overrule,
                   despite_draft=despite_draft)


@transaction.atomic(durable=True)
def reject_assignment(*, actor: Any, assignment: Assignment, comment: str = "", issues: Iterable[int] = (),
                      despite_draft: bool = False) -> ProviderCommand:
    """Ask the platform to reject: nothing is paid; the Toloker may appeal, and reads `comment` and after it the issues with these ids.
    An open correction as for `accept_assignment`; it can be kept only if the work is accepted after all.

    ValidationError with "comment" (nothing is said, or too much), "issues" (not open, or not about this attempt).
    """
    text = rejection_comment(assignment=assignment, comment=comment, issues=issues)
    return _decide(actor, assignment, CommandKind.REJECT_ASSIGNMENT, text, despite_draft=despite_draft)


def rejection_comment(*, assignment: Assignment, comment: str, issues: Iterable[int]) -> str:
    """What the Toloker would read, at most 2,048 characters. ValidationError as `reject_assignment`."""
    chosen = chosen_issues(assignment, issues)
    return compose(checked_comment(comment, required=not chosen), chosen)


@transaction.atomic(durable=True)
def reissue_job(*, actor: Any, task_suite: TaskSuite) -> ProviderCommand:
    """Offer a job whose latest attempt was rejected to another Toloker (one more overlap; the platform never gives a
    task twice to the same one)."""
    suite = (TaskSuite.objects.select_for_update(of=("self",))
             .select_related("pool__task__project", "pool__crowd_project__account").get(pk=task_suite.pk))
    require(may_edit(actor, suite.pool.task.project))
    refuse_obstacles(suite, CommandKind.REISSUE_JOB)
    return wake_after_commit(insert_reissue(actor=actor, task_suite=suite))


def _decide(actor: Any, assignment: Assignment, kind: CommandKind, comment: str, **how: bool) -> ProviderCommand:
    return wake_after_commit(insert_decision(actor=actor, assignment=assignment, kind=kind, comment=comment, **how))


def checked_comment(comment: str, *, required: bool) -> str:
    """Without blanks around it. ValidationError with "comment"."""
    comment = comment.strip()
    if required and not comment:
        raise ValidationError({"comment": "Say why the work is rejected: the Toloker reads it."})
    if len(comment) > MAX_COMMENT:
        raise ValidationError({"comment": f"At most {MAX_COMMENT} characters; this has {len(comment)}."})
    if "\x00" in comment:
        raise ValidationError({"comment": "The comment holds a NUL character. Take it out."})
    return comment
