"""Operations, money movements, what falls due, and the control API's own rows."""
from django.db import models

from sandbox.models.fields import HexIdField, JsonField, Row
from sandbox.models.people import Requester
from sandbox.models.work import Assignment


class Clock(Row):
    """One row: how far the sandbox's time is ahead of the machine's.

    With `speed` other than 1 it also runs away from it: `offset` is what it was at the machine's time `since`.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    offset = models.DurationField()
    speed = models.FloatField(default=1)
    since = models.DateTimeField(null=True)


class Due(Row):
    """Something that happens by itself at a time; `engine.due` knows each kind. Stale rows are harmless."""

    kind = models.CharField(max_length=24)
    target = HexIdField(max_length=160)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "target"], name="due_once")]


class Operation(Row):
    """`log` is the list of log items of batch operations, in the order of the request."""

    id = models.UUIDField(primary_key=True)
    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="operations")
    type = models.CharField(max_length=32)
    status = models.CharField(max_length=16)
    submitted = models.DateTimeField()
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    progress = models.PositiveSmallIntegerField(default=100)
    parameters = JsonField(default=dict)
    details = JsonField(default=dict)
    log = JsonField(null=True)

    class Meta:
        indexes = [models.Index(fields=["requester", "submitted"], name="operation_submitted")]


class LedgerEntry(Row):
    """Money that moved from one account to another. Never changed, never deleted: a trigger refuses.

    Accounts: `outside`, `requester:<id>`, `held:<requester id>`, `toloker:<id>`, `fee`.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=16)
    debit = models.CharField(max_length=48, db_index=True)
    credit = models.CharField(max_length=48, db_index=True)
    amount = models.DecimalField(max_digits=16, decimal_places=6)
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.DO_NOTHING, related_name="ledger")
    bonus = models.ForeignKey("UserBonus", null=True, on_delete=models.DO_NOTHING, related_name="ledger")


class Fault(Row):
    """A planned failure of the next `times` matching calls."""

    method = models.CharField(max_length=8)
    path = models.TextField()
    effect = models.CharField(max_length=16)
    status = models.PositiveSmallIntegerField(default=503)
    code = models.CharField(max_length=64, blank=True)
    seconds = models.FloatField(default=0)
    times = models.PositiveIntegerField()


class RequestRecord(Row):
    """A call of the requester API that was answered, or dropped (status 0)."""

    at = models.DateTimeField(db_index=True)
    method = models.CharField(max_length=8)
    path = models.TextField()
    query = models.TextField(blank=True)
    status = models.PositiveSmallIntegerField()
    requester = models.ForeignKey(Requester, null=True, on_delete=models.CASCADE)


class AssignmentChange(Row):
    """A change of an assignment's status, written in the transaction that made it: kept exactly when the change is, whatever dies.

    `by`: TOLOKER, REQUESTER, RULE, POOL (it accepts by itself), PERIOD (the review period was over), DEADLINE.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="changes")
    pool = models.ForeignKey("Pool", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    by = models.CharField(max_length=16)


class Robot(Row):
    """A simulated Toloker for the robots' process; `config` as in POST /control/v1/robots."""

    id = HexIdField(primary_key=True)
    config = JsonField()
    created = models.DateTimeField()


class RateCount(Row):
    """Calls of one requester within one window, for the limits of SANDBOX_RATE_LIMITS."""

    requester = models.ForeignKey(Requester, on_delete=models.CASCADE)
    scope = models.CharField(max_length=32)
    window = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["requester", "scope", "window"], name="one_rate_count")]
