"""News of an account."""
from django.utils import timezone

from crowdsourcing.models import ProviderAccount
from crowdsourcing.providers.base import RequesterInfo

# The Date header has whole seconds and travels: smaller differences are noise.
_NOISE_SECONDS = 2


def mirror_account(account: ProviderAccount, news: RequesterInfo) -> None:
    """Who the key belongs to, the balance, and when it was checked."""
    account.requester_id, account.requester_name, account.balance = news.id, news.name, news.balance
    account.checked_at = timezone.now()
    account.save(update_fields=["requester_id", "requester_name", "balance", "checked_at"])


def mirror_clock(account: ProviderAccount, offset: int | None) -> None:
    """The platform's clock against ours, seconds; None when the connection learnt nothing."""
    if offset is None:
        return
    if abs(offset) <= _NOISE_SECONDS:
        offset = 0
    if abs(offset - account.clock_offset_seconds) > _NOISE_SECONDS or (offset == 0 != account.clock_offset_seconds):
        account.clock_offset_seconds = offset
        ProviderAccount.objects.filter(pk=account.pk).update(clock_offset_seconds=offset)
