"""Commands of one target."""
from typing import Any

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
