"""The road of news over real HTTP: a real sandbox's ticker calls the application, which looks at the pool."""
from decimal import Decimal
from typing import Any

import pytest

from crowdsourcing import tasks
from crowdsourcing.models import Assignment, Pool, WebhookEvent
from crowdsourcing.services import pools, projects
from tests.crowdsourcing import scene
from tests.providers.test_road import deliver_all
from tests.stack.sandbox import SandboxServer
from tests.stack.waiting import comes_true

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.http]


def test_submitted_work_is_seen_without_asking(
        alice: Any, sandbox: SandboxServer, live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SANDBOX_URL, settings.SANDBOX_WEBHOOK_BASE_URL = sandbox.url, live_server.url
    rung: list[list[Any]] = []
    monkeypatch.setattr(tasks.sync_one_pool, "apply_async", lambda args, countdown: rung.append(args))
    task = scene.task(scene.project(alice), jobs=1)
    requester = sandbox.create_requester()
    projects.setup_project(actor=alice, project=task.project, environment="sandbox", api_key=requester.token, description="Cars")
    deliver_all()
    pools.setup_pool(actor=alice, task=task, config={"reward_per_assignment": Decimal("0.05")})
    deliver_all()
    pools.start_pool(actor=alice, pool=Pool.objects.get())
    deliver_all()
    pool = Pool.objects.get()
    assert (pool.status, pool.webhook_on) == ("OPEN", True)
    with sandbox.process("ticker"):
        toloker = sandbox.create_toloker("ann")
        page = toloker.take(pool.remote_id)
        comes_true(lambda: len(rung) == 1)
        tasks.sync_one_pool(*rung.pop())
        assert Assignment.objects.get().status == "ACTIVE"
        toloker.submit(page["id"], {"job_key": page["tasks"][0]["input_values"]["job_key"], "revision": 1, "digest": "ab" * 32})
        comes_true(lambda: len(rung) == 1)
        tasks.sync_one_pool(*rung.pop())
        assert Assignment.objects.get().status == "SUBMITTED"
    assert {"ASSIGNMENT_CREATED", "ASSIGNMENT_SUBMITTED"} <= set(WebhookEvent.objects.values_list("type", flat=True))
    # All is done, so it closed by itself; its subscriptions end with the archive.
    requester.client().accept_assignment(page["id"], "Fine")
    tasks.sync_one_pool(pool.pk)
    assert Pool.objects.get().status == "CLOSED" and Assignment.objects.get().status == "ACCEPTED"
    pools.archive_pool(actor=alice, pool=pool)
    deliver_all()
    assert Pool.objects.get().status == "ARCHIVED"
    assert list(requester.client().get_webhook_subscriptions(pool_id=pool.remote_id)) == []
