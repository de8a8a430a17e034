"""The words of the platform and of our outbox, spelled as their owners spell them. Lowest floor: imports nothing of ours."""
from django.db import models


class ProjectStatus(models.TextChoices):
    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    LOCKED = "LOCKED"


class PoolStatus(models.TextChoices):
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    ARCHIVED = "ARCHIVED"
    LOCKED = "LOCKED"


class PoolInterface(models.TextChoices):
    """What a Toloker annotates in."""

    EDITOR = "editor", "Our editor"
    IMAGE_ANNOTATION = "image_annotation", "The platform's own image annotation"


class AssignmentStatus(models.TextChoices):
    ACTIVE = "ACTIVE"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    SKIPPED = "SKIPPED"
    EXPIRED = "EXPIRED"


class CommandKind(models.TextChoices):
    SETUP_PROJECT = "setup_project", "Set up project"
    UPDATE_PROJECT = "update_project", "Update project"
    ARCHIVE_PROJECT = "archive_project", "Archive project"
    SYNC_PROJECT = "sync_project", "Sync project"
    ENSURE_SKILL = "ensure_skill", "Make skill"
    SETUP_POOL = "setup_pool", "Set up pool"
    UPDATE_POOL = "update_pool", "Update pool"
    START_POOL = "start_pool", "Start pool"
    STOP_POOL = "stop_pool", "Stop pool"
    ARCHIVE_POOL = "archive_pool", "Archive pool"
    SYNC_POOL = "sync_pool", "Sync pool"
    ACCEPT_ASSIGNMENT = "accept_assignment", "Accept"
    REJECT_ASSIGNMENT = "reject_assignment", "Reject"
    REISSUE_JOB = "reissue_job", "Give to another Toloker"
    WITHDRAW_OFFER = "withdraw_offer", "Take back the offer"
    SETUP_VERIFICATION = "setup_verification", "Set up verification"
    UPDATE_VERIFICATION = "update_verification", "Update verification"


class CommandStatus(models.TextChoices):
    PENDING = "pending"
    IN_FLIGHT = "in flight"
    DONE = "done"
    FAILED = "failed"


OPEN_COMMAND_STATUSES = (CommandStatus.PENDING, CommandStatus.IN_FLIGHT)


class ReissuePolicy(models.TextChoices):
    """What happens to a rejected job."""

    AFTER_DISPUTE = "after_dispute", "To another Toloker when the dispute period is over"
    AT_ONCE = "at_once", "To another Toloker at once"
    BY_HAND = "by_hand", "Only when I press the button"


class Cause(models.TextChoices):
    """Who or what made a status change that we saw."""

    REQUESTER = "requester", "Requester, here"
    PLATFORM = "platform", "On the platform's side"
    TOLOKER = "toloker", "Toloker"
    SYSTEM = "system", "By itself"
