"""Tasks: one a job."""
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from crowdsourcing.providers.base import RemoteTask
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.providers.toloka.connection import Connection
from crowdsourcing.providers.toloka.words import task_from

# Tasks of one request; and of one page when they are read (the platform's limit is 100,000).
BATCH = 5_000
PAGE = 10_000


class Tasks(Connection):
    def ensure_tasks(self, pool_id: str, job_keys: Sequence[str], operation_id: UUID, *, overlap: int = 1) -> list[RemoteTask]:
        found = self._by_key(pool_id)
        if any(key not in found for key in job_keys):
            for number in range(0, len(job_keys), BATCH):
                batch = job_keys[number:number + BATCH]
                if any(key not in found for key in batch):
                    # Batches are the same in every try, so their ids are too.
                    self._create(pool_id, batch, operation_id if number == 0 else uuid5(operation_id, str(number)), overlap)
            found = self._by_key(pool_id)
        missing = sum(1 for key in job_keys if key not in found)
        if missing:
            sentence = f"The platform took the jobs but does not show {missing} of them yet. We look again."
            raise Unavailable(sentence, "TASKS_MISSING", retry_after=5)
        return [found[key] for key in job_keys]

    def _create(self, pool_id: str, job_keys: Sequence[str], operation_id: UUID, overlap: int) -> None:
        body = [{"pool_id": pool_id, "input_values": {"job_key": key}, "overlap": overlap, "__item_idx": str(index)}
                for index, key in enumerate(job_keys)]
        self.create_once("/v1/tasks", body, operation_id)

    def _by_key(self, pool_id: str) -> dict[str, RemoteTask]:
        found: dict[str, RemoteTask] = {}
        for task in self._tasks(pool_id, {}):
            # Should two carry one key (made by hand at the platform), the older one is ours.
            found.setdefault(task.job_key, task)
        return found

    def tasks(self, pool_id: str, *, overlap_from: int = 0) -> list[RemoteTask]:
        return self._tasks(pool_id, {"overlap_gte": overlap_from} if overlap_from else {})

    def _tasks(self, pool_id: str, extra: dict[str, Any]) -> list[RemoteTask]:
        return [task_from(item, asked_at) for asked_at, items in self.pages("/v1/tasks", {"pool_id": pool_id, **extra}, limit=PAGE)
                for item in items]

    def reissue(self, task_id: str, *, overlap: int) -> RemoteTask:
        saved = self.call("patch", f"/v1/tasks/{task_id}", json={"overlap": overlap}, params={"open_pool": "true"})
        return task_from(saved, datetime.now(UTC))

    def withdraw(self, task_id: str, *, overlap: int) -> RemoteTask:
        saved = self.call("patch", f"/v1/tasks/{task_id}/set-overlap-or-min", json={"overlap": overlap, "infinite_overlap": False})
        return task_from(saved, datetime.now(UTC))
