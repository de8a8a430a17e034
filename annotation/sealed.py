"""Secrets of this room at rest: sealed with Fernet under CREDENTIALS_KEYS, newest first; any older key still opens, so keys rotate."""
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """Sealed under none of CREDENTIALS_KEYS. It must be entered again."""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])


def seal(secret: str) -> bytes:
    """What may be stored; b"" for ""."""
    return _box().encrypt(secret.encode()) if secret else b""


def unseal(sealed: bytes | memoryview) -> str:
    """The secret in the clear; raises Unreadable."""
    if not sealed:
        return ""
    try:
        return _box().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise Unreadable from error
