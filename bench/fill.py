"""Creating a task of 10,000 tiny images, against a floor that reads their headers and inserts the rows.

`python bench/fill.py [images]`; starts servers of its own unless DATABASE_URL and REDIS_URL name some;
makes its own project, removes it, prints one line a turn.
Both work on the same stored files in the same run and leave the same rows in the same table; the floor is Pillow's header, SHA-256 and
`execute_values`. Target: within 3x.

22 November 2026, two busy cores, before and after rows went in by COPY, six turns each: processor time 3.0 to 5.5 and 2.5 to 3.1 s
(floor 0.8); ratio by the clock 1.9 to 3.9 and 1.9 to 4.0, medians 3.2 and 3.0. Of 250 us an image some 170 are its look: opened, hashed
(the floor's 85), its end and orientation found, its Frame made; 35 are a first look for archives and videos, the rest names, journal and
rows.
"""
import hashlib
import io
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.servers import ready

if __name__ == "__main__":
    ready()

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.db import connection, transaction
from PIL import Image
from psycopg2.extras import execute_values

from annotation import copies, runner
from annotation.models import Frame, Request
from annotation.services import projects, requests, tasks
from annotation.services.files import remove_tree


def run(count: int) -> None:
    """Three turns, each with its floor; copies are made later and are not counted, no bell rings."""
    copies.ring = requests.wake = lambda key: None  # type: ignore[assignment]
    user = get_user_model().objects.create_user(f"bench-{uuid.uuid4().hex[:8]}")
    project = projects.create_project(actor=user, name="Bench", labels=[])
    contents = [_picture(number) for number in range(100)]
    for turn in range(3):
        task = tasks.create_task(actor=user, project=project, name=f"Fill {turn}", segment_size=100)
        other = tasks.create_task(actor=user, project=project, name=f"Floor {turn}", segment_size=100)
        files = [(f"{number:05d}.jpg", ContentFile(contents[number % 100])) for number in range(count)]
        start = time.perf_counter()
        tasks.add_uploads(actor=user, task=task, files=files)  # type: ignore[arg-type]
        received = time.perf_counter() - start
        request = tasks.start_ingest(actor=user, task=task)
        paths = [str(upload.file.path) for upload in task.uploads.all()]
        start = time.perf_counter()
        floor_rows(other.pk, paths)
        floor = time.perf_counter() - start
        start = time.perf_counter()
        runner.run(str(request.pk))
        took = time.perf_counter() - start
        request = Request.objects.get(pk=request.pk)
        assert request.status == "finished", request.message
        assert Frame.objects.filter(task=task).count() == count
        print(f"{count} images: received in {received:.2f} s, task made in {took:.2f} s, floor {floor:.2f} s, ratio {took / floor:.2f}")
        remove_tree(f"tasks/{task.pk}")
    project.delete()
    user.delete()


def floor_rows(task_id: int, paths: list[str]) -> None:
    """Headers read, rows inserted."""
    rows = []
    for number, path in enumerate(paths):
        with open(path, "rb") as file:
            content = file.read()
        with Image.open(io.BytesIO(content)) as image:
            rows.append((task_id, number, f"{number:05d}.jpg", "", image.width, image.height, 1, "image/jpeg", len(content),
                         hashlib.sha256(content).hexdigest(), path, "", "", False, ""))
    with transaction.atomic(), connection.cursor() as cursor:
        execute_values(cursor, "INSERT INTO annotation_frame (task_id, number, name, source_url, width, height, orientation, media_type,"
                               " byte_size, sha256, original, thumbnail, work_copy, needs_work_copy, damage) VALUES %s", rows,
                       page_size=1000)


def _picture(number: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((60 + number, 40)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
