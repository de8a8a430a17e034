"""The page and the REST door of a pool's verification crowd."""
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotation.models import ProjectMember
from crowdsourcing.forms.verifications import VerificationSetupForm
from crowdsourcing.models import Pool, ProviderCommand, Verification, VerificationTask
from crowdsourcing.verification_wishes import clean
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=2), status="CLOSED")


def there(pool: Pool, **fields: Any) -> Verification:
    values = {"config": clean({}), "mark": f"m{pool.pk}", "remote_project_id": "7", "remote_pool_id": "8", "status": "OPEN",
              "waiting_for": "Waiting for answers: 3 questions are open."}
    return Verification.objects.create(pool=pool, **(values | fields))


def page(signed_in: Any, pool: Pool, data: dict[str, Any] | None = None, status: int = 200) -> str:
    address = f"/pools/{pool.pk}/verification"
    response = signed_in.get(address) if data is None else signed_in.post(address, data, follow=True)
    assert response.status_code == status, response.content.decode()[:2000]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def as_typed(**changes: Any) -> dict[str, Any]:
    """What the form sends when nothing but `changes` is touched; None leaves a box unticked."""
    form = VerificationSetupForm()
    sent = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()} | changes
    return {name: "on" if value is True else value for name, value in sent.items() if value is not None and value is not False}


def test_the_form_holds_the_notebooks_values_and_sets_up(signed_in: Any, pool: Pool) -> None:
    text = page(signed_in, pool)
    assert "not set up yet" in text
    assert "2 questions, if the first answers agree $0.026 If they never do, USD $0.065" in text, "a page, two people or five"
    page(signed_in, pool, as_typed())
    made = Verification.objects.get(pool=pool)
    assert made.config == clean({})
    assert ProviderCommand.objects.get(kind="setup_verification").target_id == made.pk
    pool.refresh_from_db()
    assert pool.reissue_policy == "at_once"
    assert "Set up verification" in page(signed_in, pool), "its command is shown while it is on its way"


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_written(signed_in: Any, pool: Pool) -> None:
    text = page(signed_in, pool, as_typed(max_overlap="1"), status=422)
    assert "This cannot be fewer than the 2 people that are asked first." in text
    text = page(signed_in, pool, as_typed(skill_from_agreement=None), status=422)
    assert "Without this skill nothing weighs the answers" in text
    assert not Verification.objects.exists() and not ProviderCommand.objects.exists()


def test_the_page_tells_progress_what_it_waits_for_and_who_decides(signed_in: Any, pool: Pool) -> None:
    there(pool)
    text = page(signed_in, pool)
    assert "Waiting for answers: 3 questions are open." in text
    assert "nothing is decided by them" in text, "no policy names the crowd"
    assert "Open in Toloka" in text and "Pause" in text and "Save changes" in text


def fragment(signed_in: Any, pool: Pool) -> str:
    """The live part, as it asks for itself."""
    answer = signed_in.get(f"/pools/{pool.pk}/verification", headers={"HX-Request": "true", "HX-Target": "verification-state"})
    assert answer.status_code == 200 and "<html" not in answer.content.decode()
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_live_part_says_how_far_it_is_and_asks_for_itself_while_something_may_happen(signed_in: Any, pool: Pool) -> None:
    made = there(pool, waiting_for="", status="CLOSED")
    assert "Nothing to check yet" in fragment(signed_in, pool) and "is not open. Start it on the task’s page" in fragment(signed_in, pool)
    assert "hx-trigger" not in fragment(signed_in, pool), "nothing moves by itself while the pool is closed"
    Pool.objects.filter(pk=pool.pk).update(status="OPEN")
    assert "as soon as a job is submitted" in fragment(signed_in, pool) and 'hx-trigger="every 5s"' in fragment(signed_in, pool)
    rows = [scene.assignment(job) for job in pool.task.jobs.all()]
    tasks = [VerificationTask.objects.create(verification=made, assignment=row, frame=number, remote_task_id=f"q{number}", overlap=2)
             for number, row in enumerate(rows)]
    VerificationTask.objects.filter(pk=tasks[0].pk).update(answer="OK", confidence=1, decided_at=timezone.now())
    Verification.objects.update(waiting_for="Waiting for answers: 1 question is open.")
    assert "1 of 2 questions answered" in fragment(signed_in, pool) and "crowd-note-calm" in fragment(signed_in, pool)
    assert 'id="verification-dot" hx-swap-oob="true"' in fragment(signed_in, pool) and "dot-gray" in fragment(signed_in, pool)
    Verification.objects.update(waiting_for="The verification pool was archived.")
    assert "crowd-note-calm" not in fragment(signed_in, pool), "somebody has to do something"
    VerificationTask.objects.update(decided_at=timezone.now())
    Verification.objects.update(waiting_for="")
    assert "All 2 questions answered" in fragment(signed_in, pool) and f"/pools/{pool.pk}/results" in fragment(signed_in, pool)
    assert "opens when there is more to ask" in fragment(signed_in, pool)
    Verification.objects.update(waiting_for="The verification pool was archived.")
    assert "opens when there is more to ask" not in fragment(signed_in, pool), "an archived one never does"


def test_settings_stand_open_where_something_in_them_is_wrong(signed_in: Any, pool: Pool) -> None:
    there(pool)
    address = f"/pools/{pool.pk}/verification"
    assert '<details class="verification-settings">' in signed_in.get(address).content.decode()
    wrong = signed_in.post(address, as_typed(min_tasks_per_page="11"))
    assert wrong.status_code == 422 and '<details class="verification-settings" open>' in wrong.content.decode()
    assert "The fewest cannot be more than the 10 of a full page" in wrong.content.decode()


def test_a_change_is_sent_and_the_rest_stays(signed_in: Any, pool: Pool) -> None:
    there(pool)
    page(signed_in, pool, as_typed(reward_per_assignment="0.02"))
    assert Verification.objects.get().config == clean({"reward_per_assignment": "0.02"})
    assert ProviderCommand.objects.get().kind == "update_verification"


def test_pause_and_go_on_by_two_clicks_each(signed_in: Any, pool: Pool) -> None:
    there(pool)
    assert "Pause the verification?" in signed_in.get(f"/pools/{pool.pk}/verification/pause").content.decode()
    signed_in.post(f"/pools/{pool.pk}/verification/pause")
    assert "Go on" in page(signed_in, pool)
    assert "paused already" in signed_in.post(f"/pools/{pool.pk}/verification/pause", follow=True).content.decode()
    signed_in.post(f"/pools/{pool.pk}/verification/resume")
    assert Verification.objects.get().stopped_at is None
    assert signed_in.post(f"/pools/{pool.pk}/verification/dance").status_code == 404


def test_a_reviewer_sees_and_does_not_change(pool: Pool, bob: Any) -> None:
    ProjectMember.objects.create(project=pool.task.project, user=bob, role="reviewer")
    there(pool)
    signed_in = Client()
    signed_in.force_login(bob)
    assert "its owner changes it" in page(signed_in, pool)
    assert signed_in.post(f"/pools/{pool.pk}/verification", as_typed()).status_code == 403
    assert signed_in.post(f"/pools/{pool.pk}/verification/pause").status_code == 403


def test_the_page_asks_few_queries(signed_in: Any, pool: Pool, django_assert_max_num_queries: Any) -> None:
    there(pool)
    signed_in.get(f"/pools/{pool.pk}/verification")
    with django_assert_max_num_queries(10):
        signed_in.get(f"/pools/{pool.pk}/verification")


# --- REST ---------------------------------------------------------------------------------------------------------------
def call(signed_in: Any, method: str, pool: Pool, verb: str = "", body: Any = None) -> Any:
    return getattr(signed_in, method)(f"/api/crowdsourcing/pools/{pool.pk}/verification{verb}",
                                    json.dumps(body or {}) if method != "get" else None, content_type="application/json")


def test_a_program_sets_up_changes_and_reads(signed_in: Any, pool: Pool) -> None:
    assert call(signed_in, "get", pool).status_code == 404
    answer = call(signed_in, "post", pool, body={"question": "Are all signs outlined?", "reward_per_assignment": 0.02, "decide": False})
    assert answer.status_code == 202, answer.content
    assert answer.json()["kind"] == "setup_verification"
    assert Verification.objects.get().config["question"] == "Are all signs outlined?"
    assert call(signed_in, "post", pool).json()["code"] == "busy"
    ProviderCommand.objects.update(status="done", finished_at=timezone.now())
    Verification.objects.update(remote_project_id="7", remote_pool_id="8", status="OPEN", waiting_for="Waiting for answers.")
    shown = call(signed_in, "get", pool).json()
    assert shown["waiting_for"] == "Waiting for answers." and shown["progress"]["questions"] == 0
    assert shown["config"]["reward_per_assignment"] == "0.020" and shown["remote_url"].endswith("/pool/8")
    assert call(signed_in, "patch", pool, body={"overlap": 3}).status_code == 202
    assert Verification.objects.get().config["overlap"] == 3


@pytest.mark.parametrize(("body", "field"), [
    ({"overlap": 0}, "overlap"), ({"max_overlap": 1}, "max_overlap"), ({"aggregation": "dice"}, "aggregation"),
    ({"skill_from_agreement": False}, "skill_from_agreement"), ({"min_confidence": 1}, "min_confidence"), ({"language": "xyz"}, "language"),
])
def test_a_program_is_told_what_cannot_be(signed_in: Any, pool: Pool, body: dict[str, Any], field: str) -> None:
    answer = call(signed_in, "post", pool, body=body)
    assert answer.status_code == 400 and set(answer.json()) == {field}
    assert not Verification.objects.exists()


def test_a_program_pauses_goes_on_and_replaces(signed_in: Any, pool: Pool) -> None:
    there(pool)
    assert call(signed_in, "post", pool, "/pause").json()["paused"] is True
    assert call(signed_in, "post", pool, "/pause").status_code == 409
    assert call(signed_in, "post", pool, "/resume").json()["paused"] is False
    assert call(signed_in, "post", pool, "/renew").status_code == 409
    Verification.objects.update(status="ARCHIVED")
    assert call(signed_in, "post", pool, "/resume").status_code == 409
    assert call(signed_in, "post", pool, "/renew").status_code == 202
    assert Verification.objects.get().remote_pool_id == ""


def test_the_admin_shows_verifications(pool: Pool, admin_client: Any) -> None:
    there(pool)
    for name in ("verification", "verificationtask", "vote"):
        assert admin_client.get(f"/admin/crowdsourcing/{name}/").status_code == 200
