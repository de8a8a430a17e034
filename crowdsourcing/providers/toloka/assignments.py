"""Assignments: review, and bulk reading."""
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from crowdsourcing.providers.base import STREAMS, RemoteAssignment
from crowdsourcing.providers.errors import Refused, Unavailable
from crowdsourcing.providers.toloka.connection import Connection
from crowdsourcing.providers.toloka.words import assignment_from, moment, text_of

# The platform allows 100,000; this keeps an answer at a few megabytes.
PAGE = 2_000
_LARGEST = 100_000
# Before the platform was: "everything that has this time at all".
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class Assignments(Connection):
    def accept(self, assignment_id: str, comment: str) -> RemoteAssignment:
        return self._decide(assignment_id, "ACCEPTED", comment)

    def reject(self, assignment_id: str, comment: str) -> RemoteAssignment:
        return self._decide(assignment_id, "REJECTED", comment)

    def _decide(self, assignment_id: str, status: str, comment: str) -> RemoteAssignment:
        try:
            saved = self.call("patch", f"/v1/assignments/{assignment_id}", json={"status": status, "public_comment": comment})
        except Refused as error:
            # A repeat after a lost answer, or somebody was faster: what counts is where it is.
            found = self.assignment(assignment_id)
            if found.status == status:
                return found
            raise error
        return assignment_from(saved, datetime.now(UTC))

    def assignment(self, assignment_id: str) -> RemoteAssignment:
        asked_at = datetime.now(UTC)
        return assignment_from(self.call("get", f"/v1/assignments/{assignment_id}"), asked_at)

    def assignment_pages(self, pool_id: str, *, stream: str = "", since: datetime | None = None) -> Iterator[list[RemoteAssignment]]:
        if not stream:
            for asked_at, items in self.pages("/v1/assignments", {"pool_id": pool_id}, limit=PAGE):
                yield [assignment_from(item, asked_at) for item in items]
            return
        if stream not in STREAMS:
            raise ValueError(f"No such stream: {stream}")
        for asked_at, items in self.stream_items(pool_id, stream, since):
            yield [assignment_from(item, asked_at) for item in items]

    def stream_items(self, pool_id: str, stream: str, since: datetime | None) -> Iterator[tuple[datetime, list[dict[str, Any]]]]:
        """Pages by a time field, as (asked_at, items). The next page starts at the last moment of this one, so that items of one moment
        are never cut in two; what was given already is left out."""
        limit = PAGE
        params: dict[str, Any] = {"pool_id": pool_id, "sort": f"{stream},id", f"{stream}_gte": text_of(since or _BEGINNING)}
        given: set[str] = set()
        while True:
            asked_at = datetime.now(UTC)
            answer = self.call("get", "/v1/assignments", params={**params, "limit": limit})
            items = [item for item in answer.get("items") or [] if item["id"] not in given]
            if items:
                yield asked_at, items
            if not answer.get("has_more"):
                return
            if not items:
                # A whole page of one moment: only a larger page leads past it.
                if limit >= _LARGEST:
                    raise Unavailable("The platform repeats one page for ever. We try again later.", "STUCK_PAGES")
                limit = min(limit * 10, _LARGEST)
                continue
            at = items[-1][stream]
            given = {item["id"] for item in answer["items"] if item[stream] == at}
            params[f"{stream}_gte"] = text_of(moment(at) or asked_at)
