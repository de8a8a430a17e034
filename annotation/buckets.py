"""Registered buckets (CloudStorage) read with boto3: listing, looking, fetching. Nothing is ever written to them.

Connections go to public addresses only, or to hosts that INGEST_ALLOWED_PRIVATE_HOSTS names: checked on what DNS answered at the moment of
connecting. Credentials are those of the row, never those of this machine.
"""
import fnmatch
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSHTTPConnection, AWSHTTPConnectionPool, AWSHTTPSConnection, AWSHTTPSConnectionPool
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.conf import settings
from urllib3.util.connection import create_connection

from annotation import sealed
from annotation.ingest.addresses import AddressRefused, addresses_of
from annotation.ingest.kinds import is_wanted
from annotation.ingest.pictures import BadImage
from annotation.ingest.received import Received, TooLarge, receive
from annotation.models import CloudStorage
from annotation.stored import BLOCK_BYTES, Ranges, buffered

PAGE = 1000
_CONFIG = {
    "connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3, "mode": "standard"}, "max_pool_connections": 8, "proxies": {},
    "request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}
_FORBIDDEN = {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden", "AllAccessDisabled"}
_MISSING = {"404", "NoSuchBucket", "NoSuchKey", "NotFound", "InvalidBucketName"}


class BucketProblem(Exception):
    """A bucket that cannot be read. `status` is CVAT's word: FORBIDDEN or NOT_FOUND; `sentence` for people."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True)
class Place:
    """What it takes to read a bucket; made of a row or of a form that is not saved yet."""

    bucket: str
    key: str = ""
    secret_key: str = ""
    region: str = ""
    endpoint_url: str = ""


def place_of(storage: CloudStorage) -> Place:
    """BucketProblem when the credentials cannot be opened any more."""
    about = storage.specific_attributes
    try:
        secrets = json.loads(sealed.unseal(storage.credentials) or "{}")
    except sealed.Unreadable:
        raise BucketProblem("FORBIDDEN", "The key of this cloud storage cannot be read any more: enter it again.") from None
    return Place(storage.resource, secrets.get("key", ""), secrets.get("secret_key", ""), about.get("region", ""),
                 about.get("endpoint_url", ""))


class Bucket:
    """One bucket. Safe to use from several threads."""

    def __init__(self, place: Place) -> None:
        self._name = place.bucket
        self._client = _client(place)

    def status(self) -> str:
        """AVAILABLE, FORBIDDEN or NOT_FOUND (also for servers that cannot be reached)."""
        try:
            self.check()
        except BucketProblem as problem:
            return problem.status
        return "AVAILABLE"

    def check(self) -> None:
        """BucketProblem unless its files can be listed."""
        with _problems(f"The bucket {self._name}"):
            self._client.list_objects_v2(Bucket=self._name, MaxKeys=1)

    def page(self, prefix: str, token: str = "", size: int = PAGE, search: str = "") -> tuple[list[dict[str, str]], str]:
        """Folders and files right below `prefix` ("" or ending with a slash) whose names begin with `search`, and the token of the next
        page or "". {name, type, mime_type} as of the server's share. BucketProblem."""
        asked: dict[str, Any] = {"ContinuationToken": token} if token else {}
        with _problems(f"The bucket {self._name}"):
            answer = self._client.list_objects_v2(Bucket=self._name, Prefix=prefix + search, Delimiter="/", MaxKeys=size, **asked)
        folders = [one["Prefix"][len(prefix):].rstrip("/") for one in answer.get("CommonPrefixes", [])]
        files = [one["Key"][len(prefix):] for one in answer.get("Contents", []) if one["Key"] != prefix]
        rows = [{"name": name, "type": "DIR", "mime_type": "DIR"} for name in folders]
        rows += [{"name": name, "type": "REG", "mime_type": _mime(name)} for name in files]
        return rows, answer.get("NextContinuationToken", "")

    def keys(self, names: list[str], exclude: list[str], pattern: str, limit: int) -> list[str]:
        """Keys of files, at most `limit` + 1: `names` as they are, those that end with a slash (or all with "/") for what is below them.
        BucketProblem."""
        found: dict[str, None] = {}
        for name in names or ["/"]:
            below = self._below(name.lstrip("/")) if name.endswith("/") else iter([name])
            for key in below:
                left_out = any(key == other or key.startswith(other.rstrip("/") + "/") for other in exclude)
                if not left_out and (not pattern or fnmatch.fnmatchcase(key, pattern)):
                    found.setdefault(key)
                if len(found) > limit:
                    return list(found)
        return list(found)

    def _below(self, prefix: str) -> Iterator[str]:
        with _problems(f"The bucket {self._name}"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=prefix):
                yield from (one["Key"] for one in page.get("Contents", []) if is_wanted(one["Key"]))

    def receive(self, key: str) -> Received:
        """The file's content. BadImage."""
        limit = settings.INGEST_MAX_FILE_BYTES
        try:
            with _problems("", key):
                answer = self._client.get_object(Bucket=self._name, Key=key)
                with closing(answer["Body"]) as body:
                    return receive(body.iter_chunks(BLOCK_BYTES), limit)
        except TooLarge:
            raise BadImage(f"is larger than {limit:,} bytes.") from None
        except BucketProblem as problem:
            raise BadImage(problem.sentence) from problem

    def open(self, key: str) -> IO[bytes]:
        """The file to be read from any place, by ranges. BadImage."""
        try:
            with _problems("", key):
                size = int(self._client.head_object(Bucket=self._name, Key=key)["ContentLength"])
        except BucketProblem as problem:
            raise BadImage(problem.sentence) from problem
        if size > settings.INGEST_MAX_TOTAL_BYTES:
            raise BadImage(f"has {size:,} bytes; at most {settings.INGEST_MAX_TOTAL_BYTES:,} are allowed.")
        return buffered(Ranges(size, partial(self._range, key)))

    def _range(self, key: str, start: int, stop: int) -> bytes:
        try:
            body = self._client.get_object(Bucket=self._name, Key=key, Range=f"bytes={start}-{stop - 1}")["Body"]
            with closing(body):
                return bytes(body.read())
        except (ClientError, BotoCoreError, HTTPClientError, AddressRefused) as error:
            raise OSError(f"cannot be read from the bucket ({type(error).__name__})") from error


@contextmanager
def _problems(subject: str, key: str = "") -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        subject = f"{subject} " if subject else ""
        if code in _FORBIDDEN:
            raise BucketProblem("FORBIDDEN", f"{subject}cannot be read with this key.") from error
        if code in _MISSING:
            raise BucketProblem("NOT_FOUND", f"{subject}is not in the bucket." if key else f"{subject}does not exist.") from error
        raise BucketProblem("NOT_FOUND", f"{subject}cannot be read: the server answered {code[:60] or 'an error'}.") from error
    except AddressRefused as error:
        raise BucketProblem("NOT_FOUND", str(error)) from error
    except (BotoCoreError, HTTPClientError, ValueError) as error:
        if isinstance(getattr(error, "kwargs", {}).get("error"), AddressRefused):
            raise BucketProblem("NOT_FOUND", str(error.kwargs["error"])) from error  # type: ignore[union-attr]
        raise BucketProblem("NOT_FOUND", f"{subject or 'It'} cannot be reached ({type(error).__name__}).") from error


def _mime(name: str) -> str:
    from annotation.ingest import kinds

    if kinds.has_image_suffix(name):
        return "image"
    return "video" if kinds.may_be_video(name) else "archive" if kinds.may_be_archive(name) else "unknown"


def _client(place: Place) -> Any:
    anonymous = not place.key
    config = Config(signature_version=UNSIGNED if anonymous else "s3v4",
                    s3={"addressing_style": "path" if place.endpoint_url else "auto"}, **_CONFIG)
    try:
        client = boto3.session.Session().client(
            "s3", aws_access_key_id=place.key or "anonymous", aws_secret_access_key=place.secret_key or "anonymous",
            region_name=place.region or "us-east-1", endpoint_url=place.endpoint_url or None, config=config)
    except (ValueError, BotoCoreError) as error:
        raise BucketProblem("NOT_FOUND", "The address of the server is not one: write it like https://s3.example.org.") from error
    client._endpoint.http_session._manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return client


class _Guarded:
    """Connects to a checked address; host name, TLS name and certificate check stay those of the URL."""

    def _new_conn(self) -> Any:
        connection: Any = self
        problem: OSError | None = None
        for address in addresses_of(connection._dns_host, connection.port)[:4]:
            try:
                return create_connection((address, connection.port), connection.timeout, source_address=connection.source_address,
                                         socket_options=connection.socket_options)
            except OSError as error:
                problem = error
        raise problem or OSError("no address")


class _Connection(_Guarded, AWSHTTPConnection):
    pass


class _SecureConnection(_Guarded, AWSHTTPSConnection):
    pass


class _Pool(AWSHTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(AWSHTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def of_request(params: dict[str, Any]) -> Bucket | None:
    """The bucket that Request.params name. BucketProblem."""
    if "cloud" not in params:
        return None
    storage = CloudStorage.objects.filter(pk=params["cloud"]["id"]).first()
    if storage is None:
        raise BucketProblem("NOT_FOUND", "The cloud storage was removed meanwhile. Register it again.")
    return Bucket(place_of(storage))
