"""The account's skills: made elsewhere, renamed, gone."""
from django.utils import timezone

from crowdsourcing import mirror
from crowdsourcing.models import ProviderAccount
from crowdsourcing.providers.base import Provider


def sync_skills(account: ProviderAccount, provider: Provider) -> None:
    """The whole list. Raises ProviderError, and then nothing is taken to be gone."""
    asked_at = timezone.now()
    mirror.mirror_skills(account, provider.skills(), asked_at)
