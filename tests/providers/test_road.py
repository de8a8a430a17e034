"""The requester's road over real HTTP: services, outbox, Toloka's provider and a real sandbox, with answers that are lost."""
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crowdsourcing import selectors, tasks
from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderCommand
from crowdsourcing.services import assignments, pools, projects
from tests.crowdsourcing import scene
from tests.stack.sandbox import SandboxServer

pytestmark = [pytest.mark.django_db, pytest.mark.http]


def deliver_all(tries: int = 12) -> None:
    """As the sweep would, without its waits."""
    for _ in range(tries):
        waiting = list(ProviderCommand.objects.filter(status="pending"))
        if not waiting:
            return
        for command in waiting:
            ProviderCommand.objects.filter(pk=command.pk).update(next_try_at=command.created_at)
            tasks.deliver(str(command.pk))
    raise AssertionError([(command.kind, command.error) for command in ProviderCommand.objects.filter(status="pending")])


@pytest.mark.parametrize("effect", ["drop_before", "drop_after", "status"])
def test_the_road_holds_with_every_answer_lost_once(alice: Any, sandbox: SandboxServer, settings: Any, effect: str) -> None:
    settings.SANDBOX_URL = sandbox.url
    requester = sandbox.create_requester()
    since = sandbox.now()
    more = {"status": 503} if effect == "status" else {}
    for path in ("/projects$", "/pools$", "/tasks$", "/open$", "/close$", "/archive$"):
        sandbox.fault(f"/api/v1.*{path}", effect, method="POST", **more)
    sandbox.fault("/api/v1/assignments/", effect, method="PATCH", **more)
    project = scene.project(alice)
    task = scene.task(project, jobs=2)
    projects.setup_project(actor=alice, project=project, environment="sandbox", api_key=requester.token, description="Cars")
    deliver_all()
    pools.setup_pool(actor=alice, task=task, config={"reward_per_assignment": Decimal("0.05")})
    deliver_all()
    pool = Pool.objects.get(task=task)
    pools.start_pool(actor=alice, pool=pool)
    deliver_all()
    pool.refresh_from_db()
    assert pool.status == "OPEN"
    _work(sandbox, pool)
    tasks.sync_crowd_project(pool.crowd_project_id)
    assert {row.status for row in Assignment.objects.all()} == {"SUBMITTED"}
    for assignment in Assignment.objects.all():
        assignments.accept_assignment(actor=alice, assignment=assignment)
    deliver_all()
    pool.refresh_from_db()
    for verb in (pools.stop_pool, pools.archive_pool):
        if not (verb is pools.stop_pool and Pool.objects.get(pk=pool.pk).status == "CLOSED"):
            verb(actor=alice, pool=pool)
            deliver_all()
    projects.archive_project(actor=alice, crowd_project=CrowdProject.objects.get())
    deliver_all()
    assert (Pool.objects.get().status, CrowdProject.objects.get().status) == ("ARCHIVED", "ARCHIVED")
    assert set(ProviderCommand.objects.values_list("status", flat=True)) == {"done"}
    # What was planned and not met must not meet the next test.
    sandbox.clear_faults()
    client = requester.client()
    assert len(list(client.get_projects())) == 1
    assert len(list(client.get_pools())) == 1
    assert len(list(client.get_tasks(pool_id=pool.remote_id))) == 2
    accepted = [item for item in sandbox.requests("/api/v1/assignments/", "PATCH", since=since)
                if item["status"] == 200 and item["requester_id"] == requester.id]
    assert len(accepted) <= 2
    assert selectors.pool_money(pool)["spent"] == Decimal("0.10")
    assert all(job.stage == "acceptance" for job in task.jobs.all())


def _work(sandbox: SandboxServer, pool: Pool) -> None:
    """Two people take a job each, open the editor, and submit."""
    for name in ("ann", "ben"):
        toloker = sandbox.create_toloker(name)
        page = toloker.take(pool.remote_id)
        key = page["tasks"][0]["input_values"]["job_key"]
        opened = Client().post(f"/editor/{key}/session", {"assignment_id": page["id"]}, "application/json")
        assert opened.status_code == 201, opened.content
        assert datetime.fromisoformat(opened.json()["expires_at"]).tzinfo is not None
        token = opened.json()["token"]
        headers = {"Authorization": f"Editor {token}"}
        job = Client().get("/api/editor/job", headers=headers).json()
        done = Client().post("/api/editor/submit", {"revision": job["annotations"]["revision"]}, "application/json", headers=headers)
        assert done.status_code == 200, done.content
        toloker.submit(page["id"], done.json())
