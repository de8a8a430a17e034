"""The page of a pool's review policy: set, tried, turned off, let go on."""
import html
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from annotation.models import Frame, GuideVersion, ProjectMember
from crowdsourcing.models import Pool, ProviderCommand, ReviewPolicy, Verdict, Verification
from crowdsourcing.quality import replaying
from crowdsourcing.selectors.policies import policy_of
from crowdsourcing.services.pools import ACCEPTS_AND_ASKS, ACCEPTS_AND_DECIDES
from tests.crowdsourcing import scene
from tests.crowdsourcing.test_deciding import FAST, attempts

pytestmark = [pytest.mark.services, pytest.mark.django_db]
# What the form sends with the rules of FAST.
RULES = {"automatic": "on", "automatic__reject_without_work": "on", "automatic__reject_below_seconds": "60", "automatic__accept_rest": "on",
         "max_rounds": "3", "stops": "on", "stop__first": "20", "stop__accepted_share": "10"}


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")


def page(signed_in: Any, pool: Pool, data: dict[str, Any] | None = None, status: int = 200) -> str:
    address = f"/pools/{pool.pk}/policy"
    response = signed_in.get(address) if data is None else signed_in.post(address, data, follow=True)
    assert response.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_pool_without_a_policy_says_what_to_do(signed_in: Any, pool: Pool) -> None:
    text = page(signed_in, pool)
    assert "No policy yet: every job is reviewed by hand." in text
    assert "Turn off" not in text


def test_a_policy_is_put_in_force_and_turned_off(signed_in: Any, pool: Pool, alice: Any) -> None:
    attempts(pool, 5)
    text = page(signed_in, pool, RULES)
    assert "Version 1 is in force. What it can decide now it decides within a minute." in text
    policy = policy_of(pool)
    assert policy is not None
    assert policy.created_by == alice
    assert policy.config == {
        "automatic": {"reject_without_work": True, "reject_below_seconds": 60.0, "reject_untouched_from": None, "ask_suspicion_from": None,
                      "accept_rest": True}, "max_rounds": 3, "stop": {"first": 20, "accepted_share": 0.1}}
    assert "what the policy in force says already" in page(signed_in, pool, RULES)
    assert "Review by hand from now on?" in signed_in.get(f"/pools/{pool.pk}/policy/off").content.decode()
    signed_in.post(f"/pools/{pool.pk}/policy/off")
    assert "by hand" in page(signed_in, pool)
    assert list(pool.review_policies.values_list("version", flat=True)) == [1, 2]


def test_trying_says_what_would_change_and_changes_nothing(signed_in: Any, pool: Pool) -> None:
    _, slow, _ = attempts(pool, 5, 100, 200)
    text = page(signed_in, pool, {**RULES, "replay": "1"})
    assert "2 more accepted, $0.10 more." in text
    assert "over 3 submitted attempts" in text
    assert "5.0 seconds a frame" in text
    assert f"Job {slow.job_id}" in text
    assert not ReviewPolicy.objects.exists()
    assert not Verdict.objects.exists()
    assert not ProviderCommand.objects.exists()


def test_trying_against_the_policy_in_force(signed_in: Any, pool: Pool) -> None:
    attempts(pool, 5, 100)
    page(signed_in, pool, RULES)
    text = page(signed_in, pool, {**RULES, "automatic__reject_below_seconds": "200", "replay": "1", "against": "policy"})
    assert "1 fewer accepted, $0.05 less." in text
    assert "what the policy in force would decide, over 2 submitted attempts" in text
    assert "No attempt would be decided differently" in page(signed_in, pool, {**RULES, "replay": "1", "against": "policy"})


def test_what_is_switched_off_is_not_looked_at(signed_in: Any, pool: Pool) -> None:
    off = {"ground_truth__accept_from": "7", "verification__min_confidence": "much", "consensus__quorum": "-3"}
    text = page(signed_in, pool, {**RULES, **off, "stops": "", "stop__first": "0"})
    assert "Version 1 is in force" in text
    policy = policy_of(pool)
    assert policy is not None and set(policy.config) == {"automatic", "max_rounds", "stop"} and policy.config["stop"] is None
    shown = signed_in.get(f"/pools/{pool.pk}/policy").content.decode()
    assert "novalidate" in shown, "a browser cannot show what is wrong in a hidden field"


def test_mistakes_stand_at_their_fields_and_nothing_is_saved(signed_in: Any, pool: Pool) -> None:
    text = page(signed_in, pool, {**RULES, "verification": "on", "verification__min_confidence": "80"}, 422)
    assert "Nobody votes yet" in text
    text = page(signed_in, pool, {**RULES, "automatic__reject_untouched_from": "300"}, 422)
    assert "less than or equal to 100" in text
    assert "Nothing in this policy decides" not in page(signed_in, pool, {})
    assert not ReviewPolicy.objects.exclude(config={}).exists()


def test_a_stopped_policy_goes_on_by_one_click(signed_in: Any, pool: Pool, alice: Any) -> None:
    ReviewPolicy.objects.create(pool=pool, version=1, config=FAST, stopped_at=timezone.now(), stop_reason="Of the first 20 decided, 0.")
    assert "The policy stopped itself" in page(signed_in, pool)
    signed_in.post(f"/pools/{pool.pk}/policy/resume")
    text = page(signed_in, pool)
    assert "alice let it go on" in text
    assert "The policy is not stopped." in signed_in.post(f"/pools/{pool.pk}/policy/resume", follow=True).content.decode()


def test_a_reviewer_looks_and_a_stranger_finds_nothing(client: Any, pool: Pool, bob: Any) -> None:
    client.force_login(bob)
    assert client.get(f"/pools/{pool.pk}/policy").status_code == 404
    ProjectMember.objects.create(project=pool.task.project, user=bob, role="reviewer")
    assert "its owner changes it" in page(client, pool)
    for address in ("policy", "policy/off", "policy/resume"):
        assert client.post(f"/pools/{pool.pk}/{address}", RULES).status_code == 403
    assert not ReviewPolicy.objects.exists()


def test_the_page_asks_as_much_of_the_database_with_many_rows(
        signed_in: Any, pool: Pool, django_assert_max_num_queries: Any) -> None:
    attempts(pool, 5, 100, 100, 100)
    for version in range(1, 9):
        ReviewPolicy.objects.create(pool=pool, version=version, config=FAST if version % 2 else {})
    with django_assert_max_num_queries(10):
        page(signed_in, pool)


def test_the_job_page_tells_every_verdict_with_what_it_was_made_of(signed_in: Any, pool: Pool, alice: Any) -> None:
    guide = GuideVersion.objects.create(project=pool.task.project, number=3, markdown="# Boxes")
    Frame.objects.bulk_create([
        Frame(task=pool.task, number=number, name="a.jpg", width=9, height=9, byte_size=1) for number in range(4)])
    [row] = attempts(pool, 5)
    policy = ReviewPolicy.objects.create(pool=pool, version=2, config=FAST)
    command = scene.command(row, "reject_assignment", "failed", error="The assignment is not there.")
    Verdict.objects.create(
        assignment=row, policy=policy, guide_version=guide, outcome="reject", source="verification", command=command, confidence=0.9,
        explanation="Frame 1 was found not to be right.", thresholds={
            "min_confidence": 0.8, "reject_without_work": True, "quorum": None}, inputs={
            "seconds": 5, "with_work": True, "ground_truth": {"score": 0.25, "frames": {"1": 0.25}}, "verification": [
                {"frame": 1, "answer": "BAD", "confidence": 0.9, "settled": True, "votes": [
                    {"answer": "BAD", "weight": 0.75}, {"answer": "OK", "weight": None}]}]})
    Verdict.objects.create(assignment=row, outcome="accept", source="hand", actor=alice, explanation="Accepted by alice: <b>Fine</b>")
    response = signed_in.get(reverse("annotation:job_detail", args=[row.job_id]))
    assert "<b>Fine</b>" not in response.content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    for part in ("Reject: verification crowd", "Frame 1 was found not to be right.", "policy 2", "guide 3", "90 % sure", "Accept: by hand",
                 "The platform did not take it: The assignment is not there. Decide by hand.",
                 "Frame 1 not done well, 90 % sure; answers: No (weight 0.75), Yes", "Ground truth 0.25; frame 1: 0.25",
                 "Confidence needed 80 %", "People an object needs more than half", "Rejects without work yes", "Time 5 s"):
        assert part in text, part


def test_a_replay_that_did_not_look_at_everything_says_of_how_many(signed_in: Any, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts(pool, 5, 10, 70)
    assert "over 3 submitted attempts." in page(signed_in, pool, {**RULES, "replay": "1"})
    monkeypatch.setattr(replaying, "MOST", 2)
    text = page(signed_in, pool, {**RULES, "replay": "1"})
    assert "over the newest 2 of 3 submitted attempts: older ones were not looked at, and all numbers here are of these 2 only." in text
    assert "looks at the newest 2,000 attempts at most" in text


def test_accepting_everything_is_refused_at_its_field_while_a_policy_is_in_force(signed_in: Any, pool: Pool) -> None:
    Pool.objects.update(status="CLOSED")
    page(signed_in, pool, RULES)
    address = f"/api/crowdsourcing/pools/{pool.pk}"
    response = signed_in.patch(address, {"auto_accept_solutions": True}, content_type="application/json")
    assert response.status_code == 400 and response.json() == {"auto_accept_solutions": [ACCEPTS_AND_DECIDES]}
    form = signed_in.get(f"/tasks/{pool.task_id}/pool/update").context["form"]
    values = {name: "" if (value := form[name].value()) is None or value is False else value for name in form.fields}
    values = {name: value for name, value in values.items() if value not in ("", [], {})} | {"auto_accept_solutions": "on"}
    told = signed_in.post(f"/tasks/{pool.task_id}/pool/update", values)
    assert told.status_code == 422 and ACCEPTS_AND_DECIDES in html.unescape(told.content.decode())
    pool.refresh_from_db()
    assert pool.auto_accept_solutions is False and not ProviderCommand.objects.exists()
    signed_in.post(f"/pools/{pool.pk}/policy/off")
    assert signed_in.patch(address, {"auto_accept_solutions": True}, content_type="application/json").status_code == 202


def test_accepting_everything_is_refused_while_a_second_crowd_checks(signed_in: Any, pool: Pool) -> None:
    Pool.objects.update(status="CLOSED")
    verification = Verification.objects.create(pool=pool, mark="m")
    address, body = f"/api/crowdsourcing/pools/{pool.pk}", {"auto_accept_solutions": True}
    assert signed_in.patch(address, body, content_type="application/json").json() == {"auto_accept_solutions": [ACCEPTS_AND_ASKS]}
    Verification.objects.filter(pk=verification.pk).update(stopped_at=timezone.now())
    assert signed_in.patch(address, body, content_type="application/json").status_code == 202


def test_a_pool_that_was_on_before_can_still_be_changed(signed_in: Any, pool: Pool) -> None:
    page(signed_in, pool, RULES)
    Pool.objects.update(status="CLOSED", auto_accept_solutions=True)
    assert "This pool accepts everything at once, so nothing is left for the policy to decide." in page(signed_in, pool)
    body = {"auto_accept_solutions": True, "reward_per_assignment": "0.06"}
    assert signed_in.patch(f"/api/crowdsourcing/pools/{pool.pk}", body, content_type="application/json").status_code == 202


def test_what_somebody_switched_on_at_the_platform_is_said(signed_in: Any, pool: Pool) -> None:
    Pool.objects.update(remote_auto_accept=True)
    words = "At the platform this pool accepts everything at once"
    assert words not in page(signed_in, pool), "by hand there is nothing to decide"
    text = page(signed_in, pool, RULES)
    assert words in text and "Stop the pool and start it again" in text
    assert signed_in.get(f"/api/crowdsourcing/pools/{pool.pk}").json()["remote_auto_accept"] is True
    Pool.objects.update(status="CLOSED")
    assert "Save Update pool once more, or start the pool" in page(signed_in, pool)
    Pool.objects.update(remote_auto_accept=False)
    assert words not in page(signed_in, pool)
