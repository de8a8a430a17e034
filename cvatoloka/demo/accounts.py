"""The people of the demo: an admin and a requester here, a requester with a balance on the sandbox."""
import secrets
from typing import Any

import httpx

from cvatoloka.demo.addresses import Addresses
from cvatoloka.demo.errors import DemoError
from cvatoloka.demo.kept import Kept

BALANCE = "1000.00"
USERS = {"requester": False, "admin": True}


def ensure_users(kept: Kept) -> dict[str, dict[str, str]]:
    """{"requester": {"username", "password"}, "admin": {...}}. Passwords are made once; one that its user changed is left alone."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    known: dict[str, dict[str, str]] = kept.read().get("users", {})
    for name, is_admin in USERS.items():
        if not users.filter(username=name).exists():
            known[name] = {"username": name, "password": secrets.token_urlsafe(9)}
            create = users.create_superuser if is_admin else users.create_user
            create(username=name, email=f"{name}@example.org", password=known[name]["password"])
            kept.put(users=known)
    return known


def ensure_toloka_token(addresses: Addresses, kept: Kept) -> str:
    """The OAuth token of a requester on the sandbox: the kept one while the sandbox knows it, else a new one's."""
    token: str = kept.read().get("toloka_token", "")
    try:
        if token and _knows(addresses, token):
            return token
        body = {"name": "Demo requester", "balance": BALANCE}
        answer = httpx.post(f"{addresses.sandbox_api}/control/v1/requesters", json=body, timeout=30)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise DemoError(f"The sandbox made no requester: {error}") from error
    token = answer.json()["token"]
    kept.put(toloka_token=token)
    return token


def _knows(addresses: Addresses, token: str) -> bool:
    answer = httpx.get(f"{addresses.sandbox_api}/api/v1/requester", headers={"Authorization": f"OAuth {token}"}, timeout=30)
    return answer.status_code == 200


def user_named(name: str) -> Any:
    """The user's row."""
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username=name)
