"""Who has a command. Every write is conditional on the claim, so a worker that was given up for dead cannot settle another's."""
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crowdsourcing.models import ProviderCommand
from crowdsourcing.statuses import CommandStatus

DIED = "The workers that tried this stopped in the middle of it. Try again; if it happens again, ask your administrator to read the log."


class Superseded(Exception):
    """The claim was released or settled by somebody else: stop without touching the row."""


def claim(command_id: UUID) -> ProviderCommand | None:
    """Take a due command, or None. `claimed_at` is the token of the claim."""
    now = timezone.now()
    taken = ProviderCommand.objects.filter(pk=command_id, status=CommandStatus.PENDING, next_try_at__lte=now).update(
        status=CommandStatus.IN_FLIGHT, claimed_at=now, attempts=F("attempts") + 1)
    if not taken:
        return None
    return ProviderCommand.objects.select_related("account", "actor").get(pk=command_id)


def renew(command: ProviderCommand, step: str) -> None:
    """Say which step it is at; also keeps the claim alive. Raises Superseded."""
    now = timezone.now()
    _conditional(command, step=step[:128], claimed_at=now)
    command.step, command.claimed_at = step[:128], now


def settle_done(command: ProviderCommand) -> None:
    now = timezone.now()
    _conditional(command, status=CommandStatus.DONE, step="Done", error="", error_code="", finished_at=now)
    command.status, command.finished_at = CommandStatus.DONE, now


def settle_failed(command: ProviderCommand, sentence: str, code: str) -> None:
    now = timezone.now()
    _conditional(command, status=CommandStatus.FAILED, error=sentence, error_code=code[:64], finished_at=now)
    command.status, command.error, command.error_code, command.finished_at = CommandStatus.FAILED, sentence, code[:64], now


def settle_retry(command: ProviderCommand, sentence: str, code: str, at: datetime) -> None:
    _conditional(command, status=CommandStatus.PENDING, error=sentence, error_code=code[:64], next_try_at=at, claimed_at=None)
    command.status, command.error, command.next_try_at = CommandStatus.PENDING, sentence, at


def _conditional(command: ProviderCommand, **values: object) -> None:
    written = ProviderCommand.objects.filter(
        pk=command.pk, status=CommandStatus.IN_FLIGHT, claimed_at=command.claimed_at).update(**values)
    if not written:
        raise Superseded(str(command.pk))


def due_commands(limit: int = 200) -> list[UUID]:
    """Commands that may be tried now, the longest waiting first; rows that somebody is claiming are passed over."""
    with transaction.atomic():
        return list(ProviderCommand.objects.select_for_update(skip_locked=True)
                    .filter(status=CommandStatus.PENDING, next_try_at__lte=timezone.now())
                    .order_by("next_try_at").values_list("pk", flat=True)[:limit])


def release_stuck() -> int:
    """Give back what dead workers hold; how many. After COMMAND_MAX_ATTEMPTS such deaths a command fails with a sentence."""
    now = timezone.now()
    stuck = ProviderCommand.objects.filter(
        status=CommandStatus.IN_FLIGHT, claimed_at__lt=now - timedelta(seconds=settings.COMMAND_RELEASE_SECONDS))
    hopeless = stuck.filter(attempts__gte=settings.COMMAND_MAX_ATTEMPTS).update(
        status=CommandStatus.FAILED, error=DIED, error_code="worker_died", finished_at=now)
    return hopeless + stuck.update(status=CommandStatus.PENDING, claimed_at=None, next_try_at=now)
