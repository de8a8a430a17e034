"""Rows that tell what changed and who did it."""
from datetime import datetime
from typing import Any

from crowdsourcing.models import ProviderCommand, StatusChange
from crowdsourcing.statuses import Cause


def status_change(*, target_type: str, target_id: int, old: str, new: str, cause: str, at: datetime,
                  command: ProviderCommand | None = None, comment: str = "") -> StatusChange:
    """An unsaved row. A command's change is its actor's; a command without an actor was the house's own."""
    actor_id = command.actor_id if command else None
    if command is not None:
        cause = Cause.REQUESTER if actor_id else Cause.SYSTEM
    return StatusChange(target_type=target_type, target_id=target_id, old=old, new=new, cause=cause, at=at, comment=comment,
                        command=command, actor_id=actor_id)


def changed_fields(row: Any, values: dict[str, Any]) -> list[str]:
    """Set `values` on the row; the names of those that were different."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def is_stale(mirrored_at: datetime | None, seen_at: datetime) -> bool:
    """Whether something read later is here already."""
    return mirrored_at is not None and seen_at < mirrored_at
