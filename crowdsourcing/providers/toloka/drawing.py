"""Jobs that are annotated on Toloka's own pages: one task, or one task suite with a task an image."""
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from crowdsourcing.providers.base import RemoteProject, RemoteTask
from crowdsourcing.providers.drawing import DrawingPage, DrawingProjectSpec
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.providers.toloka.drawing_words import page_json, project_json, suite_from
from crowdsourcing.providers.toloka.marks import carries
from crowdsourcing.providers.toloka.projects import PAGE as PROJECTS
from crowdsourcing.providers.toloka.tasks import Tasks
from crowdsourcing.providers.toloka.words import project_from, understood

# Images of one request: its input values may have a megabyte.
BATCH = 1_000
_PAGE = 5_000
_suite = understood(suite_from)


class Drawings(Tasks):
    def ensure_drawing_project(self, spec: DrawingProjectSpec) -> RemoteProject:
        for asked_at, items in self.pages("/v1/projects", {}, limit=PROJECTS):
            for item in items:
                if carries(item, spec.mark):
                    return project_from(item, asked_at)
        return project_from(self.call("post", "/v1/projects", json=project_json(spec)), datetime.now(UTC))

    def update_drawing_project(self, project_id: str, spec: DrawingProjectSpec) -> RemoteProject:
        found = self.call("get", f"/v1/projects/{project_id}")
        return project_from(self.call("put", f"/v1/projects/{project_id}", json={**found, **project_json(spec)}), datetime.now(UTC))

    def ensure_drawings(self, pool_id: str, pages: Sequence[DrawingPage], operation_id: UUID, *, together: bool,
                        overlap: int = 1) -> list[RemoteTask]:
        found = self._by_job(pool_id, together)
        if any(page.job_key not in found for page in pages):
            for number, batch in enumerate(_batches(pages)):
                if any(page.job_key not in found for page in batch):
                    # Batches are the same in every try, so their ids are too.
                    self._publish(pool_id, batch, operation_id if number == 0 else uuid5(operation_id, str(number)), together, overlap)
            found = self._by_job(pool_id, together)
        missing = sum(1 for page in pages if page.job_key not in found)
        if missing:
            sentence = f"The platform took the jobs but does not show {missing} of them yet. We look again."
            raise Unavailable(sentence, "TASKS_MISSING", retry_after=5)
        return [found[page.job_key] for page in pages]

    def _publish(self, pool_id: str, batch: Sequence[DrawingPage], operation_id: UUID, together: bool, overlap: int) -> None:
        body = [page_json(pool_id, page, index, together=together, overlap=overlap) for index, page in enumerate(batch)]
        self.create_once(_path(together), body, operation_id)

    def _by_job(self, pool_id: str, together: bool) -> dict[str, RemoteTask]:
        found: dict[str, RemoteTask] = {}
        for job in self.drawings(pool_id, together=together):
            # Should two carry one key (made by hand at the platform), the older one is ours.
            found.setdefault(job.job_key, job)
        return found

    def drawings(self, pool_id: str, *, together: bool, overlap_from: int = 0) -> list[RemoteTask]:
        if not together:
            return self.tasks(pool_id, overlap_from=overlap_from)
        params: dict[str, Any] = {"pool_id": pool_id, **({"overlap_gte": overlap_from} if overlap_from else {})}
        return [_suite(item, asked_at) for asked_at, items in self.pages(_path(together), params, limit=_PAGE) for item in items]

    def reissue_drawing(self, drawing_id: str, *, overlap: int, together: bool) -> RemoteTask:
        if not together:
            return self.reissue(drawing_id, overlap=overlap)
        saved = self.call("patch", f"{_path(together)}/{drawing_id}", json={"overlap": overlap}, params={"open_pool": "true"})
        return _suite(saved, datetime.now(UTC))

    def withdraw_drawing(self, drawing_id: str, *, overlap: int, together: bool) -> RemoteTask:
        if not together:
            return self.withdraw(drawing_id, overlap=overlap)
        wanted = {"overlap": overlap, "infinite_overlap": False}
        return _suite(self.call("patch", f"{_path(together)}/{drawing_id}/set-overlap-or-min", json=wanted), datetime.now(UTC))


def _path(together: bool) -> str:
    return "/v1/task-suites" if together else "/v1/tasks"


def _batches(pages: Sequence[DrawingPage]) -> Iterator[list[DrawingPage]]:
    """In order, each with at most BATCH images, or one job."""
    batch: list[DrawingPage] = []
    for page in pages:
        if batch and sum(len(one.images) for one in batch) + len(page.images) > BATCH:
            yield batch
            batch = []
        batch.append(page)
    if batch:
        yield batch
