"""Does the review stay quick when much waits? Ratios of the same page and the same work at two sizes, in one run.

    python bench/review.py [--small 500] [--large 10000] [--json]

1. The review queue in each order, narrowed to a suspicion, the board and "next", with `large` submitted assignments over `small`:
   50 rows are shown in both. Goal: at most 5 for twenty times the rows; the total and the order by deadline look at all that waits.
2. Judging suspicion: seconds an assignment, `large` over `small`. Goal: at most 1.5 (no square in it).
"""
import argparse
import json
import random
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.servers import ready

PAGE_GOAL, JUDGING_GOAL = 5.0, 1.5
ROUNDS = 7
PAGES = {"oldest": "/review", "deadline": "/review?sort=deadline", "suspicion": "/review?sort=suspicion",
         "high suspicion": "/review?suspicion=high", "due in 24 h": "/review?due=24", "board": "/review/soon", "bulk question": ""}


def make_waiting(count: int) -> tuple[Any, Any]:
    """(owner, pool): one pool of `count` jobs, all submitted by fifty Tolokers, three shapes each."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from annotation.models import Frame, Job, Project, Snapshot, Task
    from crowdsourcing import credentials
    from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderAccount, TaskSuite, Toloker

    dice, now = random.Random(count), timezone.now()
    owner = get_user_model().objects.create(username=f"bench {uuid.uuid4()}")
    project = Project.objects.create(name="bench", owner=owner)
    task = Task.objects.create(project=project, name="bench", owner=owner, size=count, segment_size=1)
    Frame.objects.bulk_create([Frame(task=task, number=number, name=f"{number}.jpg", width=1920, height=1080, byte_size=1)
                               for number in range(count)], batch_size=2_000)
    jobs = Job.objects.bulk_create([Job(task=task, start_frame=number, stop_frame=number, stage="validation", state="completed")
                                    for number in range(count)], batch_size=2_000)
    account = ProviderAccount.objects.create(owner=owner, base_url="http://127.0.0.1:9", encrypted_key=credentials.encrypt("bench"))
    twin = CrowdProject.objects.create(project=project, account=account, remote_id=str(count), status="ACTIVE", mark=str(uuid.uuid4()))
    pool = Pool.objects.create(task=task, crowd_project=twin, remote_id=str(count), status="OPEN", mark=str(uuid.uuid4()),
                               reward_per_assignment="0.05", will_expire=now + timedelta(days=30))
    suites = TaskSuite.objects.bulk_create(
        [TaskSuite(pool=pool, job=job, key_nonce="n", remote_task_id=f"{count}--{job.start_frame:024x}") for job in jobs], batch_size=2_000)
    tolokers = Toloker.objects.bulk_create([Toloker(account=account, user_id=uuid.uuid4().hex) for _ in range(50)])
    snapshots = Snapshot.objects.bulk_create(
        [Snapshot(job=job, attempt=str(job.pk), reason="submitted", revision=1, digest=f"{job.pk:064x}", shape_count=3,
                  data={"frames": {str(job.start_frame): {"shapes": [shape(dice, number) for number in range(3)], "tags": []}}})
         for job in jobs], batch_size=500)
    Assignment.objects.bulk_create(
        [Assignment(pool=pool, task_suite=suite, job_id=suite.job_id, toloker=dice.choice(tolokers), remote_id=str(suite.job_id),
                    status="SUBMITTED", reward="0.05", created=now - timedelta(minutes=number + dice.randint(2, 20)),
                    submitted=now - timedelta(minutes=number), snapshot=snapshot)
         for number, (suite, snapshot) in enumerate(zip(suites, snapshots, strict=True))], batch_size=2_000)
    return owner, pool


def shape(dice: random.Random, number: int) -> dict[str, Any]:
    left, top = dice.uniform(0, 1_700), dice.uniform(0, 900)
    return {"id": number + 1, "type": "rectangle", "label_id": 1, "points": [left, top, left + dice.uniform(5, 200), top + 90],
            "rotation": 0, "occluded": False, "z_order": 0, "group": 0, "source": "manual", "attributes": []}


def measure_size(count: int) -> dict[str, float]:
    """Name -> seconds: the middle of several for pages; for "judging" seconds an assignment."""
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from crowdsourcing.models import Assignment
    from crowdsourcing.quality.judging import judge_pool

    owner, pool = make_waiting(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start = time.perf_counter()
    judge_pool(pool)
    found = {"judging": (time.perf_counter() - start) / count}
    assert Assignment.objects.filter(pool=pool, suspicion_at=None).count() == 0
    start = time.perf_counter()
    judge_pool(pool)
    print(f"judging {count:,}: {found['judging'] * count:.2f} s at first, {time.perf_counter() - start:.2f} s again", file=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    browser = Client()
    browser.force_login(owner)
    middle = Assignment.objects.filter(pool=pool).order_by("submitted")[count // 2]
    pages = PAGES | {"bulk question": f"{reverse('crowdsourcing:bulk_new')}?verb=accept&all=1", "next": f"/review/next?after={middle.pk}"}
    for name, address in pages.items():
        found[name] = sorted(one_look(browser, address) for _ in range(ROUNDS))[ROUNDS // 2]
    return found


def one_look(browser: Any, address: str) -> float:
    start = time.perf_counter()
    answer = browser.get(address)
    taken = time.perf_counter() - start
    assert answer.status_code in (200, 302), (address, answer.status_code)
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=500)
    parser.add_argument("--large", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args()
    small, large = measure_size(options.small), measure_size(options.large)
    ratios = {name: large[name] / small[name] for name in small}
    if options.json:
        print(json.dumps({"small": small, "large": large, "ratios": ratios}))
    else:
        for name, ratio in ratios.items():
            goal = JUDGING_GOAL if name == "judging" else PAGE_GOAL
            print(f"{name:16} {small[name] * 1000:8.2f} ms  {large[name] * 1000:8.2f} ms  ratio {ratio:5.2f} (goal {goal})")
    return 0 if ratios.pop("judging") <= JUDGING_GOAL and max(ratios.values()) <= PAGE_GOAL else 1


if __name__ == "__main__":
    ready(ALLOWED_HOSTS="testserver", STATICFILES_STORAGE="django.contrib.staticfiles.storage.StaticFilesStorage")
    sys.exit(main())
