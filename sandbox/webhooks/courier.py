"""The loop that calls webhooks out, beside the calendar and never in its way.

One thread claims and settles with one database connection; every call has a thread of its own without any. So a receiver that
does not answer costs a thread that waits, and nothing else.
"""
import logging
import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from django.db import OperationalError, connection

from sandbox.webhooks import outbox
from sandbox.webhooks.outbox import Batch
from sandbox.webhooks.push import TIMEOUT_SECONDS, Outcome, push

log = logging.getLogger(__name__)
PAUSE = 0.25
MOST_CALLS = 64
MOST_PER_URL = 2
# The client's limit is for each step of a call; a receiver that drips is left to itself after this.
LONGEST_CALL = TIMEOUT_SECONDS + 2
_STOP_SECONDS = 2.0


@dataclass(eq=False)
class _Call:
    batch: Batch
    until: float = field(default_factory=lambda: time.monotonic() + LONGEST_CALL)


class Courier:
    """`start` it beside the ticker, `stop` it with it: calls under way are not waited for, their events come again."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._done: queue.SimpleQueue[tuple[_Call, Outcome]] = queue.SimpleQueue()
        self._open: set[_Call] = set()
        self._per_url: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._send()
                self._collect()
            except OperationalError:
                log.warning("The database did not answer; trying again", exc_info=True)
                connection.close()
                self._stopped.wait(1)
            except Exception:
                # Claims run out by themselves, so nothing is lost with what went wrong here.
                log.exception("Calling webhooks out failed")
                self._stopped.wait(1)
        connection.close()

    def _send(self) -> None:
        for key, url in outbox.ready() if sum(self._per_url.values()) < MOST_CALLS else []:
            if sum(self._per_url.values()) >= MOST_CALLS:
                return
            if self._per_url[url] < MOST_PER_URL and (batch := outbox.claim(key)) is not None:
                call = _Call(batch)
                self._open.add(call)
                self._per_url[url] += 1
                threading.Thread(target=self._push, args=(call,), name="webhook", daemon=True).start()

    def _push(self, call: _Call) -> None:
        self._done.put((call, push(call.batch.url, call.batch.secret, call.batch.events)))

    def _collect(self) -> None:
        """Settle what came back; wait a little if nothing did."""
        wait = PAUSE
        while True:
            try:
                call, outcome = self._done.get(timeout=wait)
            except queue.Empty:
                break
            wait = 0.001
            self._per_url -= Counter([call.batch.url])
            if call in self._open:
                self._open.discard(call)
                self._settle(call, outcome)
        for call in [call for call in self._open if call.until < time.monotonic()]:
            self._open.discard(call)
            self._settle(call, Outcome("REQUEST_TIMEOUT", detail="the answer did not end in time"))

    def _settle(self, call: _Call, outcome: Outcome) -> None:
        if outcome.error:
            log.info("Webhook %s: %s", call.batch.url, outcome)
        outbox.settle(call.batch, outcome)
