"""Pools."""
from datetime import UTC, datetime
from typing import Any

from crowdsourcing.providers.base import PoolSpec, RemotePool
from crowdsourcing.providers.errors import Refused
from crowdsourcing.providers.toloka.connection import Connection
from crowdsourcing.providers.toloka.marks import carries
from crowdsourcing.providers.toloka.words import merged_pool, pool_differs, pool_from, pool_json

_PAGE = 300


class Pools(Connection):
    def ensure_pool(self, spec: PoolSpec) -> RemotePool:
        for asked_at, items in self.pages("/v1/pools", {"project_id": spec.project_id}, limit=_PAGE):
            for item in items:
                if carries(item, spec.mark):
                    return pool_from(item, asked_at)
        made = self.call("post", "/v1/pools", json=pool_json(spec))
        return pool_from(made, datetime.now(UTC))

    def _found(self, pool_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("get", f"/v1/pools/{pool_id}")
        return found

    def differs(self, pool_id: str, spec: PoolSpec) -> bool:
        return pool_differs(self._found(pool_id), spec)

    def update_pool(self, pool_id: str, spec: PoolSpec) -> RemotePool:
        found = self._found(pool_id)
        if found["status"] == "OPEN":
            raise Refused("The pool is open at the platform. Stop it first.", "INAPPROPRIATE_STATUS")
        saved = self.call("put", f"/v1/pools/{pool_id}", json=merged_pool(found, spec))
        return pool_from(saved, datetime.now(UTC))

    def quality_rules(self, pool_id: str) -> list[dict[str, Any]]:
        return list((self._found(pool_id).get("quality_control") or {}).get("configs") or [])

    def pool(self, pool_id: str) -> RemotePool:
        asked_at = datetime.now(UTC)
        return pool_from(self._found(pool_id), asked_at)

    def pools(self, project_id: str) -> list[RemotePool]:
        return [pool_from(item, asked_at) for asked_at, items in self.pages("/v1/pools", {"project_id": project_id}, limit=_PAGE)
                for item in items]

    def open_pool(self, pool_id: str) -> RemotePool:
        return self._moved(pool_id, "open", "OPEN")

    def close_pool(self, pool_id: str) -> RemotePool:
        return self._moved(pool_id, "close", "CLOSED")

    def archive_pool(self, pool_id: str) -> RemotePool:
        return self._moved(pool_id, "archive", "ARCHIVED")

    def _moved(self, pool_id: str, verb: str, wanted: str) -> RemotePool:
        asked_at, found = self.moved(f"/v1/pools/{pool_id}/{verb}", f"/v1/pools/{pool_id}", wanted)
        return pool_from(found, asked_at)
