"""Where uploaded and made files lie: Django's STORAGES out of one address."""
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Bytes of a stored file that stay in memory while it is read; beyond that it goes through a temporary file.
MEMORY_BYTES = 8 * 1024 * 1024
_SCHEMES = {"s3": "https", "s3+http": "http"}
_EXAMPLE = "s3://key:secret@host/bucket?region=eu-central-1"


def media_storage(address: str) -> dict[str, Any]:
    """The entry of STORAGES for MEDIA_STORAGE_URL: a local folder for "", else `s3://key:secret@host[:port]/bucket/prefix?region=`.

    `s3+http` for a server without TLS, no host for Amazon's own. Reserved signs in key and secret are percent-encoded.
    ImproperlyConfigured for anything else, without repeating the secret.
    """
    if not address:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(address)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if parts.scheme not in _SCHEMES or not bucket or not (parts.username and parts.password):
        raise ImproperlyConfigured(f"MEDIA_STORAGE_URL is not like {_EXAMPLE}.")
    host = parts.netloc.rpartition("@")[2]
    region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username), "secret_key": unquote(parts.password), "bucket_name": bucket, "location": prefix,
            "endpoint_url": f"{_SCHEMES[parts.scheme]}://{host}" if host else None, "region_name": region,
            # Names carry random parts: nothing is looked for before it is written, nothing is public.
            "file_overwrite": True, "default_acl": None, "querystring_auth": True, "max_memory_size": MEMORY_BYTES,
            "client_config": _client_config(own_server=bool(host)),
        },
    }


def _client_config(*, own_server: bool) -> Any:
    from botocore.config import Config  # only who stores there loads it

    return Config(
        connect_timeout=5, read_timeout=60, retries={"max_attempts": 4, "mode": "standard"}, max_pool_connections=16,
        signature_version="s3v4", s3={"addressing_style": "path" if own_server else "auto"},
        # Servers other than Amazon's do not know the newer checksums.
        request_checksum_calculation="when_required", response_checksum_validation="when_required")
