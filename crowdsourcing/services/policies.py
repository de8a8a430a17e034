"""A pool's review policy: written as a new version, turned off, let go on."""
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from crowdsourcing.models import Pool, ReviewPolicy
from crowdsourcing.quality.facts import facts_of
from crowdsourcing.quality.policies import PolicyError, clean, is_by_hand
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.services.access import may_edit
from crowdsourcing.services.commands import require
from crowdsourcing.statuses import PoolStatus
from crowdsourcing.transitions import Refused


@transaction.atomic(durable=True)
def set_policy(*, actor: Any, pool: Pool, config: Mapping[str, Any]) -> ReviewPolicy:
    """Put `config` (quality.policies) in force as the pool's next version; {} is by hand. What was decided stays decided.

    The version in force when it says the same already. ValidationError by dotted path; Refused for an archived pool.
    """
    pool = _locked(actor, pool)
    config = checked_config(pool, config)
    if pool.status == PoolStatus.ARCHIVED and config:
        raise Refused("The pool is archived: nothing in it can be reviewed any more.", "not_possible")
    now = policy_of(pool)
    if now is not None and now.config == config:
        return now
    return ReviewPolicy.objects.create(pool=pool, version=now.version + 1 if now else 1, config=config, created_by=actor)


@transaction.atomic(durable=True)
def resume_policy(*, actor: Any, pool: Pool) -> ReviewPolicy:
    """Let a policy that stopped itself go on; it does not stop for the same start again. Refused where nothing is stopped."""
    policy = policy_of(_locked(actor, pool))
    if policy is None or is_by_hand(policy.config):
        raise Refused("This pool is reviewed by hand: there is no policy to go on with.", "not_possible")
    if not policy.is_stopped:
        raise Refused("The policy is not stopped.", "not_possible")
    policy.resumed_at, policy.resumed_by = timezone.now(), actor
    policy.save(update_fields=["resumed_at", "resumed_by"])
    return policy


def checked_config(pool: Pool, config: Any) -> dict[str, Any]:
    """`config` with its defaults, held against the pool. ValidationError by dotted path, "" for the whole."""
    try:
        return clean(config, facts_of(pool))
    except PolicyError as error:
        raise ValidationError({path or "policy": [sentence] for path, sentence in error.errors.items()}) from None


def _locked(actor: Any, pool: Pool) -> Pool:
    """Runs that decide hold the same lock, one decision at a time: after this nothing is decided by an older version."""
    found = Pool.objects.select_for_update(of=("self",), no_key=True).select_related("task__project").get(pk=pool.pk)
    require(may_edit(actor, found.task.project))
    return found
