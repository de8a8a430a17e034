"""What every verb does: check, write the intent down, ring the bell after the commit."""
from functools import partial
from typing import Any

from django.db import transaction

from crowdsourcing import tasks
from crowdsourcing.intents import insert_command, refuse_obstacles, require
from crowdsourcing.models import ProviderAccount, ProviderCommand
from crowdsourcing.selectors.commands import Target
from crowdsourcing.statuses import CommandKind

__all__ = ["ask", "refuse_obstacles", "require", "wake_after_commit"]


def ask(*, actor: Any, target: Target, kind: CommandKind, account: ProviderAccount,
        payload: dict[str, Any] | None = None) -> ProviderCommand:
    """Insert a command for `target` and wake delivery after the commit. Call inside the service's transaction. Refused("busy")."""
    return wake_after_commit(insert_command(actor=actor, target=target, kind=kind, account=account, payload=payload))


def wake_after_commit(command: ProviderCommand) -> ProviderCommand:
    # Robust: with the broker away the row stays, and the sweep delivers it.
    transaction.on_commit(partial(tasks.wake, command.pk), robust=True)
    return command
