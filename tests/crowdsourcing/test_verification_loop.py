"""The second crowd's loop against a platform in memory: asked, answered, decided, redone; each once, whatever dies."""
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crowdsourcing import delivery, mirror, selectors
from crowdsourcing.models import ProviderCommand, ReviewPolicy, Skill, Verdict, Vote
from crowdsourcing.providers.errors import Refused
from crowdsourcing.quality import verification as loop
from crowdsourcing.quality.verification import answers, turns
from crowdsourcing.services import assignments, pools, verifications
from crowdsourcing.verification_wishes import DEFAULTS, marking_rule
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.verifying import BAD, GOOD, answer, deliver, of, set_up, skilled, statuses, turn, work

pytestmark = pytest.mark.django_db
OURS = {"aggregation": "majority", "dynamic_overlap": False}


def test_setting_up_makes_one_of_everything_at_the_platform(crowd: Crowd) -> None:
    made = set_up(crowd, started=False)
    assert made.config == DEFAULTS
    assert (made.status, len(crowd.platform.projects), len(crowd.platform.pools)) == ("CLOSED", 2, 2)
    assert made.annotated_skill is not None and made.verifier_skill is not None
    assert set(crowd.platform.skills) == {made.annotated_skill.remote_id, made.verifier_skill.remote_id}
    rule = marking_rule(made.annotated_skill.remote_id)
    assert crowd.pool.quality_rules == [rule]
    assert crowd.platform.pools[crowd.pool.remote_id]["spec"].quality_rules == [rule], "the platform marks those who annotate"
    never = crowd.platform.pools[made.remote_pool_id]["spec"].filter["and"][1]["or"][0]
    assert never == {"category": "skill", "key": made.annotated_skill.remote_id, "operator": "EQ", "value": None}
    assert crowd.pool.reissue_policy == "at_once"


def test_the_policy_names_the_crowd_from_its_set_up_on(crowd: Crowd) -> None:
    set_up(crowd)
    turn(crowd)
    turn(crowd)
    (policy,) = ReviewPolicy.objects.filter(pool=crowd.pool)
    assert policy.config["verification"]["min_confidence"] == 0.5


def test_a_requester_may_want_answers_without_decisions(crowd: Crowd) -> None:
    set_up(crowd, decide=False, **OURS)
    job = work(crowd)
    turn(crowd)
    answer(crowd, {job: BAD}, "vera", "victor")
    turn(crowd)
    assert of(crowd).tasks.get().answer == BAD
    assert statuses(crowd) == {job.remote_id: "SUBMITTED"} and not ReviewPolicy.objects.exists()


def test_those_who_annotated_before_are_marked_too(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.work(0, "early")
    crowd.deliver(pools.stop_pool(actor=crowd.owner, pool=crowd.pool))
    made = verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config={})
    crowd.deliver(selectors.latest_command(made))
    skill = of(crowd).annotated_skill
    assert skill is not None
    assert crowd.platform.user_skills[skill.remote_id] == {"early": 1.0}


@pytest.mark.parametrize("config", [OURS, {}], ids=["ours", "platform"])
def test_work_is_asked_about_accepted_or_rejected_and_redone(crowd: Crowd, config: dict[str, Any]) -> None:
    set_up(crowd, **config)
    good, bad = work(crowd, 0, "gina"), work(crowd, 1, "bob")
    turn(crowd)
    assert crowd.platform.pools[of(crowd).remote_pool_id]["status"] == "OPEN"
    skilled(crowd, vera=90, victor=90)
    answer(crowd, {good: GOOD, bad: BAD}, "vera", "victor")
    assert crowd.platform.pools[of(crowd).remote_pool_id]["status"] == "CLOSED"
    assert not turn(crowd).open
    assert statuses(crowd) == {good.remote_id: "ACCEPTED", bad.remote_id: "REJECTED"}
    assert of(crowd).waiting_for == ""
    again = work(crowd, 1, "hugo")
    turn(crowd)
    answer(crowd, {again: GOOD}, "vera", "victor")
    turn(crowd)
    assert statuses(crowd)[again.remote_id] == "ACCEPTED"
    assert (crowd.platform.done("accept"), crowd.platform.done("reject")) == (2, 1)
    verdict = Verdict.objects.get(assignment=bad)
    assert verdict.source == "verification" and verdict.explanation
    assert crowd.platform.assignments[bad.remote_id].public_comment == verdict.explanation


def test_a_question_shows_the_picture_and_what_was_drawn(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    ((question,),) = [call[2] for call in crowd.platform.calls if call[0] == "ensure_questions"]
    assert question.key == f"{job.remote_id}:0"
    assert question.image.endswith("/0.jpg") and "crowdsourcing/images/" in question.image
    assert question.regions == [{"shape": "rectangle", "left": 0.1, "top": 0.1, "width": 0.5, "height": 0.5, "label": "car"}]


def test_a_tie_asks_one_more_and_decides_nothing_against_a_person(crowd: Crowd) -> None:
    set_up(crowd, **OURS, max_overlap=4)
    job = work(crowd)
    turn(crowd)
    answer(crowd, {job: GOOD}, "vera")
    answer(crowd, {job: BAD}, "victor")
    turn(crowd)
    assert of(crowd).tasks.get().overlap == 2 and statuses(crowd) == {job.remote_id: "SUBMITTED"}
    turn(crowd)
    assert of(crowd).tasks.get().overlap == 3, "one more vote is asked for, once"
    answer(crowd, {job: GOOD}, "vic")
    turn(crowd)
    answer(crowd, {job: BAD}, "viola")
    turn(crowd)
    task = of(crowd).tasks.get()
    assert (task.answer, task.decided_at is not None) == ("", True), "the requester decides"
    assert statuses(crowd) == {job.remote_id: "SUBMITTED"}
    assert Verdict.objects.get(assignment=job).outcome == "ask"


def test_nobody_judges_their_own_work(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd, 0, "wanda")
    turn(crowd)
    answer(crowd, {job: GOOD}, "wanda")
    answer(crowd, {job: BAD}, "vera")
    turn(crowd)
    assert statuses(crowd) == {job.remote_id: "SUBMITTED"}, "one vote that counts is too few"
    answer(crowd, {job: BAD}, "victor")
    turn(crowd)
    assert statuses(crowd) == {job.remote_id: "REJECTED"}


def test_work_decided_by_hand_needs_no_more_answers(crowd: Crowd) -> None:
    set_up(crowd, **OURS)
    job = work(crowd)
    turn(crowd)
    crowd.deliver(assignments.accept_assignment(actor=crowd.owner, assignment=job))
    assert not turn(crowd).open
    assert crowd.platform.tasks[of(crowd).tasks.get().remote_task_id].overlap == 0
    assert crowd.platform.done("accept") == 1


# --- death between any two lines --------------------------------------------------------------------------------------
class Killed(BaseException):
    """What SIGKILL looks like from inside."""


LINES = [
    (mirror, "mirror_questions"), (mirror, "mirror_answers"), (mirror, "mirror_verification_pool"), (loop.asking, "plan"),
    (loop.asking, "send"), (answers, "write"), (answers, "conclude"), (turns, "settle_pool"), (turns, "switch_on"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "name"), LINES, ids=[name for _, name in LINES])
def test_a_worker_killed_at_any_line_asks_pays_and_refuses_once(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, after: bool) -> None:
    set_up(crowd, **OURS)
    good, bad = work(crowd, 0, "gina"), work(crowd, 1, "bob")
    deaths = 0

    def live() -> None:
        """A turn that is killed at the line's first, second, ... time; then one that is not."""
        nonlocal deaths
        original = getattr(module, name)

        def dying(*args: Any, **kwargs: Any) -> Any:
            if after:
                original(*args, **kwargs)
            raise Killed(name)

        with monkeypatch.context() as patch:
            patch.setattr(module, name, dying)
            try:
                turn(crowd)
            except Killed:
                deaths += 1
        deliver(crowd)
        turn(crowd)

    live()
    answer(crowd, {good: GOOD, bad: BAD}, "vera", "victor")
    live()
    live()
    assert deaths >= 1, "the line was never reached"
    assert statuses(crowd) == {good.remote_id: "ACCEPTED", bad.remote_id: "REJECTED"}
    assert (crowd.platform.done("accept"), crowd.platform.done("reject")) == (1, 1)
    assert Vote.objects.count() == 4 and Skill.objects.count() == 2
    asked = [task for task in crowd.platform.tasks.values() if task.pool_id == of(crowd).remote_pool_id]
    assert len(asked) == 2, "each question once"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", [
    "mirror_skill", "mirror_verification_skills", "mirror_verification_project", "mirror_verification_pool", "mirror_pool"])
def test_a_worker_killed_while_setting_up_leaves_one_of_each(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch, name: str, after: bool) -> None:
    crowd.setup_project()
    crowd.setup_pool()
    made = verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config={})
    original = getattr(mirror, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if after:
            original(*args, **kwargs)
        raise Killed(name)

    with monkeypatch.context() as patch:
        patch.setattr(mirror, name, dying)
        with pytest.raises(Killed):
            crowd.deliver(selectors.latest_command(made))
    ProviderCommand.objects.filter(status="in flight").update(claimed_at=timezone.now() - timedelta(hours=1))
    assert delivery.release_stuck() == 1
    crowd.deliver_all()
    assert (len(crowd.platform.projects), len(crowd.platform.pools), len(crowd.platform.skills)) == (2, 2, 2)
    assert of(crowd).status == "CLOSED" and len(crowd.pool.quality_rules) == 1


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_what_a_try_that_failed_left_gets_the_settings_of_the_next(crowd: Crowd, after: bool) -> None:
    crowd.setup_project()
    crowd.setup_pool()
    crowd.platform.fail("ensure_asking_pool", Refused("The price is too low.", "VALIDATION_ERROR"), after=after)
    made = verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config={"question": "Is it right?"})
    assert crowd.deliver(selectors.latest_command(made)).status == "failed"
    again = {"question": "Is it outlined?", "reward_per_assignment": "0.02"}
    made = verifications.setup_verification(actor=crowd.owner, pool=crowd.pool, config=again)
    assert crowd.deliver(selectors.latest_command(made)).status == "done"
    project, pool = crowd.platform.projects[of(crowd).remote_project_id]["spec"], crowd.platform.pools[of(crowd).remote_pool_id]["spec"]
    assert project.question == "Is it outlined?" and str(pool.reward_per_assignment) == "0.02"
    assert (len(crowd.platform.projects), len(crowd.platform.pools)) == (2, 2)
