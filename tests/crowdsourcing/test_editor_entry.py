"""A Toloker's way into the editor."""
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotation.models import EditorSession, ImportedFrame, Label, Task
from crowdsourcing.job_keys import job_key_of
from crowdsourcing.models import TaskSuite
from crowdsourcing.providers.errors import BadCredentials, Unavailable
from crowdsourcing.services import pools
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_throttles() -> None:
    from django.core.cache import cache

    cache.clear()


def enter(key: str, assignment_id: Any) -> Any:
    return Client(enforce_csrf_checks=True).post(f"/editor/{key}/session", json.dumps({"assignment_id": assignment_id}), "application/json")


def test_an_active_assignment_opens_its_job_and_nothing_else(crowd: Crowd) -> None:
    crowd.open_pool()
    remote_id = crowd.take()
    answer = enter(job_key_of(crowd.suite()), remote_id)
    assert answer.status_code == 201
    assert 560 <= answer.json()["seconds_left"] <= 600
    assert not answer.cookies
    session = EditorSession.objects.get()
    assert (session.job, session.attempt, session.worker, session.mode) == (crowd.job(), remote_id, "wanda", "toloker")
    assert session.context == {"title": "Monday", "price": "0.05", "currency": "USD", "job_key": job_key_of(crowd.suite())}
    assert crowd.state() == ("annotation", "in progress", "wanda")
    assert crowd.assignment(remote_id).status == "ACTIVE"
    assert enter(job_key_of(crowd.suite()), remote_id).status_code == 201


def test_the_editor_opens_while_redis_is_away(crowd: Crowd, settings: Any) -> None:
    crowd.open_pool()
    remote_id = crowd.take()
    settings.CACHES = {"default": {"BACKEND": "cvatoloka.caches.OptionalRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    assert enter(job_key_of(crowd.suite()), remote_id).status_code == 201


def test_a_toloker_starts_with_the_tasks_pre_annotations_once(crowd: Crowd) -> None:
    crowd.open_pool()
    task = crowd.job().task
    tag = {"id": 1, "label_id": Label.objects.create(project=task.project, name="wet", color="#112233", type="tag").pk, "group": 0,
           "source": "file", "attributes": []}
    ImportedFrame.objects.create(task=task, kind="preannotation", frame=crowd.job().start_frame, tags=[tag])
    Task.objects.filter(pk=task.pk).update(show_preannotations=True)
    remote_id, key = crowd.take(), job_key_of(crowd.suite())
    first, again = (enter(key, remote_id).json()["token"] for _ in range(2))
    for token in (first, again):
        frames = Client().get("/api/editor/job", headers={"Authorization": f"Editor {token}"}).json()["annotations"]["frames"]
        assert [(content["tags"][0]["source"], content["starting_point"]) for content in frames.values()] == [("file", True)]
    assert crowd.job().last_object_id == 1


def test_keys_of_other_jobs_and_invented_ones_open_nothing(crowd: Crowd) -> None:
    crowd.open_pool()
    remote_id = crowd.take(0)
    key = job_key_of(crowd.suite(0))
    for wrong, assignment_id, code in (
            (job_key_of(crowd.suite(1)), remote_id, "not_yours"), ("x" + key, remote_id, "bad_key"), ("1.x:forged", remote_id, "bad_key"),
            (key, "a999999", "not_yours"), (key, "../../requester", "not_yours"), (key, "", "not_yours"), (key, {"x": 1}, "not_yours")):
        answer = enter(wrong, assignment_id)
        assert (answer.status_code, answer.json()["code"]) == (403, code), (wrong, assignment_id)
    assert not EditorSession.objects.exists()


def test_a_renewed_nonce_makes_old_keys_worthless(crowd: Crowd) -> None:
    crowd.open_pool()
    remote_id, key = crowd.take(), job_key_of(crowd.suite())
    TaskSuite.objects.update(key_nonce="new")
    assert enter(key, remote_id).json()["code"] == "bad_key"


@pytest.mark.parametrize("status", ["SUBMITTED", "EXPIRED", "SKIPPED", "REJECTED", "ACCEPTED"])
def test_work_that_is_over_does_not_open(crowd: Crowd, status: str) -> None:
    crowd.open_pool()
    remote_id = crowd.take()
    crowd.platform.change(remote_id, status)
    answer = enter(job_key_of(crowd.suite()), remote_id)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_active")
    assert crowd.assignment(remote_id).status == status


@pytest.mark.parametrize(("error", "status"), [(Unavailable("No."), 503), (BadCredentials("No."), 502)])
def test_a_silent_platform_asks_for_patience(crowd: Crowd, error: Exception, status: int) -> None:
    crowd.open_pool()
    remote_id = crowd.take()
    crowd.platform.fail("assignment", error)  # type: ignore[arg-type]
    answer = enter(job_key_of(crowd.suite()), remote_id)
    assert (answer.status_code, answer.json()["code"]) == (status, "platform_unavailable")
    assert enter(job_key_of(crowd.suite()), remote_id).status_code == 201


def test_the_deadline_follows_the_platforms_clock(crowd: Crowd) -> None:
    crowd.platform.advance(hours=5)
    crowd.open_pool(assignment_max_duration_seconds=1200)
    answer = enter(job_key_of(crowd.suite()), crowd.take())
    assert 1150 <= answer.json()["seconds_left"] <= 1200
    assert abs(EditorSession.objects.get().deadline - timezone.now() - timedelta(seconds=1200)) < timedelta(seconds=30)  # type: ignore[operator]


def test_a_closed_pool_lets_people_finish(crowd: Crowd) -> None:
    crowd.open_pool()
    remote_id = crowd.take()
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    assert enter(job_key_of(crowd.suite()), remote_id).status_code == 201


def test_the_page_may_be_framed_by_the_platform_and_sets_no_cookie(crowd: Crowd, settings: Any) -> None:
    settings.EDITOR_FRAME_ANCESTORS = ["https://iframe-toloka.com"]
    settings.SANDBOX_PUBLIC_URL, settings.SANDBOX_FRAME_ORIGIN = "http://localhost:8090", "http://tasks.localhost:8090"
    crowd.open_pool()
    answer = Client().get(f"/editor/{job_key_of(crowd.suite())}")
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    for origin in ("https://iframe-toloka.com", "http://localhost:8090", "http://tasks.localhost:8090"):
        assert origin in policy.split(";")[0].split()
        assert origin in answer.content.decode()
    assert "X-Frame-Options" not in answer
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    assert Client().get("/editor/1.x:forged").status_code == 404


def test_guessing_is_slowed_down(crowd: Crowd) -> None:
    crowd.open_pool()
    key = job_key_of(crowd.suite())
    answers = [enter(key, "a999999").status_code for _ in range(31)]
    assert answers[0] == 403
    assert answers[-1] == 429
