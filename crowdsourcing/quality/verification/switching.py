"""The pool's policy names the verification crowd from its set-up on: one more version, once."""
from django.db import transaction

from crowdsourcing.models import Pool, ReviewPolicy, Verification
from crowdsourcing.quality.facts import facts_of
from crowdsourcing.quality.policies import clean
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.selectors.verifications import POLICY
from crowdsourcing.verification_wishes import PLATFORM


@transaction.atomic
def switch_on(verification: Verification) -> bool:
    """Whether a version was made. A policy that names the crowd already, or a requester who did not want it, is left alone."""
    if POLICY not in verification.cursors:
        return False
    pool = Pool.objects.select_for_update(of=("self",), no_key=True).get(pk=verification.pool_id)
    locked = Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
    if POLICY not in locked.cursors:
        return False
    locked.cursors = {name: value for name, value in locked.cursors.items() if name != POLICY}
    locked.save(update_fields=["cursors", "updated_at"])
    verification.cursors = locked.cursors
    now = policy_of(pool)
    if now is not None and now.config.get("verification"):
        return False
    # The platform's aggregation takes the answer that leads when nobody else is asked, as the notebook does.
    least = 0.5 if verification.config["aggregation"] == PLATFORM else verification.config["min_confidence"]
    config = clean({**(now.config if now else {}), "verification": {"min_confidence": least}}, facts_of(pool))
    ReviewPolicy.objects.create(pool=pool, version=now.version + 1 if now else 1, config=config)
    return True
