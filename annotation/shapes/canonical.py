"""The one way to write a snapshot as bytes, so that its digest can be checked by anybody."""
import hashlib
from typing import Any

import orjson


def canonical_json(data: Any) -> bytes:
    """UTF-8 JSON, keys sorted, no white space, shortest floats that read back the same."""
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


def digest_of(data: Any) -> str:
    """SHA-256 of the canonical JSON, hex."""
    return hashlib.sha256(canonical_json(data)).hexdigest()
