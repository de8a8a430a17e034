"""One HTTP connection through toloka-kit's client: its authorisation, session and error classes; not its object layer.

Its objects cost five to six times the transfer, refuse answers they do not know, and its retries repeat POSTs that are not
idempotent (and crash on a Retry-After header). So retries are off here, the outbox repeats, and JSON is read as it is.
"""
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from uuid import UUID

import httpx
import orjson
from toloka.client import TolokaClient
from toloka.util._managing_headers import add_headers
from urllib3.util.retry import Retry

from crowdsourcing.providers.errors import NotFound, ProviderError, Refused, Unavailable
from crowdsourcing.providers.toloka.faults import NotAnAnswer, classified, operation_failed

# How often and how long an operation of the platform is waited for before the outbox takes over.
_POLL_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0)
_CONFLICTS = (Refused, NotFound)


def _never() -> Retry:
    return Retry(total=0, respect_retry_after_header=False, backoff_factor=0, status_forcelist=[], allowed_methods=None)


@add_headers("client")
def _with_headers(client: Any, method: str, path: str, **kwargs: Any) -> httpx.Response:
    """The kit's request with the caller headers that its own methods send; it fails without them."""
    response: httpx.Response = client._raw_request(method, path, **kwargs)
    return response


class Connection:
    """`base_url` is the host root, without /api/v1. Timeouts in seconds."""

    def __init__(self, token: str, base_url: str, *, timeout: float = 30.0, operation_timeout: float = 60.0) -> None:
        # Any: the kit's stubs leave out the parts below its object layer.
        self._client = cast(Any, TolokaClient(token, url=base_url, retry_quotas=None, retryer_factory=_never, timeout=timeout))
        self._operation_timeout = operation_timeout
        self.clock_offset: int | None = None
        self._client._session.event_hooks["response"].append(self._note_clock)

    def close(self) -> None:
        self._client._session.close()

    def _note_clock(self, response: httpx.Response) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers["Date"])
        except (KeyError, ValueError):
            return
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        self.clock_offset = round((theirs - datetime.now(UTC)).total_seconds())

    def call(self, method: str, path: str, *, json: Any = None, params: dict[str, Any] | None = None, empty: bool = False) -> Any:
        """The answer's JSON object; None for an empty answer, which only a verb may give (`empty`). Raises ProviderError."""
        try:
            response = _with_headers(self._client, method, path, json=json, params=params)
            answer = orjson.loads(response.content) if response.content else None
            if not isinstance(answer, dict) and not (empty and answer is None):
                raise NotAnAnswer
            return answer
        except Exception as error:
            # One place for everything that can go wrong between us and them: see faults.
            known = classified(error)
            if known is None:
                raise
            raise known from error

    def pages(self, path: str, params: dict[str, Any], *, limit: int) -> Any:
        """Every item list of a collection, by id; yields (asked_at, items)."""
        params = {**params, "sort": "id", "limit": limit}
        while True:
            asked_at = datetime.now(UTC)
            answer = self.call("get", path, params=dict(params))
            items = answer.get("items") or []
            if items:
                yield asked_at, items
            if not answer.get("has_more") or not items:
                return
            params["id_gt"] = items[-1]["id"]

    def finish(self, operation: dict[str, Any] | None) -> None:
        """Wait until an operation is over. Refused(code="OPERATION_FAILED") if it failed; Unavailable while it goes on."""
        if operation is None:
            return
        deadline = time.monotonic() + self._operation_timeout
        waits = iter(_POLL_SECONDS)
        while operation["status"] not in ("SUCCESS", "FAIL"):
            if time.monotonic() > deadline:
                raise Unavailable("The platform is still working on it. We look again in a moment.", "OPERATION_RUNNING", retry_after=5)
            time.sleep(next(waits, _POLL_SECONDS[-1]))
            operation = self.call("get", f"/v1/operations/{operation['id']}")
        if operation["status"] == "FAIL":
            raise operation_failed(operation)

    def create_once(self, path: str, body: list[dict[str, Any]], operation_id: UUID) -> None:
        """Have all of `body` made, or nothing, by the operation of this id; one that is there already is waited for."""
        # A batch half made would need a second id.
        params = {"operation_id": str(operation_id), "async_mode": "true", "skip_invalid_items": "false", "allow_defaults": "true"}
        try:
            operation = self.call("post", path, json=body, params=params)
        except Refused as error:
            if error.code != "OPERATION_ALREADY_EXISTS":
                raise
            operation = self.call("get", f"/v1/operations/{operation_id}")
        self.finish(operation)

    def moved(self, path: str, read_path: str, wanted: str) -> tuple[datetime, dict[str, Any]]:
        """POST a verb and read the object back. "In that state already" is success, whatever the answer to the verb was."""
        refusal: ProviderError | None = None
        try:
            self.finish(self.call("post", path, empty=True))
        except _CONFLICTS as error:
            refusal = error
        asked_at = datetime.now(UTC)
        found = self.call("get", read_path)
        if refusal is not None and found["status"] != wanted:
            raise refusal
        return asked_at, found
