"""Issues of a review as reasons of a rejection: what the Toloker reads, within the platform's limit."""
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery

from annotation.models import Comment, Frame, Issue
from crowdsourcing.models import Assignment

# The platform's limit of public_comment, characters.
MAX_COMMENT = 2048
# How long the words of one reason may be when they do not fit all; the first length with which they do is taken.
_LENGTHS = (400, 200, 100, 50)


def open_issues(assignment: Assignment) -> list[Issue]:
    """What nobody has resolved about this very attempt, by frame, each with `line`: what a Toloker would read of it (`place`: `words`)."""
    return _dressed(assignment, Issue.objects.filter(
        job=assignment.job_id, attempt=assignment.remote_id, resolved_date=None))


def chosen_issues(assignment: Assignment, wanted: Iterable[int]) -> list[Issue]:
    """The ones with these ids, as `open_issues` gives them. ValidationError with "issues" when one is not of this attempt, or resolved."""
    ids = set(wanted)
    found = [issue for issue in open_issues(assignment) if issue.pk in ids] if ids else []
    if missing := ids - {issue.pk for issue in found}:
        raise ValidationError({"issues": [
            f"Issue {min(missing)} is not an open issue about this attempt. Load the page again and tick what is there."]})
    return found


def compose(comment: str, issues: Sequence[Issue]) -> str:
    """The comment, then the reasons by number. Too much for the platform is shortened, longest lines first, then counted.

    ValidationError with "comment" when the comment leaves no room for a single reason.
    """
    comment = comment.strip()
    text = _joined(comment, _lines(issues, MAX_COMMENT))
    for length in _LENGTHS:
        if len(text) <= MAX_COMMENT:
            return text
        text = _joined(comment, _lines(issues, length))
    return text if len(text) <= MAX_COMMENT else _counted(comment, _lines(issues, _LENGTHS[-1]))


def _lines(issues: Sequence[Any], length: int) -> list[str]:
    return [f"{issue.place}: {_shortened(issue.words, length)}" for issue in issues]


def _counted(comment: str, lines: list[str]) -> str:
    for kept in range(len(lines) - 1, 0, -1):
        text = f"{_joined(comment, lines[:kept])}\n… and {len(lines) - kept} more."
        if len(text) <= MAX_COMMENT:
            return text
    over = len(_joined(comment, lines[:1])) + len(f"\n… and {len(lines)} more.") - MAX_COMMENT
    raise ValidationError({"comment": [
        f"With the ticked issues this is too long for the platform: shorten your own words by {over} characters, or tick none."]})


def _joined(comment: str, lines: list[str]) -> str:
    reasons = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
    return "\n\n".join(part for part in (comment, reasons) if part)


def _shortened(text: str, length: int) -> str:
    """At a space where there is one near the end."""
    if len(text) <= length:
        return text
    cut = text[:length - 1]
    space = cut.rfind(" ")
    return f"{cut[:space] if space > length * 0.6 else cut}".rstrip(" ,.;:") + "…"


def _dressed(assignment: Assignment, issues: Any) -> list[Any]:
    """Frames are counted within the job, as the Toloker's editor counts them."""
    first = Comment.objects.filter(issue=OuterRef("pk")).order_by("pk").values("message")[:1]
    name = Frame.objects.filter(task=OuterRef("job__task"), number=OuterRef("frame")).values("name")[:1]
    rows = list(issues.order_by("frame", "pk").annotate(message=Subquery(first), frame_name=Subquery(name)))
    job = assignment.job
    for row in rows:
        row.words = " ".join((row.message or "").split())
        row.place = f"Frame {row.frame - job.start_frame + 1}" + (f" ({_shortened(row.frame_name, 40)})" if row.frame_name else "")
        row.line = f"{row.place}: {row.words}"
    return rows
