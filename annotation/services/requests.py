"""Background requests: the row is the truth, Celery the bell."""
import logging
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.models import Request
from annotation.webhooks.announcing import announce

log = logging.getLogger(__name__)
ACTIVE = (Request.Status.QUEUED, Request.Status.STARTED)


def create_request(*, owner: Any, action: str, params: dict[str, Any], project: Any = None, task: Any = None, job: Any = None,
                   request_id: uuid.UUID | None = None) -> Request:
    """A queued request; the bell rings after commit. When the broker is down the sweep finds the row. A job brings its task."""
    request = Request.objects.create(id=request_id or uuid.uuid4(), owner=owner, action=action, params=params, project=project, job=job,
                                     task=job.task if job is not None else task)
    # A lambda, not a partial: Django's report of a failed robust callback needs its name.
    transaction.on_commit(lambda: wake(request.pk), robust=True)
    return request


def wake(request_id: uuid.UUID) -> None:
    """Ring the bell once; a broker that does not answer is only logged (robust on_commit), the row waits for the sweep."""
    from annotation.tasks import run_request  # tasks import what services offer

    run_request.apply_async(args=[str(request_id)], retry=False)


@transaction.atomic
def cancel_request(*, actor: Any, request: Request) -> Request:
    """Stop it: a queued one at once, a running one at its next step; either leaves nothing behind. It counts as failed, as at CVAT.

    Forbidden; Refused(code="over") when there is nothing to stop any more.
    """
    if request.owner_id != actor.pk and not selectors.is_admin(actor):
        raise Forbidden("Only who began this work may cancel it.")
    locked = Request.objects.select_for_update().get(pk=request.pk)
    if locked.status not in (Request.Status.QUEUED, Request.Status.STARTED):
        raise Refused("This is over already: there is nothing to cancel.", "over")
    running = locked.status == Request.Status.STARTED
    locked.status, locked.message, locked.finished_date = Request.Status.FAILED, f"Cancelled by {actor.get_username()}.", timezone.now()
    locked.save(update_fields=["status", "message", "finished_date"])
    announce_completed(locked, actor=actor)
    if not running:
        transaction.on_commit(lambda: forget_inputs(locked), robust=True)
    return locked


def announce_completed(request: Request, actor: Any = None) -> None:
    """Tell whoever listens that it is over, well or not. Inside the transaction that settles it."""
    from annotation.api.serializers.requests import subject_of  # the API's word for it is the event's name

    announce("completed", "request", [request.pk], actor=actor or request.owner,
             event=f"completed:request[{request.action}:{subject_of(request)}]")


def forget_inputs(request: Request) -> None:
    """What was sent for a request is needed until it is settled either way; only then it goes."""
    from annotation.ingest.ingest import forget_uploads  # these import what services offer
    from annotation.services import partial_uploads
    from annotation.services.files import forget_import

    if request.action == Request.Action.CREATE and request.task_id is not None:
        forget_uploads(request.task_id, until=request.finished_date)
    if "file" in request.params:
        forget_import(request.params["file"])
    if "upload" in request.params:
        partial_uploads.forget_by_id(request.params["upload"])
