"""Fixing submitted work in review: the Toloker's submission stays, the reviewer's version counts (annotation.services.corrections).

Every verb locks the assignment first, as the mirror and the decisions do; what it asks and what it keeps is one transaction.
"""
from typing import Any

from django.db import transaction

from annotation.models import Correction, Job, Snapshot
from annotation.services import corrections as room1
from crowdsourcing import selectors
from crowdsourcing.intents import record_by_hand
from crowdsourcing.models import Assignment, ProviderCommand
from crowdsourcing.services.access import may_review
from crowdsourcing.services.assignments import checked_comment
from crowdsourcing.services.commands import ask, refuse_obstacles, require
from crowdsourcing.statuses import AssignmentStatus, CommandKind
from crowdsourcing.transitions import Refused


@transaction.atomic(durable=True)
def begin_fix(*, actor: Any, assignment: Assignment, take_over: bool = False) -> Correction:
    """Open a draft of the submitted work for the actor, or go on with theirs.

    Refused: "busy" (a decision is on its way), "being_corrected" (by somebody else; `take_over` goes on in the actor's name),
    "not_possible" (it does not wait for its review).
    """
    locked = _locked(actor, assignment)
    _refuse_decided(locked)
    return room1.begin_correction(actor=actor, job=_job(locked), attempt=locked.remote_id, take_over=take_over)


@transaction.atomic(durable=True)
def keep_fix(*, actor: Any, assignment: Assignment) -> Snapshot | None:
    """Keep the draft without deciding; None when it says what was submitted. Also possible once the work was accepted meanwhile."""
    locked = _locked(actor, assignment)
    _refuse_busy(locked)
    return room1.keep_correction(actor=actor, job=_job(locked), attempt=locked.remote_id)


@transaction.atomic(durable=True)
def discard_fix(*, actor: Any, assignment: Assignment) -> None:
    """Throw the draft away, and the kept version while the work waits for its review: what was submitted counts again."""
    locked = _locked(actor, assignment)
    _refuse_busy(locked)
    room1.discard_correction(actor=actor, job=_job(locked), attempt=locked.remote_id)


@transaction.atomic(durable=True)
def fix_and_accept(*, actor: Any, assignment: Assignment, comment: str = "") -> ProviderCommand:
    """Keep the draft and ask the platform to accept and pay: both or neither. Refused as `keep_fix` and `accept_assignment`."""
    comment = checked_comment(comment, required=False)
    locked = _locked(actor, assignment)
    refuse_obstacles(locked, CommandKind.ACCEPT_ASSIGNMENT)
    _refuse_decided(locked)
    room1.keep_correction(actor=actor, job=_job(locked), attempt=locked.remote_id)
    command = ask(actor=actor, target=locked, kind=CommandKind.ACCEPT_ASSIGNMENT, account=locked.pool.crowd_project.account,
                  payload={"comment": comment})
    record_by_hand(actor=actor, assignment=locked, command=command)
    return command


def _locked(actor: Any, assignment: Assignment) -> Assignment:
    locked = (Assignment.objects.select_for_update(of=("self",))
              .select_related("pool__task__project", "pool__crowd_project__account", "task_suite", "job__task__project")
              .get(pk=assignment.pk))
    # A correction has an author: not even the house itself makes one.
    require(actor is not None and may_review(actor, locked.pool.task.project))
    return locked


def _job(assignment: Assignment) -> Job:
    return assignment.job


def _refuse_busy(assignment: Assignment) -> None:
    busy = selectors.open_command(assignment)
    if busy is not None:
        raise Refused(f"“{busy.get_kind_display()}” is still on its way. Wait until it is finished.", "busy")


def _refuse_decided(assignment: Assignment) -> None:
    _refuse_busy(assignment)
    if assignment.status != AssignmentStatus.SUBMITTED:
        raise Refused("Only submitted work that waits for its review can be fixed.", "not_possible")
