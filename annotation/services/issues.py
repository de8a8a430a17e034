"""What reviewers say about a place or a shape of a job, and the answers. Whoever may review may write; what somebody said is theirs.

Whom the job is given to may do the same on it: ask about a place, answer, say that something is settled.
"""
import math
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.models import Comment, Frame, FrameAnnotation, Issue, Job
from annotation.webhooks.announcing import announces

MAX_MESSAGE = 4096
# Both are far above what a review needs; they keep a program from filling the editor's list.
MAX_ISSUES = 1000
MAX_COMMENTS = 200


@announces("create", "issue")
@transaction.atomic
def create_issue(*, actor: Any, job: Job, frame: int, position: Any, message: Any, shape_id: int | None = None,
                 attempt: str | None = None) -> Issue:
    """A new issue about the job's present attempt, with its first comment.

    `frame` is task-absolute. `position` is `[x, y]` or `[x1, y1, x2, y2]` in pixels of the upright image (corners in any order).
    `attempt`: the attempt that was looked at; Refused(code="other_attempt") when the job is somebody else's by now. ValidationError with
    "frame", "position", "shape_id", "message"; Refused(code="too_many") at 1,000 issues a job.
    """
    _require_review(actor, job)
    locked = Job.objects.select_for_update().get(pk=job.pk)
    if attempt is not None and attempt != locked.attempt:
        raise Refused("The job was given to somebody else since you opened it. Load it again: your remark would be about other work.",
                      "other_attempt")
    text = clean_message(message)
    place = clean_position(position, _frame(locked, frame))
    if shape_id is not None:
        _require_shape(locked, frame, shape_id)
    if Issue.objects.filter(job=locked).count() >= MAX_ISSUES:
        raise Refused(f"This job has {MAX_ISSUES:,} issues already. Delete some, or say the rest in a comment.", "too_many")
    issue = Issue.objects.create(job=locked, attempt=locked.attempt, frame=frame, position=place, shape_id=shape_id, owner=actor)
    Comment.objects.create(issue=issue, owner=actor, message=text)
    return issue


@announces("create", "comment")
@transaction.atomic
def add_comment(*, actor: Any, issue: Issue, message: Any) -> Comment:
    """An answer to an issue, open or resolved. ValidationError with "message"; Refused(code="too_many") at 200 comments."""
    _require_review(actor, issue.job, issue.attempt)
    text = clean_message(message)
    locked = Issue.objects.select_for_update().get(pk=issue.pk)
    if locked.comments.count() >= MAX_COMMENTS:
        raise Refused(f"This issue has {MAX_COMMENTS} comments already. Open another one.", "too_many")
    comment = Comment.objects.create(issue=locked, owner=actor, message=text)
    locked.save(update_fields=["updated_date"])
    return comment


@announces("update", "comment")
@transaction.atomic
def edit_comment(*, actor: Any, comment: Comment, message: Any) -> Comment:
    """Change one's own words. ValidationError with "message"; Forbidden for somebody else's."""
    _require_review(actor, comment.issue.job, comment.issue.attempt)
    _require_own(actor, comment, "comment")
    text = clean_message(message)
    if text != comment.message:
        comment.message = text
        comment.save(update_fields=["message", "updated_date"])
        Issue.objects.filter(pk=comment.issue_id).update(updated_date=timezone.now())
    return comment


@announces("delete", "comment")
@transaction.atomic
def delete_comment(*, actor: Any, comment: Comment) -> None:
    """Take back one's own words. Refused(code="only_comment") for the only one: an issue says something."""
    _require_review(actor, comment.issue.job, comment.issue.attempt)
    _require_own(actor, comment, "comment")
    locked = Issue.objects.select_for_update().get(pk=comment.issue_id)
    if locked.comments.count() <= 1:
        raise Refused("This is all that the issue says. Delete the issue instead.", "only_comment")
    Comment.objects.filter(pk=comment.pk).delete()
    locked.save(update_fields=["updated_date"])


@announces("update", "issue")
def resolve_issue(*, actor: Any, issue: Issue) -> Issue:
    """Settled. A repeat keeps who and when it was first."""
    return _settle(actor, issue, resolved=True)


@announces("update", "issue")
def reopen_issue(*, actor: Any, issue: Issue) -> Issue:
    """Not settled after all. A repeat changes nothing."""
    return _settle(actor, issue, resolved=False)


@announces("delete", "issue")
def delete_issue(*, actor: Any, issue: Issue) -> None:
    """With all its comments: by whoever opened it, or by somebody who may change the project. Forbidden for others."""
    _require_review(actor, issue.job, issue.attempt)
    if not selectors.may_edit(actor, issue.job.task.project):
        _require_own(actor, issue, "issue")
    issue.delete()


def clean_message(raw: Any) -> str:
    """Without outer white space. ValidationError with "message" when empty, longer than 4,096 characters or not storable."""
    text = raw.strip() if isinstance(raw, str) else ""
    if not text:
        raise ValidationError({"message": ["Say what is wrong."]})
    if len(text) > MAX_MESSAGE:
        raise ValidationError({"message": [f"The text has {len(text):,} characters; at most {MAX_MESSAGE:,} are allowed."]})
    if "\x00" in text:
        raise ValidationError({"message": ["The text holds a NUL character. Take it out."]})
    return text


@transaction.atomic
def _settle(actor: Any, issue: Issue, *, resolved: bool) -> Issue:
    _require_review(actor, issue.job, issue.attempt)
    locked = Issue.objects.select_for_update().get(pk=issue.pk)
    if (locked.resolved_date is not None) != resolved:
        locked.resolved_date = timezone.now() if resolved else None
        locked.resolved_by = actor if resolved else None
        locked.save(update_fields=["resolved_date", "resolved_by", "updated_date"])
    for field in ("resolved_date", "resolved_by", "updated_date"):
        setattr(issue, field, getattr(locked, field))
    return issue


def _require_review(actor: Any, job: Job, attempt: str = "") -> None:
    if not selectors.may_review(actor, job.task.project) and (attempt or not selectors.is_given(actor, job)):
        raise Forbidden("Only members of the project may review. Ask its owner to share it with you.")


def _require_own(actor: Any, thing: Comment | Issue, name: str) -> None:
    if thing.owner_id != actor.pk:
        raise Forbidden(f"This {name} is somebody else's. Answer it with a comment of your own.")


def _frame(job: Job, number: Any) -> Frame:
    inside = isinstance(number, int) and not isinstance(number, bool) and job.holds(number)
    found = Frame.objects.filter(task=job.task_id, number=number).first() if inside else None
    if found is None:
        raise ValidationError({"frame": [f"This job has the frames {job.frames_in_words}."]})
    return found


def clean_position(raw: Any, frame: Frame) -> list[float]:
    """Corners in order, two decimals. ValidationError with "position"."""
    numbers = isinstance(raw, list | tuple) and all(
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf for value in raw)
    if not numbers or len(raw) not in (2, 4):
        raise ValidationError({"position": ["Give a place, x y, or a rectangle, x1 y1 x2 y2, in pixels of the image."]})
    if any(not 0 <= value <= (frame.height if at % 2 else frame.width) for at, value in enumerate(raw)):
        raise ValidationError({"position": [f"The place is outside the image, which has {frame.width} × {frame.height} pixels."]})
    place = [round(float(value), 2) for value in raw]
    if len(place) == 2 or place[:2] == place[2:]:
        return place[:2]
    x1, y1, x2, y2 = place
    return [min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]


def _require_shape(job: Job, frame: int, shape_id: int) -> None:
    row = FrameAnnotation.objects.filter(job=job, frame=frame).first()
    if row is None or not any(thing.get("id") == shape_id for thing in (*row.shapes, *row.tags)):
        raise ValidationError({"shape_id": [f"Frame {frame} of this job has no object {shape_id} now."]})
