"""The platform's time."""
from datetime import datetime, timedelta

from django.utils import timezone

from crowdsourcing.models import ProviderAccount


def platform_now(account: ProviderAccount) -> datetime:
    """The platform's present time, UTC: ours plus the offset its last answer showed."""
    return timezone.now() + timedelta(seconds=account.clock_offset_seconds)


def our_time(account: ProviderAccount, at: datetime) -> datetime:
    """A moment of the platform's clock on ours."""
    return at - timedelta(seconds=account.clock_offset_seconds)
