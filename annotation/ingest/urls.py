"""Addresses of images, before anything is fetched."""
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError

from annotation.ingest.names import base_name

URL_LENGTH = 2048
MAX_SENTENCES = 20


def clean_urls(raw: list[Any], field: str = "urls") -> list[str]:
    """Stripped http and https addresses, empty lines dropped. ValidationError under `field` with a sentence for each bad one."""
    addresses, problems = [], []
    for number, entry in enumerate(raw, start=1):
        address = entry.strip() if isinstance(entry, str) else ""
        if not address and isinstance(entry, str):
            continue
        if problem := url_problem(address):
            problems.append(f"Address {number}: {problem}")
        addresses.append(address)
    if problems:
        more = [f"… and {len(problems) - MAX_SENTENCES} more."] if len(problems) > MAX_SENTENCES else []
        raise ValidationError({field: problems[:MAX_SENTENCES] + more})
    return addresses


def url_problem(address: str) -> str | None:
    """Why this cannot be an image's address, or None. Where it leads is checked when it is fetched."""
    if not address or len(address) > URL_LENGTH:
        return f"give an address of at most {URL_LENGTH} characters."
    if any(character.isspace() or ord(character) < 32 for character in address):
        return f"“{address[:200]}” contains white space."
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return f"“{address[:200]}” is not an address."
    if parts.scheme not in ("http", "https") or not host:
        return f"“{address[:200]}” does not start with http:// or https://."
    if parts.username or parts.password:
        return "names and passwords inside addresses are not accepted."
    return None


def name_of_url(address: str) -> str:
    """The last part of the path, or the host where there is none."""
    parts = urlsplit(address)
    return base_name(unquote(parts.path)) or str(parts.hostname)
