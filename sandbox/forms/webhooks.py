"""Checking a webhook subscription."""
from typing import Any
from urllib.parse import urlsplit

from sandbox.engine.events import ASSIGNMENT_EVENTS
from sandbox.forms.checker import Checker

# TEST_EVENT may be subscribed to, and happens when the test call makes it happen.
EVENT_TYPES = (*ASSIGNMENT_EVENTS, "POOL_CLOSED", "DYNAMIC_OVERLAP_COMPLETED", "TEST_EVENT")
MAX_URL = 2_000
MAX_SECRET = 1_024


def subscription_form(body: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """(`event_type, webhook_url, pool_id, secret_key`, what is wrong by path)."""
    check = Checker(body)
    form = {"event_type": check.choice("event_type", EVENT_TYPES, required=True), "webhook_url": _address(check),
            "pool_id": check.text("pool_id", required=True), "secret_key": check.text("secret_key", longest=MAX_SECRET)}
    return {name: value or "" for name, value in form.items()}, check.errors


def _address(check: Checker) -> str | None:
    url = check.text("webhook_url", required=True, longest=MAX_URL)
    if url is not None and not is_address(url):
        return check.fail("webhook_url", "INVALID_URL_SYNTAX", "An address like https://example.com/hook is expected")
    return url


def is_address(url: str) -> bool:
    """Whether it is an http or https address in plain characters, with a host and a possible port."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
