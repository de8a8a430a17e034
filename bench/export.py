"""Export of many boxes against the floor: `json.dump` of the same boxes from a list in memory.

`python bench/export.py [boxes]`; starts servers of its own unless DATABASE_URL and REDIS_URL name some;
makes its own project, removes it, prints one line.
Target: 100,000 boxes without images in under 30 s and in memory that does not grow with their number.
"""
import json
import sys
import tempfile
import time
import tracemalloc
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.servers import ready

if __name__ == "__main__":
    ready()

from django.contrib.auth import get_user_model

from annotation.formats import coco, cvat
from annotation.formats.losses import Losses
from annotation.formats.scope import Scope
from annotation.models import Frame, FrameAnnotation, Job, Label, Project, Task

BOXES_A_FRAME = 100


def fill(boxes: int) -> Task:
    """A task whose frames hold `boxes` boxes; its frames have no files."""
    owner = get_user_model().objects.create_user(f"bench-{uuid.uuid4().hex[:8]}")
    project = Project.objects.create(name="bench", owner=owner)
    label = Label.objects.create(project=project, name="car", color="#112233")
    frames = max(boxes // BOXES_A_FRAME, 1)
    task = Task.objects.create(project=project, name="bench", owner=owner, size=frames)
    job = Job.objects.create(task=task, start_frame=0, stop_frame=frames - 1)
    Frame.objects.bulk_create([Frame(task=task, number=n, name=f"{n}.jpg", width=1920, height=1080, media_type="image/jpeg", byte_size=1,
                                     sha256="0" * 64, original="x", thumbnail="x") for n in range(frames)], batch_size=1000)
    shapes = [{"id": i, "type": "rectangle", "label_id": label.pk, "points": [i + 0.25, 2.5, i + 50.75, 90.125], "rotation": 0.0,
               "occluded": False, "z_order": 0, "group": 0, "source": "manual", "attributes": []} for i in range(BOXES_A_FRAME)]
    FrameAnnotation.objects.bulk_create([FrameAnnotation(job=job, frame=n, shapes=shapes) for n in range(frames)], batch_size=200)
    return task


def main(boxes: int) -> None:
    """Print times, ratios and the peak of Python's memory."""
    task = fill(boxes)
    try:
        floor_data = [{"id": i, "image_id": 1 + i // 100, "category_id": 1, "bbox": [1.25, 2.5, 50.5, 87.625], "area": 4425.06,
                       "iscrowd": 0, "segmentation": [[1.25, 2.5, 51.75, 2.5, 51.75, 90.125, 1.25, 90.125]],
                       "attributes": {"occluded": False}}
                      for i in range(boxes)]
        with tempfile.TemporaryFile("w") as out:
            start = time.perf_counter()
            json.dump(floor_data, out)
            floor = time.perf_counter() - start
        for writer in (coco, cvat):
            with tempfile.TemporaryFile() as out:
                start = time.perf_counter()
                writer.write(Scope(task, False), out, Losses(), lambda done: None)
                taken = time.perf_counter() - start
            with tempfile.TemporaryFile() as out:
                tracemalloc.start()
                writer.write(Scope(task, False), out, Losses(), lambda done: None)
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
            name = writer.__name__.rpartition(".")[2]
            print(f"{name}: {boxes} boxes in {taken:.2f} s, {taken / floor:.2f}x json.dump ({floor:.2f} s), peak {peak / 2**20:.1f} MiB")
    finally:
        owner = task.owner
        task.project.delete()
        owner.delete()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
