"""Questions to a verification crowd and their answers, without a platform."""
import itertools
import uuid
from typing import Any

from django.utils import timezone

from crowdsourcing.models import Assignment, Pool, Skill, Toloker, Verification, VerificationTask, Vote

_numbers = itertools.count(5000)


def verification(pool: Pool, **fields: Any) -> Verification:
    """Set up, with both skills."""
    account = pool.crowd_project.account
    skills = {name: Skill.objects.create(account=account, remote_id=str(next(_numbers)), name=name.replace("_", " "))
              for name in ("annotated_skill", "verifier_skill")}
    values = {"config": {"overlap": 2, "max_overlap": 5}, "mark": uuid.uuid4().hex, "remote_pool_id": str(next(_numbers)), "status": "OPEN"}
    return Verification.objects.create(pool=pool, **(skills | values | fields))


def ask(assignment: Assignment, answer: str | None, confidence: float | None = None, *, frame: int | None = None,
        votes: tuple[str, ...] = ()) -> VerificationTask:
    """A question about the job's first frame; None: still open, "": nobody else is asked and there is no answer."""
    job = assignment.job
    made = VerificationTask.objects.create(
        verification=assignment.pool.verification, assignment=assignment, frame=job.start_frame if frame is None else frame,
        remote_task_id=f"v{next(_numbers)}", overlap=2, answer=answer or "", confidence=confidence,
        decided_at=None if answer is None else timezone.now())
    for word in votes:
        toloker = Toloker.objects.create(account=assignment.pool.crowd_project.account, user_id=uuid.uuid4().hex)
        Vote.objects.create(task=made, toloker=toloker, remote_assignment_id=f"p{next(_numbers)}", answer=word, submitted=timezone.now())
    return made
