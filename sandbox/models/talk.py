"""What requesters and Tolokers send each other besides work: messages, files, bonuses."""
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from sandbox.models.fields import HexIdField, JsonField, Row
from sandbox.models.people import Requester, Toloker
from sandbox.models.work import Assignment, Pool


class MessageThread(Row):
    """A conversation in a requester's folders; appeals open one in INBOX.

    With one Toloker it has `toloker`. A message to several has `recipients`, or `to_all`; what one of them answers opens a thread of
    its own with `parent`. `messages` are in order of time.
    """

    id = HexIdField(primary_key=True)
    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="threads")
    toloker = models.ForeignKey(Toloker, null=True, on_delete=models.CASCADE, related_name="threads")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="answers")
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.CASCADE, related_name="threads")
    to_all = models.BooleanField(default=False)
    recipients = ArrayField(models.CharField(max_length=36), default=list)
    topic = JsonField(default=dict)
    messages = JsonField(default=list)
    folders = ArrayField(models.CharField(max_length=32), default=list)
    meta = JsonField(default=dict)
    compose_details = JsonField(null=True)
    answerable = models.BooleanField(default=True)
    created = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["requester", "id"], name="thread_requester"),
            GinIndex(fields=["recipients"], name="thread_recipients"),
        ]
        constraints = [models.UniqueConstraint(fields=["parent", "toloker"], name="one_answer_thread")]


class UserBonus(Row):
    """Money beside the price. `form` is what the requester sent."""

    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="bonuses")
    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="bonuses")
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.CASCADE, related_name="bonuses")
    amount = models.DecimalField(max_digits=12, decimal_places=6)
    form = JsonField(default=dict)
    created = models.DateTimeField()


class Attachment(Row):
    """A file that a Toloker uploaded. Its bytes lie under SANDBOX_FILES by its id; `assignment` is set while he works."""

    id = models.UUIDField(primary_key=True)
    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="attachments")
    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="attachments")
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="attachments")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=250)
    media_type = models.CharField(max_length=250)
    size = models.BigIntegerField()
    # Named by a submitted answer; the others are visible to nobody but their Toloker.
    submitted = models.BooleanField(default=False)
    created = models.DateTimeField()
