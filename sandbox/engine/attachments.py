"""Files of assignments: uploaded while a Toloker works, claimed by the answer that names them, tidied away otherwise.

The row comes before the bytes and goes after them, so whenever the server is killed there is a row that knows what lies on the disk.
"""
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction

from sandbox import files, ids
from sandbox.engine import due
from sandbox.errors import ApiError, ValidationError, inappropriate
from sandbox.models import Assignment, Attachment

log = logging.getLogger(__name__)
MOST_PER_ASSIGNMENT = 100
# Longer than any upload takes.
TIDY_AFTER = timedelta(days=1)
# `size` of a row whose bytes have not all arrived.
_ARRIVING = -1


def upload(assignment_id: str, name: str, media_type: str, stream: BinaryIO, at: datetime) -> Attachment:
    """Store a file for an ACTIVE assignment. 409 INAPPROPRIATE_STATUS or too many files, 400 if it is empty, 413, 503."""
    row = _announce(assignment_id, name, media_type, at)
    try:
        row.size = files.write(row.id, stream)
        if row.size == 0:
            raise ValidationError({"": {"code": "NOT_NULL_BODY", "message": "The file is empty"}})
        with transaction.atomic():
            _active(assignment_id)
            row.save(update_fields=["size"])
    except BaseException:
        try:
            _remove(row.id)
        except OSError:
            log.warning("What came of attachment %s is left to ATTACHMENT_TIDY", row.id, exc_info=True)
        raise
    return row


@transaction.atomic
def _announce(assignment_id: str, name: str, media_type: str, at: datetime) -> Attachment:
    assignment = _active(assignment_id)
    if assignment.attachments.count() >= MOST_PER_ASSIGNMENT:
        raise ApiError("CONFLICT_STATE", f"An assignment has at most {MOST_PER_ASSIGNMENT} files")
    row = Attachment.objects.create(
        id=ids.new_file_id(at), requester_id=assignment.pool.project.requester_id, toloker_id=assignment.toloker_id,
        pool_id=assignment.pool_id, assignment=assignment, name=name, media_type=media_type, size=_ARRIVING, created=at)
    due.schedule("ATTACHMENT_TIDY", row.id, assignment.deadline + TIDY_AFTER)
    return row


def _active(assignment_id: str) -> Assignment:
    assignment = Assignment.objects.select_related("pool__project").select_for_update(of=("self",)).get(pk=assignment_id)
    if assignment.status != "ACTIVE":
        raise inappropriate("ACTIVE")
    return assignment


def claim(assignment: Assignment, solutions: list[dict[str, Any]], output_spec: dict[str, Any]) -> None:
    """The files that the answers name become the requester's. 400 INVALID_VALUE at each that is none of this assignment's.

    Call it with the assignment locked.
    """
    named = dict(_files_in(solutions, output_spec))
    if not named:
        return
    # Ids are compared as they were given out: other spellings of the same UUID would break the clients that look them up.
    known = {str(key) for key in assignment.attachments.exclude(size=_ARRIVING).values_list("id", flat=True)}
    errors = {path: {"code": "INVALID_VALUE", "message": "The id of a file that was uploaded for this assignment is expected"}
              for path, value in named.items() if value not in known}
    if errors:
        raise ValidationError(errors)
    assignment.attachments.filter(pk__in=set(named.values())).update(submitted=True)


def _files_in(solutions: list[dict[str, Any]], output_spec: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(dotted path, id) of every file that the answers name."""
    for index, solution in enumerate(solutions):
        for name, entry in output_spec.items():
            value, kind = solution["output_values"].get(name), str(entry["type"]).lower()
            path = f"solutions.{index}.output_values.{name}"
            if value is not None and kind == "file":
                yield path, value
            elif value is not None and kind == "array_file":
                yield from ((f"{path}.{number}", item) for number, item in enumerate(value))


@due.on("ATTACHMENT_TIDY")
def _tidy(target: str, at: datetime) -> None:
    """Files that no submitted answer named go, once their assignment is over."""
    row = Attachment.objects.filter(pk=target, submitted=False).select_related("assignment").first()
    if row is None:
        return
    if row.assignment.status == "ACTIVE":
        due.schedule("ATTACHMENT_TIDY", row.id, at + TIDY_AFTER)
    else:
        _remove(row.id)


def _remove(key: UUID) -> None:
    files.forget(key)
    Attachment.objects.filter(pk=key).delete()
