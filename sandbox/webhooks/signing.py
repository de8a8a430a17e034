"""The signature by which a receiver knows whose call it is."""
import hashlib
import hmac

VERSION = 1


def signature(secret: str, milliseconds: int, body: bytes) -> str:
    """The value of Toloka-Signature: HMAC-SHA256 of `<ts>.<version>.<raw body>`; `milliseconds` since 1970."""
    sign = hmac.new(secret.encode(), f"{milliseconds}.{VERSION}.".encode() + body, hashlib.sha256).hexdigest()
    return f"{{v={VERSION}, ts={milliseconds}, sign={sign}}}"
