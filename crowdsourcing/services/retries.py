"""Asking again for what failed."""
from typing import Any

from django.db import transaction

from annotation.models import Project
from crowdsourcing import selectors
from crowdsourcing.intents import insert_reissue, insert_withdrawal, record_by_hand, refuse_draft
from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderCommand, TaskSuite
from crowdsourcing.selectors.commands import Target, account_of, target_of
from crowdsourcing.services.access import may_edit, may_review
from crowdsourcing.services.commands import ask, refuse_obstacles, require, wake_after_commit
from crowdsourcing.statuses import CommandKind, CommandStatus
from crowdsourcing.transitions import Refused

REVIEWS = (CommandKind.ACCEPT_ASSIGNMENT, CommandKind.REJECT_ASSIGNMENT)


@transaction.atomic(durable=True)
def retry_command(*, actor: Any, command: ProviderCommand) -> ProviderCommand:
    """A new command like a failed one, as long as nothing newer was asked of its target.

    The failed row stays as it is: it is history. Refused, PermissionDenied.
    """
    # The lock makes a double click one command.
    command = ProviderCommand.objects.select_for_update(of=("self",)).get(pk=command.pk)
    target = target_of(command)
    project = _project_of(target)
    require(may_review(actor, project) if command.kind in REVIEWS else may_edit(actor, project))
    if command.status != CommandStatus.FAILED:
        raise Refused("Only a command that failed can be tried again.", "not_possible")
    latest = selectors.latest_command(target)
    if latest is not None and latest.pk != command.pk:
        raise Refused(f"“{latest.get_kind_display()}” was asked for since. Reload the page.", "not_possible")
    refuse_obstacles(_judged_by(target, command.kind), CommandKind(command.kind))
    if isinstance(target, TaskSuite):
        # Its payload counts from the overlap of then.
        insert = insert_withdrawal if command.kind == CommandKind.WITHDRAW_OFFER else insert_reissue
        return wake_after_commit(insert(actor=actor, task_suite=target))
    if isinstance(target, Assignment):
        refuse_draft(actor, target, CommandKind(command.kind))
    again = ask(actor=actor, target=target, kind=CommandKind(command.kind), account=account_of(target), payload=command.payload)
    if isinstance(target, Assignment):
        # Whoever tries it again decides it, whoever did so before.
        record_by_hand(actor=actor, assignment=target, command=again)
    return again


def _project_of(target: Target) -> Project:
    if isinstance(target, CrowdProject):
        return target.project
    pool = target if isinstance(target, Pool) else target.pool
    return pool.task.project


def _judged_by(target: Any, kind: str) -> Any:
    """The obstacles of a set-up are looked up by what it is the twin of."""
    if kind == CommandKind.SETUP_PROJECT:
        return target.project
    return target.task if kind == CommandKind.SETUP_POOL else target
