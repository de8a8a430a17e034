"""Running background requests: claim -> work -> settle, so that a killed worker costs time and nothing else.

A run is fenced by its number: whoever takes the request over raises `Request.run`, and every write of the older run finds no row.
"""
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from annotation.models import Request
from annotation.services.requests import wake

log = logging.getLogger(__name__)

BEAT_SECONDS = 5
# A run whose heart has not beaten for this long is dead (12 missed beats).
STALE_SECONDS = 60
# A queued request that nobody began: the bell is rung again after the first wait, then not oftener than the second.
LOST_SECONDS = 30
RING_AGAIN_SECONDS = 300
# An input that kills its worker every time (for example by memory) must not do so for ever.
MAX_RUNS = 4
PROGRESS_SECONDS = 0.5


class RunLost(Exception):
    """Another run has the request, or it was deleted: write nothing more."""


class RunFailed(Exception):
    """The request cannot be done: `sentence` for people, `errors` one sentence for every bad input."""

    def __init__(self, sentence: str, errors: list[str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.errors = errors or []


class Run:
    """One try at a request. Handlers report progress here and settle with `finish`."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self._told = 0.0

    def _mine(self) -> Any:
        return Request.objects.filter(pk=self.request.pk, run=self.request.run, status=Request.Status.STARTED)

    def progress(self, fraction: float, message: str = "") -> None:
        """0..1, written at most every half second. RunLost when the request is no longer ours."""
        if time.monotonic() - self._told < PROGRESS_SECONDS:
            return
        self._told = time.monotonic()
        if not self._mine().update(progress=min(max(fraction, 0.0), 1.0), message=message, heartbeat=timezone.now()):
            raise RunLost

    def lock(self) -> None:
        """Hold the request's row until the transaction ends. RunLost when it is no longer ours."""
        if not self._mine().select_for_update().exists():
            raise RunLost

    def finish(self, message: str = "", **fields: Any) -> None:
        """Settle as FINISHED; call it in the transaction that writes what was made."""
        self._settle(status=Request.Status.FINISHED, progress=1.0, message=message, **fields)

    def fail(self, sentence: str, errors: list[str]) -> None:
        """Settle as FAILED."""
        self._settle(status=Request.Status.FAILED, message=sentence, errors=errors[:1000])

    def _settle(self, **fields: Any) -> None:
        if not self._mine().update(finished_date=timezone.now(), **fields):
            raise RunLost


def run(request_id: str) -> None:
    """Do the request if it waits or its worker died; otherwise nothing."""
    current = _claim(uuid.UUID(request_id))
    if current is None:
        return
    try:
        with _heartbeat(current.request):
            _handler(current.request.action)(current)
            _forget_inputs(current.request)
    except RunLost:
        log.warning("Request %s was taken over or deleted; this run stops.", request_id)
    except RunFailed as failure:
        _fail(current, failure.sentence, failure.errors)
    except (OperationalError, InterfaceError):
        # The database went away: nothing can be written now, the sweep begins again.
        log.exception("Request %s lost its database; it will be begun again.", request_id)
    except Exception:
        log.exception("Request %s failed.", request_id)
        _fail(current, f"Something went wrong on our side. Try again; if it stays, tell the administrator the number {request_id}.", [])


def _fail(current: Run, sentence: str, errors: list[str]) -> None:
    try:
        current.fail(sentence, errors)
        _forget_inputs(current.request)
    except RunLost:
        log.warning("Request %s was taken over or deleted before it could be settled.", current.request.pk)


def _claim(request_id: uuid.UUID) -> Run | None:
    now = timezone.now()
    with transaction.atomic():
        free = Q(status=Request.Status.QUEUED) | Q(status=Request.Status.STARTED, heartbeat__lt=now - timedelta(seconds=STALE_SECONDS))
        claimed = Request.objects.filter(free, pk=request_id).update(
            status=Request.Status.STARTED, run=F("run") + 1, started_date=now, heartbeat=now, progress=0)
        if not claimed:
            return None
        current = Run(Request.objects.select_related("task__project", "project", "owner").get(pk=request_id))
    if current.request.run > MAX_RUNS:
        times = f"This was begun {MAX_RUNS} times and every time the worker stopped in the middle."
        _fail(current, f"{times} Try with fewer or smaller files.", [])
        return None
    return current


def _handler(action: str) -> Callable[[Run], None]:
    # Handlers import this module.
    from annotation.formats.export import export
    from annotation.formats.importing import import_annotations
    from annotation.ingest.ingest import ingest

    handlers: dict[str, Callable[[Run], None]] = {
        Request.Action.CREATE: ingest, Request.Action.EXPORT: export, Request.Action.IMPORT: import_annotations}
    return handlers[action]


def _forget_inputs(request: Request) -> None:
    """Uploads are needed until the request is settled either way; only then they go."""
    from annotation.ingest.ingest import forget_uploads
    from annotation.services.files import forget_import

    if request.action == Request.Action.CREATE and request.task_id is not None:
        forget_uploads(request.task_id)
    elif request.action == Request.Action.IMPORT:
        forget_import(request.params["file"])


@contextmanager
def _heartbeat(request: Request) -> Iterator[None]:
    """Beat from a thread, for steps that take longer than any progress report."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                try:
                    Request.objects.filter(pk=request.pk, run=request.run, status=Request.Status.STARTED).update(heartbeat=timezone.now())
                except (OperationalError, InterfaceError):
                    log.warning("Request %s: a heartbeat could not be written.", request.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{request.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def sweep() -> int:
    """Ring for lost and orphaned requests; how many bells were rung."""
    now = timezone.now()
    lost = Q(heartbeat=None, created_date__lt=now - timedelta(seconds=LOST_SECONDS)) | Q(
        heartbeat__lt=now - timedelta(seconds=RING_AGAIN_SECONDS))
    dead = Q(status=Request.Status.STARTED, heartbeat__lt=now - timedelta(seconds=STALE_SECONDS))
    found = list(Request.objects.filter((Q(status=Request.Status.QUEUED) & lost) | dead).values_list("pk", "status")[:1000])
    queued = [pk for pk, status in found if status == Request.Status.QUEUED]
    # On a queued row the heartbeat is the moment of the last bell.
    Request.objects.filter(pk__in=queued, status=Request.Status.QUEUED).update(heartbeat=now)
    for pk, _ in found:
        wake(pk)
    return len(found)
