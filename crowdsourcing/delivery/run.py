"""One try of one command."""
import logging
import random
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from crowdsourcing import mirror
from crowdsourcing.connections import connected
from crowdsourcing.delivery import claims
from crowdsourcing.delivery.handlers import HANDLERS
from crowdsourcing.delivery.keys import take_new_key
from crowdsourcing.delivery.work import Handler, Work
from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderCommand, TaskSuite
from crowdsourcing.providers.errors import ProviderError
from crowdsourcing.selectors.commands import target_of

log = logging.getLogger(__name__)

_FIRST_WAIT_SECONDS = 2.0
_LONGEST_WAIT_SECONDS = 600.0
_OUR_FAULT = "Something went wrong on our side; it is written in the log. We try again by ourselves."


def deliver_command(command_id: UUID, more_handlers: Mapping[str, Handler] | None = None) -> ProviderCommand | None:
    """Carry the command out if it is due and nobody else has it; None where it is not ours to do.

    Never raises for the platform's errors: they are written on the command.
    """
    command = claims.claim(command_id)
    if command is None:
        return None
    try:
        _try(command, {**HANDLERS, **(more_handlers or {})}[command.kind])
    except claims.Superseded:
        log.warning("Command %s was taken over by another worker.", command.pk)
    return command


def _try(command: ProviderCommand, handler: Handler) -> None:
    try:
        target = target_of(command)
        take_new_key(command)
        with connected(command.account) as provider:
            handler(Work(command, target, provider))
    except ProviderError as error:
        log.info("Command %s (%s): %s", command.pk, command.kind, error.code)
        _settle(command, error)
    except ObjectDoesNotExist:
        claims.settle_failed(command, "What this was about no longer exists here.", "gone")
    except claims.Superseded:
        raise
    except Exception:
        log.exception("Command %s (%s) failed", command.pk, command.kind)
        _retry_or_fail(command, _OUR_FAULT, "internal", None)
    else:
        claims.settle_done(command)


def _settle(command: ProviderCommand, error: ProviderError) -> None:
    if error.retry:
        _retry_or_fail(command, error.sentence, error.code, error.retry_after)
        return
    _look_again(command)
    claims.settle_failed(command, error.sentence, error.code)


def _retry_or_fail(command: ProviderCommand, sentence: str, code: str, retry_after: float | None) -> None:
    if command.attempts >= settings.COMMAND_MAX_ATTEMPTS:
        _look_again(command)
        claims.settle_failed(command, f"{sentence} We tried {command.attempts} times; try again when you think it can work.", code)
        return
    wait = retry_after if retry_after is not None else back_off(command.attempts)
    claims.settle_retry(command, sentence, code, timezone.now() + timedelta(seconds=wait))


def back_off(attempts: int) -> float:
    """Seconds to wait after so many tries: doubling from 2 to 600, a quarter up or down so that a crowd of commands spreads."""
    wait = min(_FIRST_WAIT_SECONDS * 2 ** (attempts - 1), _LONGEST_WAIT_SECONDS)
    return wait * random.uniform(0.75, 1.25)


def _look_again(command: ProviderCommand) -> None:
    """The platform said no: perhaps something changed there. Mirror what it says now, so that the page tells the truth."""
    try:
        target = target_of(command)
        with connected(command.account) as provider:
            if isinstance(target, CrowdProject) and target.remote_id:
                mirror.mirror_project(target, provider.project(target.remote_id))
            pool = target if isinstance(target, Pool) else getattr(target, "pool", None)
            if isinstance(target, Assignment):
                mirror.mirror_assignments(target.pool, [provider.assignment(target.remote_id)])
            if isinstance(pool, Pool) and pool.remote_id and isinstance(target, Pool | TaskSuite | Assignment):
                mirror.mirror_pool(pool, provider.pool(pool.remote_id))
    except (ProviderError, ObjectDoesNotExist) as error:
        log.info("Command %s: looking again did not work either (%s)", command.pk, type(error).__name__)
    except Exception:
        # Whatever it is, it must not keep the command from being settled.
        log.exception("Command %s: looking again failed", command.pk)
