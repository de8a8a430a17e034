"""Which steps of an assignment are news, and who took them."""
from collections.abc import Sequence
from datetime import datetime, timedelta

from crowdsourcing.mirror.changes import status_change
from crowdsourcing.models import Assignment, Pool, ProviderCommand, StatusChange
from crowdsourcing.providers.base import RemoteAssignment
from crowdsourcing.statuses import AssignmentStatus, Cause, CommandKind

# Time field -> the status it is the time of, in the order of steps that happen at one moment.
_STEPS = (
    ("created", AssignmentStatus.ACTIVE), ("submitted", AssignmentStatus.SUBMITTED), ("skipped", AssignmentStatus.SKIPPED),
    ("expired", AssignmentStatus.EXPIRED), ("rejected", AssignmentStatus.REJECTED), ("accepted", AssignmentStatus.ACCEPTED),
)
_TIME_OF = {status: name for name, status in _STEPS}
_DECIDES = {CommandKind.ACCEPT_ASSIGNMENT: AssignmentStatus.ACCEPTED, CommandKind.REJECT_ASSIGNMENT: AssignmentStatus.REJECTED}
_BY_TOLOKER = (AssignmentStatus.ACTIVE, AssignmentStatus.SUBMITTED, AssignmentStatus.SKIPPED)
# The platform's own acceptance may come this much before the full period, by rounding.
_SLACK = timedelta(minutes=1)


def own_decisions(assignment_ids: Sequence[int], command: ProviderCommand | None) -> dict[int, list[ProviderCommand]]:
    """Our decisions that were sent, by assignment: sync may see what a command did before the command's answer arrives (or is lost)."""
    if command is not None:
        return {command.target_id: [command]}
    found: dict[int, list[ProviderCommand]] = {}
    for row in ProviderCommand.objects.filter(
            target_type=ProviderCommand.Target.ASSIGNMENT, target_id__in=assignment_ids, kind__in=list(_DECIDES), attempts__gt=0):
        found.setdefault(row.target_id, []).append(row)
    return found


def history_of(pool: Pool, old: Assignment | None, news: RemoteAssignment, own: Sequence[ProviderCommand] | None,
               target_id: int = 0) -> list[StatusChange]:
    """Unsaved rows for every step since `old` (None: never seen), oldest first."""
    status = old.status if old else ""
    found: list[StatusChange] = []
    for at, new in _new_steps(old, news):
        if new == status:
            continue
        decision = _decision(own, new)
        found.append(status_change(
            target_type=ProviderCommand.Target.ASSIGNMENT, target_id=old.pk if old else target_id, old=status, new=new, command=decision,
            cause=_cause(pool, news, new), at=at, comment=news.public_comment if new == news.status and new in _DECIDES.values() else ""))
        status = new
    return found


def _new_steps(old: Assignment | None, news: RemoteAssignment) -> list[tuple[datetime, str]]:
    steps: list[tuple[datetime, str]] = []
    for name, status in _STEPS:
        at = getattr(news, name)
        if at is not None and (old is None or getattr(old, name) != at):
            steps.append((at, str(status)))
    # Stable: steps of one moment keep the order of _STEPS.
    steps.sort(key=lambda step: step[0])
    final = news.status[:32]
    last = steps[-1][1] if steps else (old.status if old else "")
    if last != final:
        # A step backwards, an unknown status, or one without a time of its own.
        moment = getattr(news, _TIME_OF[final], None) if final in _TIME_OF else None
        steps.append((moment or news.seen_at, final))
    return steps


def _decision(own: Sequence[ProviderCommand] | None, new: str) -> ProviderCommand | None:
    return next((command for command in own or () if _DECIDES.get(CommandKind(command.kind)) == new), None)


def _cause(pool: Pool, news: RemoteAssignment, new: str) -> str:
    if new in _BY_TOLOKER:
        return Cause.TOLOKER
    if new == AssignmentStatus.EXPIRED:
        return Cause.SYSTEM
    if new == AssignmentStatus.ACCEPTED and news.accepted is not None and news.submitted is not None and news.rejected is None:
        waited = news.accepted - news.submitted
        by_period = waited >= timedelta(days=pool.auto_accept_period_day) - _SLACK
        if by_period or (pool.auto_accept_solutions and waited < timedelta(seconds=2)):
            return Cause.SYSTEM
    return Cause.PLATFORM
