"""What the measurements ask about, written by bulk SQL: many jobs in a list, jobs of 100 frames with shapes and files."""
import io
import random
from functools import cache
from typing import Any

import orjson
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from PIL import Image

from annotation.models import Frame, FrameAnnotation, Job, Task
from annotation.services import projects, tokens
from bench.plain.client import Requests, prepared

FRAMES = 100
JOBS_A_TASK = 1_000
SIZE = (1920, 1080)
SAVED = 16  # jobs that are saved to in turn: clients that save at once save different ones
LABELS = [{"name": f"label {number}", "attributes": [{"name": "side", "input_type": "select", "values": ["left", "right"]}]}
          for number in range(10)]


class World:
    """Each measurement is a method: (our rounds, the floor's rounds), number of the round -> its requests."""

    def __init__(self, port: int, jobs: int) -> None:
        self.host = f"localhost:{port}"
        self.owner = get_user_model().objects.create_user("bench", email="bench@example.org")
        self.token = tokens.create_token(owner=self.owner, name="bench")[1]
        self.project = projects.create_project(actor=self.owner, name="Bench", labels=LABELS)
        self.labels = list(self.project.labels.values_list("pk", flat=True))
        self.jobs = jobs
        self._fill_list(jobs)
        self.opened = self._job("opened", shapes=10)
        self.saved = [self._job(f"saved {number}", files=False) for number in range(SAVED)]
        self.bodies = [orjson.dumps(self._body(number)) for number in range(2)]
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _fill_list(self, jobs: int) -> None:
        tasks = Task.objects.bulk_create([
            Task(project=self.project, owner=self.owner, name=f"Task {number}", size=JOBS_A_TASK * FRAMES, segment_size=FRAMES)
            for number in range(max(1, jobs // JOBS_A_TASK))])
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO annotation_job (type, task_id, start_frame, stop_frame, stage, state, assignee_id, attempt, worker, revision, "
                "last_object_id, created_date, updated_date) SELECT 'annotation', t.id, n * %s, n * %s + %s, 'annotation', 'new', "
                "CASE WHEN n %% 2 = 0 THEN %s END, '', '', 0, 0, now(), now() FROM annotation_task t, generate_series(0, %s) n "
                "WHERE t.id = ANY(%s)",
                [FRAMES, FRAMES, FRAMES - 1, self.owner.pk, min(jobs, JOBS_A_TASK) - 1, [task.pk for task in tasks]])

    def _job(self, name: str, *, shapes: int = 0, files: bool = True) -> Job:
        task = Task.objects.create(project=self.project, owner=self.owner, name=name, size=FRAMES)
        job = Job.objects.create(task=task, start_frame=0, stop_frame=FRAMES - 1)
        content = _picture()
        rows = []
        for number in range(FRAMES):
            original = default_storage.save(f"tasks/{task.pk}/{number}.jpg", ContentFile(content)) if files else "none"
            rows.append(Frame(task=task, number=number, name=f"{number:03}.jpg", width=SIZE[0], height=SIZE[1], media_type="image/jpeg",
                              byte_size=len(content), sha256=f"{task.pk:032}{number:032}", original=original, thumbnail=original))
        Frame.objects.bulk_create(rows)
        if shapes:
            FrameAnnotation.objects.bulk_create([FrameAnnotation(job=job, frame=number, shapes=[
                {**shape, "id": number * shapes + place} for place, shape in enumerate(self._shapes(shapes, number), 1)])
                for number in range(FRAMES)])
        return job

    def _shapes(self, count: int, seed: int) -> list[dict[str, Any]]:
        chance = random.Random(seed)
        found = []
        for _ in range(count):
            x, y = round(chance.uniform(0, SIZE[0] - 200), 2), round(chance.uniform(0, SIZE[1] - 200), 2)
            found.append({"type": "rectangle", "label_id": chance.choice(self.labels), "points": [x, y, x + 150.25, y + 99.5],
                          "rotation": 0.0, "occluded": False, "z_order": 0, "group": 0, "source": "manual", "attributes": []})
        return found

    def _body(self, seed: int) -> dict[str, Any]:
        """100 shapes on 10 frames."""
        shapes = [{**shape, "frame": number // 10} for number, shape in enumerate(self._shapes(100, seed))]
        return {"version": 0, "tags": [], "shapes": shapes, "tracks": []}

    def _both(self, ours: Any, floor: Any) -> tuple[Any, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.cvat+json"}

        def steps(make: Any, headers: dict[str, str]) -> Any:
            @cache
            def bytes_of(method: str, path: str, body: bytes = b"") -> bytes:
                return prepared(method, path, self.host, headers, body)

            def of(number: int) -> Requests:
                return [bytes_of(*step) for step in make(number)]
            return of
        return steps(ours, headers), steps(floor, {})

    def list(self) -> tuple[Any, Any]:
        """One of the first ten pages of 100, another each time."""
        pages = min(10, max(1, self.jobs // 100))

        def page(number: int) -> int:
            return number % pages + 1
        return self._both(lambda n: [("GET", f"/api/jobs?page={page(n)}&page_size=100")],
                          lambda n: [("GET", f"/floor/jobs?page={page(n)}&page_size=100&owner={self.owner.pk}")])

    def save(self) -> tuple[Any, Any]:
        """100 shapes in place of 100 others."""
        def job(number: int) -> int:
            # The clients' numbers lie 100,000 apart.
            return self.saved[(number // 100_000 * 2) % SAVED].pk
        return self._both(lambda n: [("PUT", f"/api/jobs/{job(n)}/annotations/", self.bodies[n % 2])],
                          lambda n: [("PUT", f"/floor/jobs/{job(n)}/annotations", self.bodies[n % 2])])

    def get(self) -> tuple[Any, Any]:
        """100 shapes."""
        job = self.saved[1]
        FrameAnnotation.objects.filter(job=job).delete()
        FrameAnnotation.objects.bulk_create([FrameAnnotation(job=job, frame=number, shapes=[
            {**shape, "id": number * 10 + place} for place, shape in enumerate(self._shapes(10, number), 1)]) for number in range(10)])
        return self._both(lambda n: [("GET", f"/api/jobs/{job.pk}/annotations/")], lambda n: [("GET", f"/floor/jobs/{job.pk}/annotations")])

    def frame(self) -> tuple[Any, Any]:
        """One picture as it came, another each time."""
        job = self.opened.pk
        return self._both(lambda n: [("GET", f"/api/jobs/{job}/data?type=frame&number={n % FRAMES}&quality=original")],
                          lambda n: [("GET", f"/floor/jobs/{job}/frames/{n % FRAMES}")])

    def open(self) -> tuple[Any, Any]:
        """Job, labels, meta, annotations, first frame."""
        job = self.opened.pk
        return self._both(
            lambda n: [("GET", f"/api/jobs/{job}"), ("GET", f"/api/labels?job_id={job}&page_size=100"),
                       ("GET", f"/api/jobs/{job}/data/meta"), ("GET", f"/api/jobs/{job}/annotations/"),
                       ("GET", f"/api/jobs/{job}/data?type=frame&number=0&quality=original")],
            lambda n: [("GET", f"/floor/jobs/{job}"), ("GET", f"/floor/jobs/{job}/labels"), ("GET", f"/floor/jobs/{job}/meta"),
                       ("GET", f"/floor/jobs/{job}/annotations"), ("GET", f"/floor/jobs/{job}/frames/0")])


def _picture() -> bytes:
    made = io.BytesIO()
    Image.effect_noise(SIZE, 12).convert("RGB").resize(SIZE).save(made, "JPEG", quality=60)
    return made.getvalue()

