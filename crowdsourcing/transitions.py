"""What a requester may ask for in which status, and what an attempt's status means for its job: two tables.

They guard intents only. News from the platform is never checked against them: it is a fact (see mirror).
"""
import annotation.errors
from crowdsourcing.statuses import AssignmentStatus, CommandKind, PoolStatus, ProjectStatus


class Refused(annotation.errors.Refused):
    """Something stands in the way. `sentence` is for people and says what to do next; `code` is for programs."""


# Verb -> the platform's statuses of its target from which it may be asked for. "" is "not on the platform yet".
# Source: the platform's state machine (pool: CLOSED <-> OPEN, CLOSED -> ARCHIVED; project: ACTIVE -> ARCHIVED;
# a rejected assignment may still be accepted while a dispute is possible).
ALLOWED_FROM: dict[str, frozenset[str]] = {
    CommandKind.SETUP_PROJECT: frozenset({""}),
    CommandKind.UPDATE_PROJECT: frozenset({ProjectStatus.ACTIVE}),
    CommandKind.ARCHIVE_PROJECT: frozenset({ProjectStatus.ACTIVE}),
    CommandKind.SYNC_PROJECT: frozenset({ProjectStatus.ACTIVE, ProjectStatus.ARCHIVED, ProjectStatus.LOCKED}),
    CommandKind.ENSURE_SKILL: frozenset({ProjectStatus.ACTIVE}),
    CommandKind.SETUP_POOL: frozenset({""}),
    CommandKind.UPDATE_POOL: frozenset({PoolStatus.CLOSED}),
    CommandKind.START_POOL: frozenset({PoolStatus.CLOSED}),
    CommandKind.STOP_POOL: frozenset({PoolStatus.OPEN}),
    CommandKind.ARCHIVE_POOL: frozenset({PoolStatus.CLOSED}),
    CommandKind.SYNC_POOL: frozenset({PoolStatus.OPEN, PoolStatus.CLOSED, PoolStatus.ARCHIVED, PoolStatus.LOCKED}),
    CommandKind.ACCEPT_ASSIGNMENT: frozenset({AssignmentStatus.SUBMITTED, AssignmentStatus.REJECTED}),
    CommandKind.REJECT_ASSIGNMENT: frozenset({AssignmentStatus.SUBMITTED}),
    CommandKind.REISSUE_JOB: frozenset({AssignmentStatus.REJECTED}),
    # Asked for by quality.reissue.withdraw_spare, where more is offered than is wanted.
    CommandKind.WITHDRAW_OFFER: frozenset({"", *AssignmentStatus.values}),
    CommandKind.SETUP_VERIFICATION: frozenset({""}),
    CommandKind.UPDATE_VERIFICATION: frozenset({PoolStatus.OPEN, PoolStatus.CLOSED}),
}

# Status of a job's latest attempt -> the verb of annotation.services.jobs that brings the job there.
# A latest attempt that came to nothing gives way to an accepted one.
# A rejected attempt whose job was offered again (more overlap than attempts that use it up) counts as "release".
JOB_VERB: dict[str, str] = {
    AssignmentStatus.ACTIVE: "begin",
    AssignmentStatus.SUBMITTED: "submitted",
    AssignmentStatus.ACCEPTED: "accepted",
    AssignmentStatus.REJECTED: "rejected",
    AssignmentStatus.SKIPPED: "release",
    AssignmentStatus.EXPIRED: "release",
}

# Attempts that use up a task's overlap: the platform gives skipped and expired ones back, rejected ones not.
CONSUMES_OVERLAP: frozenset[str] = frozenset({
    AssignmentStatus.ACTIVE, AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED})

# Attempts that brought no work that counts.
CAME_TO_NOTHING: frozenset[str] = frozenset({AssignmentStatus.SKIPPED, AssignmentStatus.EXPIRED, AssignmentStatus.REJECTED})


def is_allowed(verb: str, status: str) -> bool:
    return status in ALLOWED_FROM[verb]
