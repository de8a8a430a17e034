"""Asking the platform to tell us the news of a pool, and to stop. Nothing depends on it: the schedule looks anyway."""
import logging

from crowdsourcing import mirror, webhook_keys
from crowdsourcing.delivery.work import Work
from crowdsourcing.models import Pool
from crowdsourcing.providers.errors import ProviderError

log = logging.getLogger(__name__)
_INSTEAD = "News of this pool comes by schedule, about once a minute."


def follow(work: Work, pool: Pool) -> None:
    """Subscribe, or note why not. A start never fails by it."""
    account, url = pool.crowd_project.account, webhook_keys.address_of(pool)
    if not url:
        mirror.mirror_webhook(pool, on=False)
        return
    if not webhook_keys.is_reachable(account):
        mirror.mirror_webhook(pool, on=False, note=f"{_INSTEAD} The platform is elsewhere and cannot call this server's address.")
        return
    work.step("Asking the platform to tell us its news")
    try:
        work.provider.subscribe(pool.remote_id, url=url, secret=webhook_keys.secret_of(account))
    except ProviderError as error:
        log.warning("Pool %s: no webhooks: %s", pool.pk, error.code)
        mirror.mirror_webhook(pool, on=False, note=f"{_INSTEAD} We could not ask the platform to call us: {error.sentence}")
    else:
        mirror.mirror_webhook(pool, on=True)


def unfollow(work: Work, pool: Pool) -> None:
    """Of a pool that is archived: nothing happens there any more, so a subscription left behind stays silent."""
    url = webhook_keys.address_of(pool)
    if not pool.webhook_on or not url:
        return
    work.step("Ending the news of this pool")
    try:
        work.provider.unsubscribe(pool.remote_id, url=url)
    except ProviderError as error:
        log.warning("Pool %s: webhooks stay subscribed: %s", pool.pk, error.code)
    else:
        mirror.mirror_webhook(pool, on=False)
