"""The signature of a platform's calls to us: `Toloka-Signature: {v=1, ts=<unix ms>, sign=<hex>}`, HMAC-SHA256 of `<ts>.<v>.<raw body>`."""
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

HEADER = "Toloka-Signature"
# Older calls may be somebody's copy. Both ways: clocks differ.
FRESH = timedelta(minutes=5)
_FORM = re.compile(r"\{v=(1), ts=([0-9]{1,15}), sign=([0-9a-f]{64})\}")


def is_genuine(header: str, body: bytes, secret: str, now: datetime) -> bool:
    """Whether these very bytes were signed with the secret, and not long ago."""
    found = _FORM.fullmatch(header.strip())
    if found is None:
        return False
    version, milliseconds, sign = found.groups()
    expected = hmac.new(secret.encode(), f"{milliseconds}.{version}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(sign, expected) and abs(now - _moment(int(milliseconds))) <= FRESH


def _moment(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
