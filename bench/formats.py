"""Exports and imports of many images in every format that is written here, against floors of the same run.

`python bench/formats.py [images]`; starts servers of its own unless DATABASE_URL and REDIS_URL name some;
makes its own project, removes it. Ten boxes an image.
Floor of COCO: the same rows read from the database and the same dicts streamed by plain `json` into a file. With Datumaro
(`bin/formats`) its own writing of the same content, from memory, is timed as well. Goals: COCO within 2x of the floor and 4x faster than
Datumaro; memory flat in the number of images. Datumaro writes what it holds in memory into plain files, so ours is timed against it
in the same way, and for comparison with reading from the database and packing.
"""
import json
import subprocess
import sys
import tempfile
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.servers import ready

if __name__ == "__main__":
    ready()

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection

from annotation.formats import EXPORT_FORMATS, IMPORT_FORMATS, bridge, coco
from annotation.formats.archive import Archive
from annotation.formats.export import _writer
from annotation.formats.found import FoundObject, Hints
from annotation.formats.importing import _found
from annotation.formats.losses import Losses
from annotation.formats.opening import find_annotations
from annotation.formats.scope import AnnotatedImage, ImageRow, Scope
from annotation.models import Frame, FrameAnnotation, Job, Label, Project, Task

BOXES = 10
FASTER_THAN_DATUMARO = 4
FORMATS = [name for name, known in EXPORT_FORMATS.items() if not known.bridged and name != "ImageNet 1.0"]
READ_BACK = {"CVAT for images 1.1": "CVAT 1.1"}
_DATUMARO = """
import sys, time, tempfile
from datumaro.components.annotation import AnnotationType, Bbox, LabelCategories
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import Image
items = [DatasetItem(id=str(n), subset="train", media=Image.from_file(path=f"{n}.jpg", size=(1080, 1920)), annotations=[
    Bbox(i + 0.25, 2.5, 50.5, 87.625, label=0, attributes={"occluded": False}) for i in range(10)]) for n in range(int(sys.argv[1]))]
labels = LabelCategories.from_iterable(["car"])
for name in ("coco_instances", "yolo", "datumaro"):
    dataset = Dataset.from_iterable(items, categories={AnnotationType.label: labels})
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        dataset.export(folder, name, save_media=False)
        print(name, time.perf_counter() - begun)
"""
_AT_DATUMARO = {"coco_instances": "COCO 1.0", "yolo": "YOLO 1.1", "datumaro": "Datumaro 1.0"}


def fill(owner: Any, images: int) -> Task:
    """A task of images with ten boxes each; its frames have no files."""
    project = Project.objects.create(name="bench", owner=owner)
    label = Label.objects.create(project=project, name="car", color="#112233")
    task = Task.objects.create(project=project, name="bench", owner=owner, size=images)
    Job.objects.bulk_create([Job(task=task, start_frame=start, stop_frame=min(start + 99, images - 1)) for start in range(0, images, 100)])
    jobs = list(Job.objects.filter(task=task).order_by("start_frame"))
    Frame.objects.bulk_create([Frame(task=task, number=n, name=f"{n}.jpg", width=1920, height=1080, media_type="image/jpeg", byte_size=1,
                                     sha256="0" * 64, original="x", thumbnail="x") for n in range(images)], batch_size=1000)
    shapes = [{"id": i, "type": "rectangle", "label_id": label.pk, "points": [i + 0.25, 2.5, i + 50.75, 90.125], "rotation": 0.0,
               "occluded": False, "z_order": 0, "group": 0, "source": "manual", "attributes": []} for i in range(BOXES)]
    FrameAnnotation.objects.bulk_create(
        [FrameAnnotation(job=jobs[n // 100], frame=n, shapes=shapes) for n in range(images)], batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE annotation_frame, annotation_frameannotation, annotation_job")
    return task


def plain_coco(task: Task, out: IO[str]) -> None:
    """The floor: rows straight from the database, one frame at a time, by the standard library."""
    rows = Frame.objects.filter(task=task).order_by("number").values_list("number", "name", "width", "height")
    out.write('{"images": [')
    for n, name, width, height in rows.iterator(chunk_size=2000):
        out.write(("," if n else "") + json.dumps({"id": n + 1, "width": width, "height": height, "file_name": name, "license": 0,
                                                   "flickr_url": "", "coco_url": "", "date_captured": 0}))
    out.write('], "annotations": [')
    number = 0
    found = FrameAnnotation.objects.filter(job__task=task).order_by("frame").values_list("frame", "shapes")
    for frame, shapes in found.iterator(chunk_size=200):
        for shape in shapes:
            x1, y1, x2, y2 = shape["points"]
            out.write(("," if number else "") + json.dumps({
                "id": number + 1, "image_id": frame + 1, "category_id": 1, "segmentation": [[x1, y1, x2, y1, x2, y2, x1, y2]],
                "area": (x2 - x1) * (y2 - y1), "bbox": [x1, y1, x2 - x1, y2 - y1], "iscrowd": 0,
                "attributes": {"occluded": shape["occluded"]}}))
            number += 1
    out.write("]}")


def export(task: Task, name: str, out: IO[bytes]) -> None:
    losses = Losses()
    with Archive(out) as archive:
        _writer(EXPORT_FORMATS[name], Scope(task, False), losses, None).write(archive, lambda done: None, lambda image, path: None)


class Held:
    """What COCO's writer asks of a scope, read before the clock starts."""

    def __init__(self, scope: Scope) -> None:
        self.labels, self.target = scope.labels, scope.target
        self._images = list(scope.images())
        self._annotated = list(scope.annotated())

    def images(self) -> Iterator[ImageRow]:
        """From memory."""
        return iter(self._images)

    def annotated(self) -> Iterator[AnnotatedImage]:
        """From memory."""
        return iter(self._annotated)


def against_datumaro(task: Task, peer: float) -> None:
    """COCO from memory into a plain file, as Datumaro does it."""
    held: Any = Held(Scope(task, False))

    def write() -> None:
        with tempfile.TemporaryFile() as file:
            coco.write(held, file, Losses(), lambda done: None)

    taken = best(write)
    print(f"COCO from memory into a plain file: {taken:.2f} s, Datumaro {peer:.2f} s: {peer / taken:.1f}x faster"
          f"{'' if peer / taken >= FASTER_THAN_DATUMARO else f' MISSED {FASTER_THAN_DATUMARO}x'}", flush=True)


def read(data: IO[bytes], name: str) -> int:
    """How many objects a reader finds."""
    class Nobody:
        def progress(self, *arguments: Any) -> None:
            """Nothing to tell."""

    path = Path(data.name)
    opened = find_annotations(lambda: path.open("rb"), "made.zip", READ_BACK.get(name, name))
    assert opened.format in IMPORT_FORMATS
    return sum(isinstance(thing, FoundObject) for thing in _found(Nobody(), opened, Hints({"car": "any"}, {"car": set()})))  # type: ignore[arg-type]


def timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def best(work: Callable[[], Any], times: int = 3) -> float:
    return min(timed(work) for _ in range(times))


def peak_of(work: Callable[[], Any]) -> float:
    """MiB of Python's memory at most."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def datumaro(images: int) -> dict[str, float]:
    """Format -> seconds, where Datumaro is there."""
    if not bridge.is_installed():
        return {}
    said = subprocess.run([settings.DATUMARO_PYTHON, "-c", _DATUMARO, str(images)], capture_output=True, text=True, check=True).stdout
    return {_AT_DATUMARO[line.split()[0]]: float(line.split()[1]) for line in said.splitlines() if line.split()[0] in _AT_DATUMARO}


def measure(name: str, file: Any, small: Task, large: Task, floor: float, peers: dict[str, float]) -> None:
    def write(task: Task) -> None:
        file.seek(0)
        file.truncate()
        export(task, name, file)
        file.flush()

    peaks = [peak_of(lambda task=task: write(task)) for task in (small, large)]  # type: ignore[misc]
    taken = best(lambda: write(large))
    found: list[int] = []
    back = timed(lambda: found.append(read(file, name)))
    against = f", Datumaro {peers[name]:.2f} s ({peers[name] / taken:.1f}x)" if name in peers else ""
    print(f"{name}: out {taken:.2f} s ({taken / floor:.2f}x plain json), in {back:.2f} s ({found[0]} objects), "
          f"peak {peaks[0]:.1f} MiB at {small.size}, {peaks[1]:.1f} MiB at {large.size} images{against}", flush=True)


def main(images: int) -> None:
    """Print times, ratios and peaks."""
    owner = get_user_model().objects.create_user(f"bench-{uuid.uuid4().hex[:8]}")
    small, large = fill(owner, max(images // 10, 1)), fill(owner, images)
    try:
        with tempfile.TemporaryFile("w") as out:
            floor = best(lambda: (out.seek(0), plain_coco(large, out)))
        peers = datumaro(images)
        print(f"{images} images x {BOXES} boxes; plain streamed json of COCO from the database: {floor:.2f} s")
        if "COCO 1.0" in peers:
            against_datumaro(large, peers["COCO 1.0"])
        for name in FORMATS:
            with tempfile.NamedTemporaryFile() as file:
                measure(name, file, small, large, floor, peers)
    finally:
        for task in (small, large):
            task.project.delete()
        owner.delete()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
