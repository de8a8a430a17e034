"""The pool's policy names the verification crowd from its set-up on: one more version, once."""
from django.db import transaction

from crowdsourcing.models import Pool, ReviewPolicy, Verification
from crowdsourcing.quality.facts import facts_of
from crowdsourcing.quality.policies import PolicyError, clean
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.selectors.verifications import POLICY
from crowdsourcing.verification_wishes import PLATFORM


@transaction.atomic
def switch_on(verification: Verification) -> str:
    """Why the crowd cannot be named yet, with the next step; "" for nothing. A policy that names it already, or a requester who did not
    want it, is left alone."""
    if POLICY not in verification.cursors:
        return ""
    pool = Pool.objects.select_for_update(of=("self",), no_key=True).get(pk=verification.pool_id)
    locked = Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
    if POLICY not in locked.cursors:
        return ""
    now = policy_of(pool)
    named = now is not None and bool(now.config.get("verification"))
    # The platform's aggregation takes the answer that leads when nobody else is asked, as the notebook does.
    least = 0.5 if verification.config["aggregation"] == PLATFORM else verification.config["min_confidence"]
    try:
        config = {} if named else clean({**(now.config if now else {}), "verification": {"min_confidence": least}}, facts_of(pool))
    except PolicyError as error:
        # What was possible once: its ground truth may be gone. Tried again with the next turn.
        return (f"The review policy does not name the verification crowd yet: {' '.join(error.errors.values())} Put right what the page "
                "Review policy says; answers are gathered meanwhile.")
    locked.cursors = {name: value for name, value in locked.cursors.items() if name != POLICY}
    locked.save(update_fields=["cursors", "updated_at"])
    verification.cursors = locked.cursors
    if not named:
        ReviewPolicy.objects.create(pool=pool, version=now.version + 1 if now else 1, config=config)
    return ""
