"""Running background requests: claim -> work -> settle, so that a killed worker costs time and nothing else.

A run is fenced by its number: whoever takes the request over raises `Request.run`, and every write of the older run finds no row.
"""
import errno
import importlib
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

from annotation.models import Request, Task
from annotation.services.requests import announce_completed, forget_inputs, wake

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

    def reserve_tasks(self, count: int) -> list[int]:
        """Ids of tasks to come, so that their files have a place before they are there. The next run finds the same and what lies there.

        Files below them are left alone by tidying as long as the request is active. RunLost.
        """
        reserved: list[int] = self.request.params.get("reserved_tasks", [])
        if len(reserved) != count:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [Task._meta.db_table, count])
                reserved = [row[0] for row in cursor.fetchall()]
            self.request.params = {**self.request.params, "reserved_tasks": reserved}
            if not self._mine().update(params=self.request.params):
                raise RunLost
        return reserved

    def note(self, **params: Any) -> None:
        """Put something into Request.params that the next run shall find. RunLost."""
        self.request.params = {**self.request.params, **params}
        if not self._mine().update(params=self.request.params):
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
        with transaction.atomic():
            if not self._mine().update(finished_date=timezone.now(), **fields):
                raise RunLost
            announce_completed(self.request)


def run(request_id: str) -> None:
    """Do the request if it waits or its worker died; otherwise nothing."""
    current = _claim(uuid.UUID(request_id))
    if current is None:
        return
    try:
        with _heartbeat(current.request):
            _handler(current.request)(current)
            forget_inputs(current.request)
    except RunLost:
        log.warning("Request %s was cancelled, taken over or deleted; this run stops.", request_id)
        _forget_cancelled(current)
    except RunFailed as failure:
        _fail(current, failure.sentence, failure.errors)
    except (OperationalError, InterfaceError):
        # The database went away: nothing can be written now, the sweep begins again.
        log.exception("Request %s lost its database; it will be begun again.", request_id)
    except Exception as error:
        log.exception("Request %s failed.", request_id)
        _fail(current, _sentence(error, request_id), [])


def _sentence(error: Exception, request_id: str) -> str:
    """What a person is told of a fault that no handler put into words."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The server's disk is full. Tell the administrator, then try again."
    return f"Something went wrong on our side. Try again; if it stays, tell the administrator the number {request_id}."


def _fail(current: Run, sentence: str, errors: list[str]) -> None:
    try:
        current.fail(sentence, errors)
        forget_inputs(current.request)
    except RunLost:
        log.warning("Request %s was cancelled, taken over or deleted before it could be settled.", current.request.pk)
        _forget_cancelled(current)


def _forget_cancelled(current: Run) -> None:
    """Of a request that was cancelled while this run had it: whoever cancelled left the inputs to us."""
    cancelled = Request.objects.filter(pk=current.request.pk, run=current.request.run, status=Request.Status.FAILED).first()
    if cancelled is not None:
        forget_inputs(cancelled)


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


# (action, params["subject"]) -> module and function; they import this module.
_HANDLERS = {
    (Request.Action.CREATE, ""): ("annotation.ingest.ingest", "ingest"),
    (Request.Action.EXPORT, ""): ("annotation.formats.export", "export"),
    (Request.Action.IMPORT, ""): ("annotation.formats.importing", "import_annotations"),
    (Request.Action.EXPORT, "backup"): ("annotation.backups.writing", "back_up"),
    (Request.Action.IMPORT, "backup"): ("annotation.backups.restoring", "restore"),
    (Request.Action.IMPORT, "dataset"): ("annotation.formats.datasets", "import_dataset"),
}


def _handler(request: Request) -> Callable[[Run], None]:
    module, name = _HANDLERS[Request.Action(request.action), request.params.get("subject", "")]
    handler: Callable[[Run], None] = getattr(importlib.import_module(module), name)
    return handler


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
