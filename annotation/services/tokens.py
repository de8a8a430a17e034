"""Personal access tokens."""
import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from annotation.models import AccessToken
from annotation.services.projects import clean_name

PREFIX = "cvt_"
# 216 random bits in 36 letters: with the prefix 40, the most that CVAT's client takes as the key of a login.
RANDOM_BYTES = 27


def create_token(*, owner: Any, name: str, expiry_date: datetime | None = None, read_only: bool = False) -> tuple[AccessToken, str]:
    """The row and its value. The value is nowhere stored: show it now or never. ValidationError with "name", "expiry_date"."""
    if expiry_date is not None and expiry_date <= timezone.now():
        raise ValidationError({"expiry_date": ["Give a moment that is still to come."]})
    value = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    token = AccessToken.objects.create(
        owner=owner, name=clean_name(name, length=50), prefix=value[:12], digest=hashlib.sha256(value.encode()).hexdigest(),
        read_only=read_only, expiry_date=expiry_date)
    return token, value


def revoke_token(*, owner: Any, token: AccessToken) -> AccessToken:
    """From now on the token opens nothing. Repeating it changes nothing; the first moment stays."""
    AccessToken.objects.filter(pk=token.pk, owner=owner, revoked_date=None).update(revoked_date=timezone.now())
    token.refresh_from_db()
    return token
