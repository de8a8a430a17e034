"""Registered buckets."""
import json
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from annotation import buckets, sealed, selectors
from annotation.errors import Forbidden, Refused
from annotation.models import CloudStorage, Organization, OrganizationMember, Request

ACTIVE = (Request.Status.QUEUED, Request.Status.STARTED)
LENGTHS = {"resource": 222, "display_name": 63, "description": 8_000}
_ATTRIBUTES = ("region", "endpoint_url", "prefix")
_MANAGERS = ("maintainer", "owner")


def storages_for(user: Any) -> QuerySet[CloudStorage]:
    """The user's own, and those of organizations where they are more than a worker; all for an admin."""
    if user is None or not user.is_authenticated or not user.is_active:
        return CloudStorage.objects.none()
    if selectors.is_admin(user):
        return CloudStorage.objects.all()
    places = OrganizationMember.objects.filter(user=user).exclude(role=selectors.WORKER).values("organization")
    return CloudStorage.objects.filter(Q(owner=user, organization=None) | Q(organization__in=places))


def may_change(user: Any, storage: CloudStorage) -> bool:
    """Its owner; maintainers and owners of its organization; admins."""
    if selectors.is_admin(user) or storage.owner_id == user.pk:
        return True
    return storage.organization_id is not None and OrganizationMember.objects.filter(
        organization=storage.organization_id, user=user, role__in=_MANAGERS).exists()


def create_storage(*, actor: Any, organization: Organization | None = None, **fields: Any) -> CloudStorage:
    """Register a bucket after it answered. Fields: provider_type, resource, display_name, description, credentials_type, key, secret_key,
    specific_attributes {region?, endpoint_url?, prefix?}. ValidationError with their names."""
    storage = CloudStorage(owner=actor, organization=organization)
    _set(storage, fields)
    storage.save()
    return storage


def update_storage(*, actor: Any, storage: CloudStorage, **fields: Any) -> CloudStorage:
    """Change what is given; a key that is not given stays. As `create_storage`; Forbidden."""
    _require_change(actor, storage)
    _set(storage, fields)
    storage.save()
    return storage


def delete_storage(*, actor: Any, storage: CloudStorage) -> None:
    """Forget the bucket; tasks made from it keep their images. Forbidden; Refused(code="in_use") while one is being made."""
    _require_change(actor, storage)
    if Request.objects.filter(status__in=ACTIVE, params__cloud__id=storage.pk).exists():
        raise Refused("A task is being made from this cloud storage. Wait until that is done.", "in_use")
    storage.delete()


def _require_change(actor: Any, storage: CloudStorage) -> None:
    if not may_change(actor, storage):
        raise Forbidden("Only who registered this cloud storage, or a maintainer of its organization, may change it.")


def _set(storage: CloudStorage, fields: dict[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    _set_provider(storage, fields, errors)
    for name, length in LENGTHS.items():
        value = str(fields.get(name, getattr(storage, name)) or "").strip()
        if (not value and name != "description") or len(value) > length:
            errors[name] = [f"Give from 1 to {length} characters." if name != "description" else f"Give at most {length} characters."]
        setattr(storage, name, value)
    secrets = _secrets(storage, fields, errors)
    if "specific_attributes" in fields:
        storage.specific_attributes = _attributes(fields["specific_attributes"], errors)
    if errors:
        raise ValidationError(errors)
    _prove(storage, secrets)
    storage.credentials = sealed.seal(json.dumps(secrets)) if secrets else b""


def _set_provider(storage: CloudStorage, fields: dict[str, Any], errors: dict[str, list[str]]) -> None:
    provider = fields.get("provider_type", storage.provider_type)
    if provider != CloudStorage.Provider.AWS_S3:
        errors["provider_type"] = ["Only AWS_S3_BUCKET is spoken here, by Amazon's servers and all that speak the same. "
                                   "Azure and Google offer no such door: copy the files into a bucket of that kind, or upload them."]
    kind = fields.get("credentials_type", storage.credentials_type)
    if kind not in CloudStorage.CredentialsType.values:
        errors["credentials_type"] = [f"Give one of {', '.join(CloudStorage.CredentialsType.values)}."]
    storage.provider_type, storage.credentials_type = provider, kind


def _secrets(storage: CloudStorage, fields: dict[str, Any], errors: dict[str, list[str]]) -> dict[str, str]:
    if fields.get("session_token"):
        errors["session_token"] = ["Keys for a while are not kept: give a key that stays, with the right to list and read."]
    if storage.credentials_type == CloudStorage.CredentialsType.ANONYMOUS_ACCESS:
        return {}
    try:
        kept = json.loads(sealed.unseal(storage.credentials) or "{}")
    except sealed.Unreadable:
        kept = {}
    secrets = {name: str(fields.get(name) or kept.get(name, "")) for name in ("key", "secret_key")}
    for name, value in secrets.items():
        if not value or len(value) > 512:
            errors[name] = ["Give the key and its secret, or choose anonymous access."]
    return secrets


def _attributes(given: dict[str, str], errors: dict[str, list[str]]) -> dict[str, str]:
    attributes = {name: str(given[name]).strip() for name in _ATTRIBUTES if str(given.get(name) or "").strip()}
    address = attributes.get("endpoint_url", "")
    if unknown := sorted(set(given) - set(_ATTRIBUTES)):
        errors["specific_attributes"] = [f"“{unknown[0]}” is not one of {', '.join(_ATTRIBUTES)}."]
    elif any(len(value) > 512 for value in attributes.values()):
        errors["specific_attributes"] = ["These are at most 512 characters each."]
    elif address and (urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname or "@" in address):
        errors["specific_attributes"] = ["The server's address is like https://s3.example.org, without a name or password."]
    return attributes


def _prove(storage: CloudStorage, secrets: dict[str, str]) -> None:
    """The bucket must answer: a wrong key is found now, not by the first task."""
    about = storage.specific_attributes
    place = buckets.Place(storage.resource, secrets.get("key", ""), secrets.get("secret_key", ""), about.get("region", ""),
                          about.get("endpoint_url", ""))
    try:
        buckets.Bucket(place).check()
    except buckets.BucketProblem as problem:
        raise ValidationError({"key" if problem.status == "FORBIDDEN" and secrets else "resource": [problem.sentence]}) from problem
