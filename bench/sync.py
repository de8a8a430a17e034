"""How dear is sync? Two ratios against toloka-kit and against ourselves, in one run, with a canned local server.

    python bench/sync.py [--full 10000] [--small 1000] [--large 100000]

1. A full sync of N assignments into an empty database (jobs, history and money included), over merely iterating them with toloka-kit's
   `get_assignments`. Goal: at most 0.5.
2. An incremental sync that finds 10 changes among `large` assignments, over one among `small`. Goal: at most 1.2.
"""
import argparse
import sys
import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.servers import ready

BORN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)
POOL = "000000007b"
FULL_GOAL, INCREMENTAL_GOAL = 0.5, 1.2


class Canned:
    """Assignments of one pool, answered as Toloka does: sort=id with id_gt, or one time field with _gte."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        # Time field -> (time, item) in its order; changes are few, so only what has the field.
        self.by_time: dict[str, list[tuple[str, dict[str, Any]]]] = {}

    def fill(self, count: int, keys: list[str]) -> None:
        self.items = [self._item(number, keys[number]) for number in range(count)]
        self._index()

    def _item(self, number: int, key: str) -> dict[str, Any]:
        at = BORN + timedelta(seconds=number)
        task = f"{POOL}--{number:024x}"
        return {
            "id": f"{POOL}--{number + 1:024x}", "task_suite_id": task, "pool_id": "123", "user_id": f"{number % 500:032x}",
            "status": "SUBMITTED", "reward": 0.05, "mixed": True, "automerged": False, "created": text(at),
            "submitted": text(at + timedelta(seconds=300)), "owner": {"id": "r1", "myself": True}, "bonus_ids": [],
            "tasks": [{"id": task, "pool_id": "123", "input_values": {"job_key": key}, "origin_task_id": task}],
            "solutions": [{"output_values": {"job_key": key, "revision": 7, "digest": "ab" * 32}}]}

    def _index(self) -> None:
        self.by_time = {name: sorted(((item[name], item) for item in self.items if item.get(name)), key=lambda pair: pair[0])
                        for name in ("created", "submitted", "accepted", "rejected", "skipped", "expired")}

    def accept(self, numbers: range, at: datetime) -> None:
        for number in numbers:
            self.items[number] |= {"status": "ACCEPTED", "accepted": text(at), "public_comment": ""}
        self._index()

    def page(self, query: dict[str, str]) -> dict[str, Any]:
        limit = int(query.get("limit", 50))
        field = query.get("sort", "id").split(",")[0]
        if field == "id":
            # Ids are numbered in order, so the next one is found without a search.
            start = int(query["id_gt"].split("--")[1], 16) if "id_gt" in query else 0
            found = self.items[start:start + limit + 1]
        else:
            since = query.get(f"{field}_gte", "")
            ordered = self.by_time[field]
            low, high = 0, len(ordered)
            while low < high:
                middle = (low + high) // 2
                low, high = (middle + 1, high) if ordered[middle][0] < since else (low, middle)
            found = [item for _, item in ordered[low:low + limit + 1]]
        return {"items": found[:limit], "has_more": len(found) > limit}


def text(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")


def serve(canned: Canned) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path.endswith("/assignments"):
                body = orjson.dumps(canned.page(query))
            elif parts.path.endswith("/tasks"):
                body = b'{"items": [], "has_more": false}'
            else:
                body = orjson.dumps({"id": "123", "project_id": "1", "status": "OPEN", "private_comment": "bench"})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def make_pool(url: str, jobs: int) -> Any:
    """A pool with published jobs, never synced."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from annotation.models import Job, Project, Task
    from crowdsourcing import credentials
    from crowdsourcing.models import CrowdProject, Pool, ProviderAccount, TaskSuite

    owner = get_user_model().objects.create(username=f"bench {uuid.uuid4()}")
    project = Project.objects.create(name="bench", owner=owner)
    task = Task.objects.create(project=project, name="bench", owner=owner, size=jobs, segment_size=1)
    rows = Job.objects.bulk_create([Job(task=task, start_frame=number, stop_frame=number) for number in range(jobs)], batch_size=5000)
    account = ProviderAccount.objects.create(owner=owner, base_url=url, encrypted_key=credentials.encrypt("bench"))
    twin = CrowdProject.objects.create(project=project, account=account, remote_id="1", status="ACTIVE", mark=str(uuid.uuid4()))
    pool = Pool.objects.create(task=task, crowd_project=twin, remote_id="123", status="OPEN", mark=str(uuid.uuid4()),
                               reward_per_assignment="0.05", will_expire=timezone.now() + timedelta(days=30))
    TaskSuite.objects.bulk_create(
        [TaskSuite(pool=pool, job=job, key_nonce="n", remote_task_id=f"{POOL}--{number:024x}") for number, job in enumerate(rows)],
        batch_size=5000)
    return pool


def keys_of(pool: Any) -> list[str]:
    from crowdsourcing.job_keys import job_key_of

    return [job_key_of(suite) for suite in pool.task_suites.order_by("job_id")]


def timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def sync(pool: Any) -> Any:
    from crowdsourcing.connections import connected
    from crowdsourcing.sync import sync_pool

    with connected(pool.crowd_project.account) as provider:
        return sync_pool(pool, provider)


def measure_full(canned: Canned, url: str, count: int) -> float:
    from toloka.client import TolokaClient

    pool = make_pool(url, count)
    canned.fill(count, keys_of(pool))
    iterating = min(timed(lambda: sum(1 for _ in TolokaClient("bench", url=url).get_assignments(pool_id="123"))) for _ in range(2))
    reports: list[Any] = []
    full = timed(lambda: reports.append(sync(pool)))
    assert reports[0].made == count, reports
    again = timed(lambda: reports.append(sync_full_again(pool)))
    print(f"full sync of {count:,}: {full:.2f} s; toloka-kit only iterating: {iterating:.2f} s; nothing changed, read again: {again:.2f} s")
    return full / iterating


def sync_full_again(pool: Any) -> Any:
    from crowdsourcing.models import Pool

    Pool.objects.filter(pk=pool.pk).update(cursors={})
    return sync(pool)


def measure_incremental(canned: Canned, url: str, count: int, changes: int = 10) -> float:
    """Seconds for one incremental sync that finds `changes`; the middle of several."""
    from django.db import connection

    pool = make_pool(url, count)
    canned.fill(count, keys_of(pool))
    sync(pool)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    times = []
    for number in range(9):
        at = BORN + timedelta(days=21, hours=number)
        canned.accept(range(number * changes, (number + 1) * changes), at)
        reports: list[Any] = []
        times.append(timed(lambda: reports.append(sync(pool))))  # noqa: B023
        assert (reports[0].changed, reports[0].full) == (changes, False), reports
    print(f"incremental sync, {changes} changes among {count:,}: {sorted(times)[len(times) // 2] * 1000:.1f} ms")
    return sorted(times)[len(times) // 2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("full", 10_000), ("small", 1_000), ("large", 100_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    canned = Canned()
    server = serve(canned)
    url = f"http://127.0.0.1:{server.server_port}"
    full = measure_full(canned, url, options.full)
    incremental = measure_incremental(canned, url, options.large) / measure_incremental(canned, url, options.small)
    print(f"ratio full / toloka-kit iterating: {full:.2f} (goal {FULL_GOAL})")
    print(f"ratio incremental {options.large:,} / {options.small:,}: {incremental:.2f} (goal {INCREMENTAL_GOAL})")
    server.shutdown()
    return 0 if full <= FULL_GOAL and incremental <= INCREMENTAL_GOAL else 1


if __name__ == "__main__":
    ready()
    sys.exit(main())
