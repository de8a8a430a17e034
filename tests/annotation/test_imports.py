"""Pre-annotations and ground truth of a task: what is kept, who sees it, what happens when an import dies."""
import pytest

from annotation.models import ImportedFrame
from annotation.services import imports
from tests.annotation.conftest import Fill

pytestmark = pytest.mark.django_db
TRUTH, START = ImportedFrame.Kind.GROUND_TRUTH, ImportedFrame.Kind.PREANNOTATION


def test_a_job_reads_what_was_imported_for_its_frames_only(fill: Fill) -> None:
    task = fill(count=4, segment_size=2)
    first, second = task.jobs.all()
    shape = {"id": 1, "type": "rectangle", "label_id": task.project.labels.first().pk, "points": [1.0, 1.0, 9.0, 9.0]}
    for frame, shapes in ((0, [shape]), (2, []), (3, [shape])):
        ImportedFrame.objects.create(task=task, kind=TRUTH, frame=frame, shapes=shapes)
    ImportedFrame.objects.create(task=task, kind=START, frame=1, tags=[{"id": 1, "label_id": 5}])
    assert imports.imported_frames_of(job=first, kind=TRUTH) == {"0": {"shapes": [shape], "tags": []}}
    assert imports.imported_frames_of(job=second, kind=TRUTH) == {
        "2": {"shapes": [], "tags": [], "nothing_here": True}, "3": {"shapes": [shape], "tags": []}}
    assert imports.imported_frames_of(job=first, kind=START) == {"1": {"shapes": [], "tags": [{"id": 1, "label_id": 5}]}}
