"""Jobs that the platform shows by itself, at the platform in memory. A job is one row there, however many images it has."""
from collections.abc import Sequence
from uuid import UUID

from crowdsourcing.providers.base import RemoteProject, RemoteTask
from crowdsourcing.providers.drawing import DrawingPage, DrawingProjectSpec
from crowdsourcing.providers.errors import Refused
from crowdsourcing.providers.fake.asking import FakeAsking
from crowdsourcing.providers.fake.platform import FakeTask


class FakeDrawing(FakeAsking):
    def _tasks(self, pool_id: str, overlap_from: int) -> list[RemoteTask]:
        raise NotImplementedError

    def tasks(self, pool_id: str, *, overlap_from: int = 0) -> list[RemoteTask]:
        raise NotImplementedError

    def reissue(self, task_id: str, *, overlap: int) -> RemoteTask:
        raise NotImplementedError

    def withdraw(self, task_id: str, *, overlap: int) -> RemoteTask:
        raise NotImplementedError

    def ensure_drawing_project(self, spec: DrawingProjectSpec) -> RemoteProject:
        self._enter("ensure_drawing_project", spec)
        for project_id, found in self.platform.projects.items():
            if found["spec"].mark == spec.mark:
                return self._project(project_id)
        project_id = str(next(self.platform.numbers))
        self.platform.projects[project_id] = {"spec": spec, "status": "ACTIVE"}
        self._leave("ensure_drawing_project", project_id)
        return self._project(project_id)

    def update_drawing_project(self, project_id: str, spec: DrawingProjectSpec) -> RemoteProject:
        self._enter("update_drawing_project", project_id, spec)
        if self._project(project_id).status != "ACTIVE":
            raise Refused("The project is archived.", "INAPPROPRIATE_STATUS")
        self.platform.projects[project_id]["spec"] = spec
        self._leave("update_drawing_project", project_id)
        return self._project(project_id)

    def ensure_drawings(self, pool_id: str, pages: Sequence[DrawingPage], operation_id: UUID, *, together: bool,
                        overlap: int = 1) -> list[RemoteTask]:
        self._enter("ensure_drawings", pool_id, tuple(pages), operation_id, together)
        if together != self.platform.pools[pool_id]["spec"].together:
            raise Refused("Pages of this pool are made in the other way.", "POOL_TASK_TYPE_CONFLICT")
        there = {task.job_key for task in self.platform.tasks.values() if task.pool_id == pool_id}
        missing = [page for page in pages if page.job_key not in there]
        if missing and operation_id not in self.platform.operations:
            self.platform.operations.add(operation_id)
            for page in missing:
                task_id = f"{int(pool_id):010x}--{next(self.platform.numbers):024x}"
                self.platform.tasks[task_id] = FakeTask(task_id, pool_id, page.job_key, overlap, images=page.images)
            self._leave("ensure_drawings", pool_id, len(missing))
        wanted = {page.job_key for page in pages}
        return [task for task in self._tasks(pool_id, 0) if task.job_key in wanted]

    def drawings(self, pool_id: str, *, together: bool, overlap_from: int = 0) -> list[RemoteTask]:
        return self.tasks(pool_id, overlap_from=overlap_from)

    def reissue_drawing(self, drawing_id: str, *, overlap: int, together: bool) -> RemoteTask:
        return self.reissue(drawing_id, overlap=overlap)

    def withdraw_drawing(self, drawing_id: str, *, overlap: int, together: bool) -> RemoteTask:
        return self.withdraw(drawing_id, overlap=overlap)
