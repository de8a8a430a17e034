"""Which steps of an assignment are news, and who took them."""
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from annotation.rows import copy_in
from crowdsourcing.models import Pool, ProviderCommand, StatusChange
from crowdsourcing.providers.base import RemoteAssignment
from crowdsourcing.statuses import AssignmentStatus, Cause, CommandKind

_STATUS = AssignmentStatus
# Time field -> the status it is the time of, in the order of steps that happen at one moment.
_STEPS = (
    ("created", _STATUS.ACTIVE.value), ("submitted", _STATUS.SUBMITTED.value), ("skipped", _STATUS.SKIPPED.value),
    ("expired", _STATUS.EXPIRED.value), ("rejected", _STATUS.REJECTED.value), ("accepted", _STATUS.ACCEPTED.value),
)
_TIME_OF = {status: name for name, status in _STEPS}
_DECISIONS = {_STATUS.ACCEPTED.value: CommandKind.ACCEPT_ASSIGNMENT.value, _STATUS.REJECTED.value: CommandKind.REJECT_ASSIGNMENT.value}
_BY_TOLOKER = frozenset({_STATUS.ACTIVE.value, _STATUS.SUBMITTED.value, _STATUS.SKIPPED.value})
_COLUMNS = ("target_type", "target_id", "old", "new", "cause", "comment", "command_id", "actor_id", "at", "seen_at")
_TARGET = ProviderCommand.Target.ASSIGNMENT.value
# The platform's own acceptance may come this much before the full period, by rounding.
_SLACK = timedelta(minutes=1)


class History:
    """Writes StatusChange rows for assignments of one pool."""

    def __init__(self, pool: Pool, command: ProviderCommand | None) -> None:
        self._pool = pool
        self._command = command
        self._own: dict[tuple[int, str], ProviderCommand] = {}

    def write(self, rows: Sequence[Any]) -> None:
        """One row for every step since what is known, oldest first. `rows` are mirror.assignments.Fresh."""
        self._own = self._decisions([row.pk for row in rows if row.old is not None])
        now = timezone.now()
        copy_in(StatusChange, _COLUMNS, (
            (_TARGET, row.pk, old, new, *self._who(row, new), at, now) for row in rows for at, old, new in steps_of(row.old, row.item)))

    def _decisions(self, assignment_ids: Sequence[int]) -> dict[tuple[int, str], ProviderCommand]:
        """Our decisions that were sent: sync may see what a command did before the command's answer arrives (or is lost)."""
        if self._command is not None:
            return {(self._command.target_id, self._command.kind): self._command}
        if not assignment_ids:
            return {}
        sent = ProviderCommand.objects.filter(
            target_type=_TARGET, target_id__any_of=list(assignment_ids), kind__in=list(_DECISIONS.values()), attempts__gt=0)
        return {(command.target_id, command.kind): command for command in sent}

    def _who(self, row: Any, new: str) -> tuple[str, str, Any, int | None]:
        """(cause, comment, command id, actor id)."""
        decides = _DECISIONS.get(new)
        comment = row.item.public_comment if decides and new == row.status else ""
        command = self._own.get((row.pk, decides)) if decides else None
        if command is not None:
            return (Cause.REQUESTER.value if command.actor_id else Cause.SYSTEM.value), comment, command.pk, command.actor_id
        return self._cause(row.item, new), comment, None, None

    def _cause(self, news: RemoteAssignment, new: str) -> str:
        if new in _BY_TOLOKER:
            return Cause.TOLOKER.value
        if new == _STATUS.EXPIRED:
            return Cause.SYSTEM.value
        if new == _STATUS.ACCEPTED and news.accepted is not None and news.submitted is not None and news.rejected is None:
            waited = news.accepted - news.submitted
            by_period = waited >= timedelta(days=self._pool.auto_accept_period_day) - _SLACK
            if by_period or (self._pool.auto_accept_solutions and waited < timedelta(seconds=2)):
                return Cause.SYSTEM.value
        return Cause.PLATFORM.value


def steps_of(old: Any, news: RemoteAssignment) -> list[tuple[datetime, str, str]]:
    """(when, from, to) for each step since `old` (mirror.assignments.Known, or None: never seen), oldest first."""
    new: list[tuple[datetime, str]] = []
    for name, status in _STEPS:
        at = getattr(news, name)
        if at is not None and (old is None or old.value(name) != at):
            new.append((at, status))
    # Stable: steps of one moment keep the order of _STEPS.
    new.sort(key=lambda step: step[0])
    before: str = old.status if old else ""
    final = news.status[:32]
    if (new[-1][1] if new else before) != final:
        # A step backwards, an unknown status, or one without a time of its own.
        moment = getattr(news, _TIME_OF[final]) if final in _TIME_OF else None
        new.append((moment or news.seen_at, final))
    found = []
    for at, status in new:
        if status != before:
            found.append((at, before, status))
            before = status
    return found
