"""Ids in Toloka's shapes.

Toloka-kit compares and pages by ids as Python strings, so every kind has one width: decimal ids start high in
their range of digits, and hex ids begin with the time, so that their order is the order of creation.
"""
import secrets
import threading
import uuid
from datetime import datetime

# First value of each decimal id; migration 0001 sets the sequences.
FIRST_PROJECT, FIRST_POOL, FIRST_SKILL = 100_001, 40_000_001, 100_001
FIRST_USER_SKILL = FIRST_RESTRICTION = FIRST_BONUS = 1_000_000_001

_lock = threading.Lock()
_last_microsecond = 0


def new_user_id() -> str:
    """A requester's or Toloker's id: 32 lower-case hex digits."""
    return uuid.uuid4().hex


def new_token() -> str:
    """An API token: no two dots, so toloka-kit sends it as `OAuth`."""
    return secrets.token_urlsafe(32)


def _tick(at: datetime) -> int:
    global _last_microsecond
    with _lock:
        _last_microsecond = max(_last_microsecond + 1, int(at.timestamp() * 1_000_000))
        return _last_microsecond


def new_pool_item_id(pool_id: int, at: datetime) -> str:
    """Id of a task, suite or assignment: `<pool as 10 hex digits>--<24 hex digits>`, ascending within a process.

    The 24 digits are seconds (8), microseconds (5) and chance (11).
    """
    seconds, micros = divmod(_tick(at), 1_000_000)
    return f"{pool_id:010x}--{seconds:08x}{micros:05x}{secrets.token_hex(6)[:11]}"


def new_hex_id(at: datetime) -> str:
    """Id of a message thread or subscription: 24 hex digits, ascending."""
    return new_pool_item_id(0, at).partition("--")[2]


def new_file_id(at: datetime) -> uuid.UUID:
    """Id of an attachment: a UUID of version 7 whose first 58 bits are the time, ascending within a process."""
    millis, micros = divmod(_tick(at), 1_000)
    return uuid.UUID(int=millis << 80 | 7 << 76 | micros << 66 | secrets.randbits(2) << 64 | 2 << 62 | secrets.randbits(62))
