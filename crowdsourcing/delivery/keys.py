"""A new key of a project's account. It goes first, before anything is asked with the old one: that one may not even be readable."""
from django.db import transaction

from crowdsourcing import credentials, mirror
from crowdsourcing.connections import connected
from crowdsourcing.delivery.claims import renew
from crowdsourcing.models import ProviderAccount, ProviderCommand
from crowdsourcing.providers.errors import BadCredentials, Refused

# Payload key: id of the account row that holds the candidate.
CANDIDATE = "new_account_id"


def take_new_key(command: ProviderCommand) -> None:
    """Take the candidate's key over, once it is proven to be another key of the same requester; nothing where there is none.

    The payload forgets the candidate in the transaction that takes its key, so a repeat after a crash goes on with the new key.
    """
    if CANDIDATE not in command.payload:
        return
    renew(command, "Checking the new API key")
    candidate = ProviderAccount.objects.filter(pk=command.payload[CANDIDATE]).first()
    if candidate is None:
        raise Refused("The new key was refused and is not kept. Enter it again.", "key_gone")
    account = command.account
    try:
        with connected(candidate) as provider:
            info = provider.requester()
    except BadCredentials:
        candidate.delete()
        raise
    if account.requester_id and info.id != account.requester_id:
        candidate.delete()
        ours = account.requester_name or "the project's own requester"
        raise Refused(f"This key belongs to another requester ({info.name or info.id}). Enter a key of {ours}.", "another_requester")
    _swap(command, account, candidate)
    mirror.mirror_account(account, info)


@transaction.atomic
def _swap(command: ProviderCommand, account: ProviderAccount, candidate: ProviderAccount) -> None:
    key = credentials.rotate(candidate.encrypted_key)
    command.payload = {name: value for name, value in command.payload.items() if name != CANDIDATE}
    command.save(update_fields=["payload"])
    ProviderAccount.objects.filter(pk=account.pk).update(encrypted_key=key)
    candidate.delete()
    account.encrypted_key = key
