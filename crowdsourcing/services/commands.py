"""Writing an intent down and ringing the bell."""
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import Forbidden
from crowdsourcing import selectors, tasks
from crowdsourcing.models import ProviderAccount, ProviderCommand
from crowdsourcing.selectors.commands import Target
from crowdsourcing.statuses import CommandKind
from crowdsourcing.transitions import Refused

_FIRST_STEP = "Waiting for a worker"


def ask(*, actor: Any, target: Target, kind: CommandKind, account: ProviderAccount,
        payload: dict[str, Any] | None = None) -> ProviderCommand:
    """Insert a command for `target` and wake delivery after the commit. Call inside the service's transaction.

    Refused("busy") where another command for the target is on its way: the database allows one.
    """
    try:
        with transaction.atomic():
            command = ProviderCommand.objects.create(
                account=account, kind=kind, target_type=selectors.target_type_of(target), target_id=target.pk,
                payload=payload or {}, actor=actor, step=_FIRST_STEP, next_try_at=timezone.now())
    except IntegrityError:
        busy = selectors.open_command(target)
        name = busy.get_kind_display() if busy else "Another command"
        raise Refused(f"“{name}” is still on its way. Wait until it is finished.", "busy") from None
    # Robust: with the broker away the row stays, and the sweep delivers it.
    transaction.on_commit(partial(tasks.wake, command.pk), robust=True)
    return command


def refuse_obstacles(target: Any, kind: CommandKind) -> None:
    """Raises Refused with every sentence that stands in the way of `kind`."""
    found = selectors.obstacles(target, kind)
    if found:
        busy = "is still on its way" in found[0]
        raise Refused(" ".join(found), "busy" if busy else "not_possible")


def require(allowed: bool) -> None:
    """The doors check first and answer 404; this is the second lock. `actor=None` is the house itself."""
    if not allowed:
        raise Forbidden("Your role in this project does not allow that. Ask the project's owner.")
