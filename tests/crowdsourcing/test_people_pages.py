"""Skills and bans on the pages of Tolokers and over REST: what is one's own, how old it is, what it costs."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crowdsourcing.models import Ban, Pool, ProviderAccount, Skill, Toloker, TolokerSkill, Verification, VerificationTask, Vote
from crowdsourcing.selectors.people import banned_from
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=2), status="OPEN")


@pytest.fixture
def toloker(pool: Pool) -> Toloker:
    return scene.assignment(pool.task.jobs.first(), "ACCEPTED").toloker


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def value(toloker: Toloker, name: str = "Road signs", number: float = 83.254, **fields: Any) -> TolokerSkill:
    skill, _ = Skill.objects.get_or_create(account=toloker.account, remote_id=f"id of {name}", defaults={"name": name})
    return TolokerSkill.objects.create(toloker=toloker, skill=skill, value=number, modified=timezone.now(), mirrored_at=timezone.now(),
                                       **fields)


def ban(toloker: Toloker, scope: str = "ALL_PROJECTS", days: int | None = 15, **fields: Any) -> Ban:
    now = timezone.now()
    return Ban.objects.create(toloker=toloker, remote_id=str(Ban.objects.count()), scope=scope, created=now, mirrored_at=now,
                              will_expire=None if days is None else now + timedelta(days=days), **fields)


def page_of(signed_in: Any, toloker: Toloker) -> str:
    return text_of(signed_in.get(f"/crowdsourcing/workers/{toloker.pk}"))


def test_a_page_says_what_was_not_read_yet_and_what_there_is_not(signed_in: Any, toloker: Toloker) -> None:
    assert "not read from the platform yet" in page_of(signed_in, toloker) and "They are read once an hour" in page_of(signed_in, toloker)
    ProviderAccount.objects.update(people_read_at=timezone.now() - timedelta(hours=3), people_error="The key is not valid.")
    page = page_of(signed_in, toloker)
    assert "No skill has a value for this Toloker, and nothing bans them." in page and "3 hours ago" in page
    assert "They could not be read again: The key is not valid. We look again within the hour." in page


def test_skills_and_the_ban_in_force_are_shown_with_their_reasons(signed_in: Any, pool: Pool, toloker: Toloker) -> None:
    ProviderAccount.objects.update(people_read_at=timezone.now())
    value(toloker)
    value(toloker, "Long forgotten", gone_at=timezone.now())
    ban(toloker, private_comment="Often rejected")
    ban(toloker, "PROJECT", None, remote_project_id=pool.crowd_project.remote_id, private_comment="Too fast")
    ban(toloker, "POOL", -1, remote_pool_id=pool.remote_id, private_comment="It is over")
    page = page_of(signed_in, toloker)
    for words in ("Road signs", "83.25", "Banned for good</strong> from <a", "project Streets</a>: Too fast", "Often rejected",
                  "task Monday", "all projects of this requester", '<span class="dot dot-gray"></span>over'):
        assert words in page, words
    assert "Long forgotten" not in page
    Ban.objects.update(gone_at=timezone.now())
    assert "Banned for good</strong>" not in page_of(signed_in, toloker) and "lifted or over" in page_of(signed_in, toloker)


def test_bans_from_what_is_somebody_elses_are_nobodys_business(signed_in: Any, bob: Any, pool: Pool, toloker: Toloker) -> None:
    other = scene.crowd_project(scene.project(bob, "Cows"), account=toloker.account)
    ban(toloker, "PROJECT", remote_project_id=other.remote_id, private_comment="Bob's secret")
    ban(toloker, "POOL", remote_pool_id="made elsewhere", private_comment="Made elsewhere")
    page = page_of(signed_in, toloker)
    assert "Bob" not in page and "Made elsewhere" not in page and "Cows" not in page
    assert signed_in.get(f"/api/crowdsourcing/workers/{toloker.pk}").json()["banned"] is False


def test_the_platforms_clock_says_whether_a_ban_is_over(signed_in: Any, toloker: Toloker) -> None:
    ban(toloker, days=1, private_comment="Too fast")
    assert "Banned until" in page_of(signed_in, toloker)
    ProviderAccount.objects.update(clock_offset_seconds=2 * 24 * 3600)
    assert "Banned until" not in page_of(signed_in, toloker)


def test_a_pools_people_show_who_is_banned_from_it_and_how_much_a_checker_weighs(signed_in: Any, pool: Pool, toloker: Toloker) -> None:
    checker = Toloker.objects.create(account=toloker.account, user_id="checker-1")
    weight = value(checker, "Verifier", 72.5)
    verification = Verification.objects.create(pool=pool, mark="m", verifier_skill=weight.skill, remote_pool_id="901",
                                               remote_project_id="900")
    question = VerificationTask.objects.create(verification=verification, assignment=toloker.assignments.get(), frame=0, answer="OK",
                                               confidence=0.9, decided_at=timezone.now())
    Vote.objects.create(task=question, toloker=checker, remote_assignment_id="p1", answer="OK", submitted=timezone.now())
    elsewhere = ban(checker, "POOL", remote_pool_id="77", private_comment="Another pool")
    address = f"/pools/{pool.pk}/quality/workers"
    page = text_of(signed_in.get(address))
    assert "72.5" in page and "Weight" in page and "banned" not in page
    ban(toloker, "PROJECT", None, remote_project_id=pool.crowd_project.remote_id, private_comment="Too fast")
    Ban.objects.filter(pk=elsewhere.pk).update(remote_pool_id="901", will_expire=datetime(2099, 12, 7, tzinfo=UTC))
    page = text_of(signed_in.get(address))
    assert 'title="Too fast"><span class="dot dot-red"></span>banned for good' in page and "banned until 7 Dec" in page
    assert set(banned_from(pool, [toloker.pk, checker.pk])) == {toloker.pk, checker.pk}


def test_rest_tells_values_bans_and_their_age(signed_in: Any, pool: Pool, toloker: Toloker) -> None:
    read_at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    ProviderAccount.objects.update(people_read_at=read_at)
    value(toloker)
    ban(toloker, "POOL", remote_pool_id=pool.remote_id, private_comment="Too fast")
    found = signed_in.get(f"/api/crowdsourcing/workers/{toloker.pk}").json()
    assert (found["platform_read_at"], found["platform_error"], found["banned"]) == ("2026-11-22T09:00:00Z", "", True)
    assert [(row["id"], row["name"], row["hidden"], row["value"]) for row in found["skills"]] == [
        ("id of Road signs", "Road signs", True, 83.254)]
    assert [(row["scope"], row["project"], row["task"], row["reason"], row["in_force"]) for row in found["bans"]] == [
        ("POOL", pool.task.project_id, pool.task_id, "Too fast", True)]
    assert [row["banned"] for row in signed_in.get("/api/crowdsourcing/workers").json()["results"]] == [True]


@pytest.mark.parametrize("size", [1, 30])
def test_pages_take_few_queries_at_any_size(
        signed_in: Any, pool: Pool, toloker: Toloker, size: int, django_assert_max_num_queries: Any) -> None:
    for number in range(size):
        value(toloker, f"Skill {number}")
        ban(toloker, "POOL", remote_pool_id=pool.remote_id)
    page = page_of(signed_in, toloker)
    assert page.count("dot-red") == min(size, 20) and ("The first 20 of 30" in page) == (size > 20)
    for address in (f"/crowdsourcing/workers/{toloker.pk}", f"/pools/{pool.pk}/quality/workers",
                    f"/api/crowdsourcing/workers/{toloker.pk}", "/api/crowdsourcing/workers"):
        with django_assert_max_num_queries(10):
            assert signed_in.get(address).status_code == 200
