"""What attempts took for what: counted once against the ground truth and against the reviewer's version, and again when those change."""
from typing import Any

import pytest

from annotation.models import Correction, Frame, ImportedFrame, Label, Snapshot
from crowdsourcing import quality
from crowdsourcing.models import Assignment, LabelConfusion, Pool
from crowdsourcing.quality import confusing
from crowdsourcing.selectors.confusion import Counted, confusions_of
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def pool(alice: Any) -> Pool:
    made = scene.pool(scene.task(scene.project(alice), jobs=3), status="OPEN")
    Label.objects.create(project=made.task.project, name="van", color="#ef4444", type="rectangle")
    Frame.objects.bulk_create([Frame(task=made.task, number=number, name=f"{number}.jpg", width=400, height=300, byte_size=1)
                               for number in range(3)])
    return made


@pytest.fixture
def car(pool: Pool) -> int:
    return pool.task.project.labels.get(name="car").pk


@pytest.fixture
def van(pool: Pool) -> int:
    return pool.task.project.labels.get(name="van").pk


def box(label: int, left: float = 60) -> dict[str, Any]:
    """scene's shape is the one at 60."""
    return {"type": "rectangle", "points": [left, 50, left + 200, 190], "label_id": label}


def truth(pool: Pool, number: int, *shapes: dict[str, Any]) -> None:
    ImportedFrame.objects.update_or_create(
        task=pool.task, kind=ImportedFrame.Kind.GROUND_TRUTH, frame=number, defaults={"shapes": list(shapes)})


def correct(row: Assignment, *shapes: dict[str, Any]) -> Snapshot:
    job = row.job
    made = Snapshot.objects.create(job=job, attempt=row.remote_id, reason="corrected", revision=2, digest="c" * 64,
                                   data={"frames": {str(job.start_frame): {"shapes": list(shapes), "tags": []}}})
    Correction.objects.update_or_create(job=job, attempt=row.remote_id, defaults={"snapshot": made, "open": False, "base_digest": "d"})
    return made


def test_attempts_are_held_against_truth_and_correction(pool: Pool, car: int, van: int) -> None:
    first, second, _ = (scene.assignment(job, "ACCEPTED") for job in pool.task.jobs.all())
    truth(pool, 0, box(van), box(car, 190))
    truth(pool, 1)
    correct(second, box(van))
    before = confusions_of(pool)
    assert before["truth"] == Counted(0, 2, {}) and before["correction"] == Counted(0, 1, {})
    assert quality.count_confusions(pool) == 3
    found = confusions_of(pool)
    # The van was called a car, the car beside it missed; on the second frame nothing is, and a car was drawn.
    assert found["truth"] == Counted(2, 0, {(van, car): 1, (car, None): 1, (None, car): 1})
    assert found["correction"] == Counted(1, 0, {(van, car): 1})
    assert quality.count_confusions(pool) == 0, "counted once"
    assert first.confusions.count() == 1


def test_another_truth_or_correction_makes_old_counts_stale(pool: Pool, car: int, van: int) -> None:
    row = scene.assignment(pool.task.jobs.first())
    truth(pool, 0, box(van))
    correct(row, box(van))
    quality.count_confusions(pool)
    truth(pool, 0, box(car))
    correct(row, box(car))
    assert {name: (one.attempts, one.waiting) for name, one in confusions_of(pool).items()} == {"truth": (0, 1), "correction": (0, 1)}
    assert quality.count_confusions(pool) == 2
    assert confusions_of(pool) == {"truth": Counted(1, 0, {(car, car): 1}), "correction": Counted(1, 0, {(car, car): 1})}
    assert LabelConfusion.objects.count() == 2
    ImportedFrame.objects.all().delete()
    Correction.objects.all().delete()
    assert confusions_of(pool) == {"truth": Counted(), "correction": Counted()}


def test_a_count_that_dies_on_the_way_keeps_its_rounds(pool: Pool, car: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, job in enumerate(pool.task.jobs.all()):
        scene.assignment(job)
        truth(pool, number, box(car))
    monkeypatch.setattr(confusing, "ROUND", 1)
    real, calls = confusing.cells_of, []

    def dying(frames: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return real(frames)
    monkeypatch.setattr(confusing, "cells_of", dying)
    with pytest.raises(MemoryError):
        quality.count_confusions(pool)
    assert confusions_of(pool)["truth"] == Counted(1, 2, {(car, car): 1})
    assert quality.count_confusions(pool) == 2 and confusions_of(pool)["truth"] == Counted(3, 0, {(car, car): 3})


def test_what_was_not_submitted_or_came_without_work_counts_for_nothing(pool: Pool, car: int) -> None:
    first, second, third = pool.task.jobs.all()
    scene.assignment(first, "EXPIRED")
    scene.assignment(second, work=False)
    scene.assignment(third, "ACTIVE")
    truth(pool, 0, box(car))
    truth(pool, 1, box(car))
    assert quality.count_confusions(pool) == 0 and confusions_of(pool)["truth"] == Counted()
