"""Submitted work becomes questions: written down first, sent under an operation id that was fixed before."""
import uuid
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Func, JSONField, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from annotation.formats.regions import regions_of
from annotation.models import Frame, Label
from crowdsourcing import mirror
from crowdsourcing.image_links import addresses_of
from crowdsourcing.models import Assignment, Verdict, Verification, VerificationTask
from crowdsourcing.providers.asking import Question
from crowdsourcing.providers.base import Provider
from crowdsourcing.providers.errors import NotEnoughBalance, Refused
from crowdsourcing.quality.verification import sizes
from crowdsourcing.selectors.verifications import key_of
from crowdsourcing.statuses import AssignmentStatus

# Questions of one operation: each holds the shapes of a frame.
BATCH = 500
# Attempts that are planned in one transaction.
_ROUND = 200
# Nothing of an operation that ended so was created: its questions get a new id.
_WORTHLESS = ("OPERATION_FAILED", "NOT_ENOUGH_BALANCE")


def plan(verification: Verification) -> int:
    """A question for each frame of work that was submitted and is not asked about yet; how many were written."""
    made = 0
    while rows := list(_unasked(verification)[:_ROUND]):
        made += _planned(verification, rows)
    return made


def _unasked(verification: Verification) -> QuerySet[Assignment]:
    """Work with something to look at; what was submitted without work is for the policy's rules."""
    return (Assignment.objects.filter(pool=verification.pool_id, status=AssignmentStatus.SUBMITTED, snapshot__isnull=False,
                                      verification_tasks=None)
            .exclude(verdicts__outcome__in=[Verdict.Outcome.ACCEPT, Verdict.Outcome.REJECT])
            .select_related("task_suite", "job").order_by("submitted", "pk"))


@transaction.atomic
def _planned(verification: Verification, rows: list[Assignment]) -> int:
    frames = [(row, number) for row in rows for number in row.job.numbers]
    for start in range(0, len(frames), BATCH):
        operation = uuid.uuid4()
        VerificationTask.objects.bulk_create([
            VerificationTask(verification=verification, assignment=row, frame=number, operation_id=operation)
            for row, number in frames[start:start + BATCH]], ignore_conflicts=True)
    return len(frames)


def send(verification: Verification, provider: Provider) -> int:
    """Send what is not at the platform yet, batch by batch; how many. Raises ProviderError: Refused after the other batches."""
    # Of each snapshot one frame: it holds all of its job, and would be there once for each of them.
    content: Any = Func("assignment__snapshot__data", Value("frames"), Cast("frame", TextField()), function="jsonb_extract_path",
                        output_field=JSONField())
    rows = (verification.tasks.filter(remote_task_id="", decided_at=None).annotate(content=content)
            .select_related("assignment__task_suite").defer("assignment__solution").order_by("operation_id", "pk"))
    sent, refused = 0, list[Refused]()
    for operation, batch in groupby(rows.iterator(chunk_size=BATCH), key=lambda task: task.operation_id):
        try:
            sent += _send(verification, provider, operation, list(batch))
        except Refused as error:
            refused.append(error)
    if refused:
        raise refused[0]
    return sent


def _send(verification: Verification, provider: Provider, operation: uuid.UUID, batch: list[Any]) -> int:
    parts = sizes.parts([one for row, question in zip(batch, _questions(verification, batch), strict=True)
                         if (one := _fitting(row, question)) is not None])
    operations = [operation] if len(parts) == 1 else _cut(verification, parts)
    return sum(_sent(verification, provider, one, [question for _, question in part])
               for one, part in zip(operations, parts, strict=True))


def _fitting(row: VerificationTask, question: Question) -> tuple[int, Question] | None:
    """What can be shown of it; what cannot be shown at all is left to the requester."""
    shown = sizes.fitting(question)
    if shown is None:
        VerificationTask.objects.filter(pk=row.pk, decided_at=None).update(confidence=0.0, decided_at=timezone.now())
        return None
    return row.pk, shown


@transaction.atomic
def _cut(verification: Verification, parts: list[list[tuple[int, Question]]]) -> list[uuid.UUID]:
    """An operation for each part, written down before the first is asked. The whole was never made: the platform does not take so much."""
    operations = [uuid.uuid4() for _ in parts]
    for operation, part in zip(operations, parts, strict=True):
        verification.tasks.filter(pk__in=[pk for pk, _ in part]).update(operation_id=operation)
    return operations


def _sent(verification: Verification, provider: Provider, operation: uuid.UUID, questions: list[Question]) -> int:
    try:
        found = provider.ensure_questions(
            verification.remote_pool_id, questions, overlap=verification.config["overlap"], operation_id=operation)
    except (Refused, NotEnoughBalance) as error:
        if error.code in _WORTHLESS:
            verification.tasks.filter(operation_id=operation, remote_task_id="").update(operation_id=uuid.uuid4())
        raise
    return mirror.mirror_questions(verification, found)


def ask_anew(verification: Verification) -> None:
    """What is open was never asked in a pool that takes another one's place. An operation makes all of its questions or none, whoever falls
    out of it meanwhile: so each has its own, and no more than fit."""
    ids = list(verification.tasks.filter(decided_at=None).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        verification.tasks.filter(pk__in=ids[start:start + BATCH]).update(
            remote_task_id="", overlap=0, sent_at=None, operation_id=uuid.uuid4())


def _questions(verification: Verification, batch: list[Any]) -> Iterable[Question]:
    task = verification.pool.task
    names = dict(Label.objects.filter(project=task.project_id).values_list("pk", "name"))
    frames = {frame.number: frame for frame in Frame.objects.filter(task=task, number__in={row.frame for row in batch})}
    for row in batch:
        frame, shapes = frames[row.frame], ((row.content or {}).get("shapes") or [])
        (image,) = addresses_of(row.assignment.task_suite, [frame])
        yield Question(key_of(row), image, regions_on(shapes, frame, names))


def regions_on(shapes: list[dict[str, Any]], frame: Frame, names: dict[int, str]) -> list[dict[str, Any]]:
    """Shapes as the platform's component shows them. A label that is gone by now has no name any more."""
    return [{**region, **({"label": names[shape["label_id"]]} if shape["label_id"] in names else {})}
            for shape in shapes for region in regions_of({"rotation": 0, **shape}, frame.width, frame.height)]
