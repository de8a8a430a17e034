"""Background requests: the row is the truth, Celery the bell."""
import logging
import uuid
from typing import Any

from django.db import transaction

from annotation.models import Request

log = logging.getLogger(__name__)


def create_request(*, owner: Any, action: str, params: dict[str, Any], project: Any = None, task: Any = None,
                   request_id: uuid.UUID | None = None) -> Request:
    """A queued request; the bell rings after commit. When the broker is down the sweep finds the row."""
    request = Request.objects.create(id=request_id or uuid.uuid4(), owner=owner, action=action, params=params, project=project, task=task)
    # A lambda, not a partial: Django's report of a failed robust callback needs its name.
    transaction.on_commit(lambda: wake(request.pk), robust=True)
    return request


def wake(request_id: uuid.UUID) -> None:
    """Ring the bell once; a broker that does not answer is only logged (robust on_commit), the row waits for the sweep."""
    from annotation.tasks import run_request  # tasks import what services offer

    run_request.apply_async(args=[str(request_id)], retry=False)
