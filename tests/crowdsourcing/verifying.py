"""A pool with a verification crowd at the platform in memory: work comes in, verifiers answer, turns go on."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from annotation.models import Frame, Snapshot
from crowdsourcing import selectors, tasks
from crowdsourcing.models import Assignment, ProviderCommand, Verification
from crowdsourcing.providers.asking import BAD, GOOD
from crowdsourcing.quality.verification import Turn, carry_on
from crowdsourcing.selectors.verifications import key_of
from crowdsourcing.services import pools, verifications
from tests.crowdsourcing.crowd import Crowd

SIZE = (200, 100)
BOX = [20.0, 10.0, 120.0, 60.0]


def set_up(crowd: Crowd, *, jobs: int = 3, started: bool = True, decide: bool = True, pool: Mapping[str, Any] | None = None,
           **config: Any) -> Verification:
    """From nothing to an open pool with a verification."""
    Frame.objects.bulk_create([
        Frame(task=crowd.task, number=number, name=f"{number}.jpg", width=SIZE[0], height=SIZE[1], media_type="image/jpeg", byte_size=1,
              sha256="0" * 64) for number in range(jobs)])
    crowd.setup_project()
    crowd.setup_pool(**(pool or {}))
    made = verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config=config, decide=decide)
    assert crowd.deliver(selectors.latest_command(made)).status == "done"
    if started:
        crowd.deliver(pools.start_pool(actor=crowd.owner, pool=crowd.pool))
    return of(crowd)


def of(crowd: Crowd) -> Verification:
    return Verification.objects.select_related("pool", "annotated_skill", "verifier_skill").get(pool=crowd.pool)


def work(crowd: Crowd, number: int = 0, worker: str = "wanda") -> Assignment:
    """One box on the job's frame, submitted and seen."""
    remote_id = crowd.take(number, worker)
    crowd.sync()
    label = crowd.project.labels.get()
    shape = {"type": "rectangle", "points": BOX, "label_id": label.pk, "rotation": 0}
    Snapshot.objects.create(job=crowd.job(number), attempt=remote_id, worker=worker, reason="submitted", revision=1, digest="d" * 64,
                            shape_count=1, data={"frames": {str(number): {"shapes": [shape], "tags": []}}})
    crowd.platform.submit(remote_id, {"digest": "d" * 64})
    crowd.sync()
    return crowd.assignment(remote_id)


def turn(crowd: Crowd) -> Turn:
    """One turn, and what it decided carried out."""
    done = carry_on(of(crowd).pk)
    deliver(crowd)
    return done


def deliver(crowd: Crowd) -> None:
    crowd.deliver_all()
    crowd.sync()


def answer(crowd: Crowd, said: Mapping[Assignment, str], *verifiers: str) -> None:
    """Each of these people answers a page with these questions (frame of the work's job)."""
    keys = {key_of(task): said[task.assignment] for task in of(crowd).tasks.select_related("assignment") if task.assignment in said}
    for verifier in verifiers:
        crowd.platform.answer(of(crowd).remote_pool_id, verifier, keys)


def skilled(crowd: Crowd, **skills: float) -> None:
    verification = of(crowd)
    assert verification.verifier_skill is not None
    crowd.platform.user_skills[verification.verifier_skill.remote_id] = dict(skills)


def statuses(crowd: Crowd) -> dict[str, str]:
    return dict(Assignment.objects.filter(pool=crowd.pool).values_list("remote_id", "status"))


def later(crowd: Crowd, **delta: float) -> None:
    """Commands that wait for another try are due."""
    ProviderCommand.objects.filter(status="pending").update(next_try_at=timezone.now() - timedelta(seconds=1))


def newest() -> ProviderCommand:
    """What was asked last."""
    return ProviderCommand.objects.latest("created_at")


__all__ = [
    "BAD", "BOX", "GOOD", "SIZE", "answer", "deliver", "later", "newest", "of", "set_up", "skilled", "statuses", "tasks", "turn", "work"]
