"""A Toloker's way into the editor: a signed job key and an assignment that the platform says is ACTIVE. No login, no cookie."""
import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from annotation.services import editor as room1_editor, jobs
from crowdsourcing import mirror
from crowdsourcing.job_keys import BadKey, suite_of
from crowdsourcing.models import TaskSuite
from crowdsourcing.providers.base import RemoteAssignment
from crowdsourcing.providers.errors import NotFound, ProviderError
from crowdsourcing.selectors.clock import our_time
from crowdsourcing.selectors.drawing import is_drawn_there
from crowdsourcing.statuses import AssignmentStatus
from crowdsourcing.sync.editor import look_at
from crowdsourcing.transitions import Refused

log = logging.getLogger(__name__)

# It becomes part of an address at the platform.
_ASSIGNMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# The platform decides when time is over; our clock and its may be a little apart.
_AT_LEAST = timedelta(seconds=30)


class NotYours(Refused):
    """403: the key, the assignment, or both together open nothing. `code`: bad_key, not_yours or not_active."""


class PlatformSilent(Refused):
    """502 or 503: the platform could not be asked. `again`: trying again may help."""

    def __init__(self, sentence: str, *, again: bool) -> None:
        super().__init__(sentence, "platform_unavailable")
        self.again = again


@dataclass(frozen=True)
class Opened:
    """`token` is shown only here."""

    token: str
    expires_at: datetime
    seconds_left: int


def task_suite_of(job_key: str) -> TaskSuite:
    """Raises NotYours("bad_key")."""
    try:
        suite = suite_of(job_key)
    except BadKey:
        raise NotYours("This address is not valid. Open the task again from the platform.", "bad_key") from None
    if is_drawn_there(suite.pool):
        # Its work comes from the platform; what somebody did here would be thrown away.
        raise NotYours("This task is done on the platform's own page. Open it there.", "bad_key")
    return suite


def open_session(*, job_key: str, assignment_id: str) -> Opened:
    """A session for this job and this attempt, until the assignment's time is over. Raises NotYours, PlatformSilent.

    May be repeated while the assignment is ACTIVE; what was saved is there.
    """
    suite = task_suite_of(job_key)
    news = _asked(suite, assignment_id, job_key)
    assignment = mirror.mirror_assignment(suite.pool, news)
    if assignment is None or news.status != AssignmentStatus.ACTIVE:
        raise NotYours("This task is no longer yours to work on: its time is over, or it was submitted.", "not_active")
    job = assignment.job
    jobs.begin_attempt(job=job, attempt=news.id, worker=news.user_id)
    if job.attempt != news.id:
        raise NotYours("Somebody else works on this task now.", "not_active")
    deadline = _deadline(suite, news)
    _, token = room1_editor.open_session(
        job=job, mode="toloker", attempt=news.id, worker=news.user_id, deadline=deadline, expires_at=deadline,
        context=_context(suite, news, job_key))
    return Opened(token, deadline, max(0, round((deadline - timezone.now()).total_seconds())))


def _asked(suite: TaskSuite, assignment_id: str, job_key: str) -> RemoteAssignment:
    if not isinstance(assignment_id, str) or not _ASSIGNMENT_ID.fullmatch(assignment_id):
        raise NotYours("The platform's page did not say which assignment this is. Open the task again.", "not_yours")
    try:
        news = look_at(suite, assignment_id)
    except NotFound:
        raise NotYours("The platform knows no such assignment. Open the task again.", "not_yours") from None
    except ProviderError as error:
        log.warning("The platform could not be asked about an assignment of pool %s: %s", suite.pool_id, error.code)
        raise PlatformSilent("The platform cannot be asked right now. Try again in a moment.", again=error.retry) from None
    if news.pool_id != suite.pool.remote_id or news.job_key != job_key:
        raise NotYours("This assignment is for another task. Open the task again from the platform.", "not_yours")
    return news


def _deadline(suite: TaskSuite, news: RemoteAssignment) -> datetime:
    account = suite.pool.crowd_project.account
    account.refresh_from_db(fields=["clock_offset_seconds"])
    ends = our_time(account, news.created) + timedelta(seconds=suite.pool.assignment_max_duration_seconds)
    return max(ends, timezone.now() + _AT_LEAST)


def _context(suite: TaskSuite, news: RemoteAssignment, job_key: str) -> dict[str, Any]:
    return {"title": suite.pool.task.name, "price": f"{news.reward.normalize():f}", "currency": "USD", "job_key": job_key}
