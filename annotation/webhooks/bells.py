"""Ringing for deliveries: the rows are the truth, a lost bell is made up for by the sweep."""
from django.db import transaction


def ring() -> None:
    """Ring once. A broker that does not answer raises: call it where that is only logged."""
    from annotation.tasks import tell_webhooks  # tasks import what tells

    tell_webhooks.apply_async(retry=False)


def ring_after_commit() -> None:
    """Ring when what was written is there for others. Robust: with the broker away the sweep finds the rows."""
    transaction.on_commit(ring, robust=True)
