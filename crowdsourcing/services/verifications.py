"""Verbs on a pool's verification crowd."""
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.webhooks.announcing import changing
from crowdsourcing import tasks
from crowdsourcing.making import new_mark
from crowdsourcing.models import Pool, ProviderCommand, Verification
from crowdsourcing.quality.verification.asking import ask_anew
from crowdsourcing.selectors.verifications import OPENED, POLICY, verification_obstacles
from crowdsourcing.services.access import may_edit
from crowdsourcing.services.commands import ask, refuse_obstacles, require
from crowdsourcing.statuses import CommandKind, PoolStatus, ReissuePolicy
from crowdsourcing.transitions import Refused
from crowdsourcing.verification_wishes import clean


@transaction.atomic(durable=True)
def setup_verification(*, actor: Any, pool: Pool, config: Mapping[str, Any], decide: bool = True, reissue_at_once: bool = True
                       ) -> Verification:
    """Make the verification project and pool at the platform. `config`: verification_wishes; what is left out is the notebook's.

    `decide`: the pool's review policy names the crowd from then on; `reissue_at_once`: a rejected job goes to somebody else at once.
    Called again after a failure it takes the new config and tries again. ValidationError by field; Refused.
    """
    pool = _locked_pool(actor, pool)
    verification = Verification.objects.select_for_update(of=("self",)).filter(pool=pool).first()
    wanted = clean(config)
    if verification is not None:
        verification.pool = pool
        refuse_obstacles(verification, CommandKind.SETUP_VERIFICATION)
    elif found := verification_obstacles(pool):
        raise Refused(" ".join(found), "not_possible")
    verification = verification or Verification(pool=pool, mark=new_mark("verification"))
    verification.config = wanted
    verification.cursors = {**_without(verification.cursors, POLICY), **({POLICY: "wanted"} if decide else {})}
    verification.save()
    if reissue_at_once and pool.reissue_policy != ReissuePolicy.AT_ONCE:
        pool.reissue_policy = ReissuePolicy.AT_ONCE
        with changing("pool", [pool.pk], actor=actor):
            pool.save(update_fields=["reissue_policy", "updated_at"])
    ask(actor=actor, target=verification, kind=CommandKind.SETUP_VERIFICATION, account=pool.crowd_project.account)
    return verification


@transaction.atomic(durable=True)
def update_verification(*, actor: Any, verification: Verification, config: Mapping[str, Any]) -> ProviderCommand:
    """Keys left out of `config` stay as they are; what is asked already is not asked anew. ValidationError by field; Refused."""
    verification = _locked(actor, verification)
    refuse_obstacles(verification, CommandKind.UPDATE_VERIFICATION)
    verification.config = clean(config, verification.config)
    verification.save(update_fields=["config", "updated_at"])
    return ask(actor=actor, target=verification, kind=CommandKind.UPDATE_VERIFICATION, account=verification.pool.crowd_project.account)


@transaction.atomic(durable=True)
def pause_verification(*, actor: Any, verification: Verification) -> Verification:
    """Nothing more is asked. What is asked already may still be answered, and counts."""
    verification = _locked(actor, verification)
    if verification.stopped_at is not None:
        raise Refused("The verification is paused already.", "not_possible")
    verification.stopped_at = timezone.now()
    verification.stop_reason = "It was paused here. Press “Go on” when more may be asked."
    return _rung(verification, "stopped_at", "stop_reason")


@transaction.atomic(durable=True)
def resume_verification(*, actor: Any, verification: Verification) -> Verification:
    """Go on after a pause, or after the pool was closed at the platform by hand."""
    verification = _locked(actor, verification)
    if verification.status in (PoolStatus.ARCHIVED, PoolStatus.LOCKED):
        raise Refused(f"The verification pool is {verification.status.lower()}: it cannot be opened again. Make a new one.", "not_possible")
    verification.stopped_at, verification.stop_reason = None, ""
    verification.cursors = _without(verification.cursors, OPENED)
    return _rung(verification, "stopped_at", "stop_reason", "cursors")


@transaction.atomic(durable=True)
def renew_verification(*, actor: Any, verification: Verification) -> Verification:
    """Another project and pool in the place of an archived one; what is not answered yet is asked there."""
    verification = _locked(actor, verification)
    if verification.status != PoolStatus.ARCHIVED:
        raise Refused("The verification pool is not archived: it can be used as it is.", "not_possible")
    verification.mark = new_mark("verification")
    verification.remote_project_id = verification.remote_pool_id = verification.status = verification.last_close_reason = ""
    verification.cursors = {name: value for name, value in verification.cursors.items() if name == POLICY}
    refuse_obstacles(verification, CommandKind.SETUP_VERIFICATION)
    verification.save()
    ask_anew(verification)
    ask(actor=actor, target=verification, kind=CommandKind.SETUP_VERIFICATION, account=verification.pool.crowd_project.account)
    return verification


def look_at_verification(*, actor: Any, verification: Verification) -> None:
    """Ring for a turn now."""
    require(may_edit(actor, verification.pool.task.project))
    tasks.ring_for_verification(verification.pk)


def _without(cursors: Mapping[str, Any], gone: str) -> dict[str, Any]:
    return {name: value for name, value in cursors.items() if name != gone}


def _rung(verification: Verification, *fields: str) -> Verification:
    verification.save(update_fields=[*fields, "updated_at"])
    # Robust: with the broker away the sweep rings.
    transaction.on_commit(partial(tasks.ring_for_verification, verification.pk), robust=True)
    return verification


def _locked(actor: Any, verification: Verification) -> Verification:
    found = (Verification.objects.select_for_update(of=("self",))
             .select_related("pool__task__project", "pool__crowd_project__account").get(pk=verification.pk))
    require(may_edit(actor, found.pool.task.project))
    return found


def _locked_pool(actor: Any, pool: Pool) -> Pool:
    found = Pool.objects.select_for_update(of=("self",)).select_related("task__project", "crowd_project__account").get(pk=pool.pk)
    require(may_edit(actor, found.task.project))
    return found
