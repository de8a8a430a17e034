"""Commands of one target."""
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderAccount, ProviderCommand, TaskSuite, Verification
from crowdsourcing.statuses import OPEN_COMMAND_STATUSES

Target = CrowdProject | Pool | TaskSuite | Assignment | Verification
_TYPES: dict[type, str] = {
    CrowdProject: ProviderCommand.Target.CROWD_PROJECT,
    Pool: ProviderCommand.Target.POOL,
    TaskSuite: ProviderCommand.Target.TASK_SUITE,
    Assignment: ProviderCommand.Target.ASSIGNMENT,
    Verification: ProviderCommand.Target.VERIFICATION,
}


def target_type_of(target: Target) -> str:
    """How commands and status changes name the table of `target`."""
    return _TYPES[type(target)]


def target_of(command: ProviderCommand) -> Any:
    """The row a command is about. DoesNotExist when it is gone."""
    model: Any = next(model for model, name in _TYPES.items() if name == command.target_type)
    return model.objects.get(pk=command.target_id)


def account_of(target: Target) -> ProviderAccount:
    """The account through which `target` is reached."""
    if isinstance(target, CrowdProject):
        return target.account
    pool = target if isinstance(target, Pool) else target.pool
    return pool.crowd_project.account


def commands_of(target: Target) -> Any:
    """Newest first."""
    return ProviderCommand.objects.filter(target_type=target_type_of(target), target_id=target.pk)


def latest_command(target: Target) -> ProviderCommand | None:
    return commands_of(target).order_by("-created_at").first()


def open_command(target: Target) -> ProviderCommand | None:
    """The command that is still waiting or on its way, if any."""
    return commands_of(target).filter(status__in=OPEN_COMMAND_STATUSES).first()


def latest_commands(targets: Iterable[Target]) -> list[ProviderCommand]:
    """The newest of each target that has any, the newest first. One query."""
    wanted = [Q(target_type=target_type_of(target), target_id=target.pk) for target in targets]
    rows = ProviderCommand.objects.filter(reduce(or_, wanted)).order_by("target_type", "target_id", "-created_at").distinct(
        "target_type", "target_id")
    return sorted(rows, key=lambda command: command.created_at, reverse=True)


def is_open(command: ProviderCommand | None) -> bool:
    """Whether it is still waiting or on its way. A target's open command is its newest: nothing else may be asked meanwhile."""
    return command is not None and command.status in OPEN_COMMAND_STATUSES
