"""Where the platform tells us news of a pool, and the secret it signs them with. Both follow from SECRET_KEY and stand in no table."""
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

from crowdsourcing.models import Pool, ProviderAccount

_SALT = "crowdsourcing.webhooks"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
PATH = "/crowdsourcing/webhooks/"


def base_for(account: ProviderAccount) -> str:
    """The application as this platform reaches it. The bundled sandbox may be nearer than others: in a compose file it calls `web`."""
    return str(settings.SANDBOX_WEBHOOK_BASE_URL if account.base_url == settings.SANDBOX_URL else settings.WEBHOOK_BASE_URL)


def address_of(pool: Pool) -> str:
    """The pool's own address; empty where there is no base for its platform."""
    base = base_for(pool.crowd_project.account)
    return f"{base}{PATH}{Signer(salt=_SALT).sign(str(pool.pk))}" if base else ""


def pool_id_of(token: str) -> int | None:
    """The pool whose address ends with this; None if it is nobody's."""
    try:
        return int(Signer(salt=_SALT).unsign(token))
    except (BadSignature, ValueError):
        return None


def secret_of(account: ProviderAccount) -> str:
    """64 hex digits, one for each connection."""
    return salted_hmac(_SALT, str(account.pk), algorithm="sha256").hexdigest()


def is_reachable(account: ProviderAccount) -> bool:
    """False where the platform is on another machine and our address names this one."""
    ours, theirs = urlsplit(base_for(account)).hostname or "", urlsplit(account.base_url).hostname or ""
    return ours not in _LOOPBACK or theirs in _LOOPBACK
