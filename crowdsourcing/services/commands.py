"""What every verb does: check, write the intent down, ring the bell after the commit."""
from functools import partial
from typing import Any

from django.db import transaction

from annotation.errors import Forbidden
from crowdsourcing import selectors, tasks
from crowdsourcing.intents import insert_command
from crowdsourcing.models import ProviderAccount, ProviderCommand
from crowdsourcing.selectors.commands import Target
from crowdsourcing.statuses import CommandKind
from crowdsourcing.transitions import Refused


def ask(*, actor: Any, target: Target, kind: CommandKind, account: ProviderAccount,
        payload: dict[str, Any] | None = None) -> ProviderCommand:
    """Insert a command for `target` and wake delivery after the commit. Call inside the service's transaction. Refused("busy")."""
    return wake_after_commit(insert_command(actor=actor, target=target, kind=kind, account=account, payload=payload))


def wake_after_commit(command: ProviderCommand) -> ProviderCommand:
    # Robust: with the broker away the row stays, and the sweep delivers it.
    transaction.on_commit(partial(tasks.wake, command.pk), robust=True)
    return command


def refuse_obstacles(target: Any, kind: CommandKind) -> None:
    """Raises Refused with every sentence that stands in the way of `kind`."""
    found = selectors.obstacles(target, kind)
    if found:
        raise Refused(" ".join(found), "busy" if selectors.is_busy(target) else "not_possible")


def require(allowed: bool) -> None:
    """The doors check first and answer 404; this is the second lock. `actor=None` is the house itself."""
    if not allowed:
        raise Forbidden("Your role in this project does not allow that. Ask the project's owner.")
