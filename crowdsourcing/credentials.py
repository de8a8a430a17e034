"""API keys at rest: encrypted with Fernet under CREDENTIALS_KEYS, newest first; any older key still opens, so keys rotate."""
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnreadableKey(Exception):
    """A stored key was encrypted under none of CREDENTIALS_KEYS. It must be entered again."""


class Secret:
    """A key in the clear, that shows itself to nobody by accident: `reveal()` is the only way to its value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written anywhere.")


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIALS_KEYS])


def encrypt(api_key: str) -> bytes:
    return _box().encrypt(api_key.encode())


def decrypt(encrypted_key: bytes | memoryview) -> Secret:
    """Raises UnreadableKey."""
    try:
        return Secret(_box().decrypt(bytes(encrypted_key)).decode())
    except InvalidToken:
        raise UnreadableKey("The stored API key cannot be read with the present CREDENTIALS_KEYS. Enter the key again.") from None


def rotate(encrypted_key: bytes | memoryview) -> bytes:
    """The same key under the newest of CREDENTIALS_KEYS. Raises UnreadableKey."""
    try:
        return _box().rotate(bytes(encrypted_key))
    except InvalidToken:
        raise UnreadableKey("The stored API key cannot be read with the present CREDENTIALS_KEYS.") from None
