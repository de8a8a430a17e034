"""The only door to providers: opens a connection for an account, and lets no call through while a transaction is open."""
import importlib
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.db import transaction

from crowdsourcing import credentials, mirror
from crowdsourcing.models import ProviderAccount
from crowdsourcing.providers.base import Provider
from crowdsourcing.providers.errors import BadCredentials


def _toloka(account: ProviderAccount, key: credentials.Secret, timeout: float) -> Provider:
    # toloka-kit takes seconds to import: only processes that call the platform pay for it, and none at its start.
    from crowdsourcing.providers.toloka import TolokaProvider

    return TolokaProvider(key.reveal(), account.base_url, timeout=timeout)


# Provider's name -> how to connect. Tests put the fake here.
FACTORIES: dict[str, Callable[[ProviderAccount, credentials.Secret, float], Provider]] = {"toloka": _toloka}


def warm() -> None:
    """Import what a first call will need."""
    importlib.import_module("crowdsourcing.providers.toloka")


def warm_in_background() -> None:
    """The same beside other work; nothing where it was done before."""
    if "crowdsourcing.providers.toloka" not in sys.modules:
        threading.Thread(target=warm, name="warm", daemon=True).start()


def refuse_open_transaction() -> None:
    """RuntimeError if any transaction block is open: a durable block cannot be inside another."""
    with transaction.atomic(durable=True):
        pass


class Guarded:
    """A provider behind the guard: every call, and every page of a stream, is checked first."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._provider, name)
        if not callable(value):
            return value

        @wraps(value)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            refuse_open_transaction()
            answer = value(*args, **kwargs)
            return _guarded_pages(answer) if inspect.isgenerator(answer) else answer

        return guarded


def _guarded_pages(pages: Iterator[Any]) -> Iterator[Any]:
    while True:
        refuse_open_transaction()
        try:
            page = next(pages)
        except StopIteration:
            return
        yield page


@contextmanager
def connected(account: ProviderAccount, *, timeout: float | None = None) -> Iterator[Provider]:
    """A guarded connection; what it learnt of the platform's clock is mirrored at the end.

    BadCredentials when the stored key cannot be read.
    """
    refuse_open_transaction()
    try:
        key = credentials.decrypt(account.encrypted_key)
    except credentials.UnreadableKey as error:
        raise BadCredentials(str(error), "UNREADABLE_KEY") from None
    provider = FACTORIES[account.provider](account, key, timeout or settings.PLATFORM_TIMEOUT_SECONDS)
    try:
        yield cast(Provider, Guarded(provider))
    finally:
        provider.close()
        mirror.mirror_clock(account, provider.clock_offset)
