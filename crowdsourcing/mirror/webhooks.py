"""Whether the platform tells us its news."""
from crowdsourcing.models import Pool


def mirror_webhook(pool: Pool, *, on: bool, note: str = "") -> None:
    """`note` says for people why it does not, and what comes instead."""
    if (pool.webhook_on, pool.webhook_note) != (on, note):
        pool.webhook_on, pool.webhook_note = on, note
        Pool.objects.filter(pk=pool.pk).update(webhook_on=on, webhook_note=note)
