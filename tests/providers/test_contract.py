"""The contract of crowdsourcing.providers.base, held against every provider. Each verb is repeated, and loses its answer."""
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crowdsourcing.providers.errors import BadCredentials, NotFound, RateLimited, Refused, Unavailable
from tests.providers.stages import DIGEST, Stage, again, pool_spec, project_spec
from tests.stack import sandbox

KEYS = ["job-1:aaaa", "job-2:bbbb", "job-3:cccc"]


def published(stage: Stage, keys: list[str] | None = None, **pool: Any) -> tuple[str, str]:
    """A project and a closed pool with tasks."""
    project = stage.provider.ensure_project(project_spec(f"mark-{uuid.uuid4().hex}"))
    made = stage.provider.ensure_pool(pool_spec(project.id, f"mark-{uuid.uuid4().hex}", **pool))
    stage.provider.ensure_tasks(made.id, keys or KEYS, uuid.uuid4())
    return project.id, made.id


def submitted(stage: Stage, worker: str = "wanda", **pool: Any) -> tuple[str, str]:
    """Pool id and assignment id of a submitted work."""
    _, pool_id = published(stage, KEYS[:1], **pool)
    stage.provider.open_pool(pool_id)
    assignment_id = stage.take(pool_id, worker)
    stage.submit(assignment_id, worker, KEYS[0])
    return pool_id, assignment_id


def test_a_good_key_tells_who_and_how_much_money(stage: Stage) -> None:
    found = stage.provider.requester()
    assert found.id and found.name
    assert found.balance is not None and found.balance > 0
    assert isinstance(found.balance, Decimal)


def test_a_bad_key_is_said_to_be_bad_and_is_not_tried_again(stage: Stage) -> None:
    with pytest.raises(BadCredentials) as caught:
        stage.connect("no-such-key").requester()
    assert not caught.value.retry
    assert caught.value.sentence.endswith(".")


def test_the_clock_of_the_platform_is_learnt(stage: Stage) -> None:
    assert stage.provider.clock_offset is None
    stage.provider.requester()
    assert stage.provider.clock_offset is not None


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_never_makes_two_projects(stage: Stage, after: bool) -> None:
    before = stage.projects()
    stage.break_line("ensure_project", after=after)
    made = again(lambda: stage.provider.ensure_project(project_spec("mark-lost")))
    assert stage.projects() == before + 1
    assert stage.provider.ensure_project(project_spec("mark-lost")).id == made.id
    assert made.status == "ACTIVE"
    assert stage.projects() == before + 1


def test_another_mark_is_another_project(stage: Stage) -> None:
    assert stage.provider.ensure_project(project_spec("one")).id != stage.provider.ensure_project(project_spec("two")).id


def test_a_project_can_be_changed_twice_with_the_same_words(stage: Stage) -> None:
    made = stage.provider.ensure_project(project_spec())
    for _ in range(2):
        assert stage.provider.update_project(made.id, project_spec(name="Streets again")).id == made.id
    assert stage.provider.project(made.id).mark == "mark-project"


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_never_makes_two_pools(stage: Stage, after: bool) -> None:
    project = stage.provider.ensure_project(project_spec())
    stage.break_line("ensure_pool", after=after)
    made = again(lambda: stage.provider.ensure_pool(pool_spec(project.id)))
    assert made.status == "CLOSED"
    assert [pool.id for pool in stage.provider.pools(project.id)] == [made.id]
    assert stage.provider.ensure_pool(pool_spec(project.id)).id == made.id


@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer_never_publishes_a_job_twice(stage: Stage, after: bool) -> None:
    project = stage.provider.ensure_project(project_spec())
    pool = stage.provider.ensure_pool(pool_spec(project.id))
    operation = uuid.uuid4()
    stage.break_line("ensure_tasks", after=after)
    tasks = again(lambda: stage.provider.ensure_tasks(pool.id, KEYS, operation))
    assert [task.job_key for task in tasks] == KEYS
    assert {task.overlap for task in tasks} == {1}
    repeated = stage.provider.ensure_tasks(pool.id, KEYS, operation)
    assert [task.id for task in repeated] == [task.id for task in tasks]
    assert len(stage.provider.tasks(pool.id)) == len(KEYS)


def test_a_job_goes_to_as_many_workers_as_are_wanted_and_to_nobody_twice(stage: Stage) -> None:
    project = stage.provider.ensure_project(project_spec())
    pool = stage.provider.ensure_pool(pool_spec(project.id, overlap=2))
    [task] = stage.provider.ensure_tasks(pool.id, KEYS[:1], uuid.uuid4(), overlap=2)
    assert task.overlap == 2
    stage.provider.open_pool(pool.id)
    first = stage.take(pool.id, "wanda")
    with pytest.raises((AssertionError, sandbox.Refused)):
        stage.take(pool.id, "wanda")
    second = stage.take(pool.id, "viktor")
    found = {one.id: one for page in stage.provider.assignment_pages(pool.id) for one in page}
    assert {found[first].user_id, found[second].user_id} == {found[one].user_id for one in found} and len(found) == 2
    assert {one.job_key for one in found.values()} == {KEYS[0]}
    assert stage.provider.tasks(pool.id, overlap_from=3) == []


@pytest.mark.parametrize("after", [False, True])
def test_a_pool_opens_closes_and_is_archived_however_often_one_asks(stage: Stage, after: bool) -> None:
    _, pool_id = published(stage)
    for verb, status in (("open_pool", "OPEN"), ("close_pool", "CLOSED"), ("archive_pool", "ARCHIVED")):
        stage.break_line(verb, after=after)
        assert again(lambda verb=verb: getattr(stage.provider, verb)(pool_id)).status == status
        assert getattr(stage.provider, verb)(pool_id).status == status
        assert stage.provider.pool(pool_id).status == status


def test_an_empty_pool_does_not_open(stage: Stage) -> None:
    project = stage.provider.ensure_project(project_spec())
    pool = stage.provider.ensure_pool(pool_spec(project.id))
    with pytest.raises(Refused) as caught:
        stage.provider.open_pool(pool.id)
    assert caught.value.code == "EMPTY_POOL"


def test_an_open_pool_is_neither_changed_nor_archived(stage: Stage) -> None:
    project_id, pool_id = published(stage)
    stage.provider.open_pool(pool_id)
    with pytest.raises(Refused):
        stage.provider.update_pool(pool_id, pool_spec(project_id, reward_per_assignment=Decimal("0.10")))
    with pytest.raises(Refused):
        stage.provider.archive_pool(pool_id)


def test_a_changed_pool_differs_until_it_is_sent(stage: Stage) -> None:
    project = stage.provider.ensure_project(project_spec())
    spec = pool_spec(project.id)
    pool = stage.provider.ensure_pool(spec)
    assert not stage.provider.differs(pool.id, spec)
    audience = {"and": [{"or": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]}]}
    for change in (
            {"reward_per_assignment": Decimal("0.105")}, {"filter": audience}, {"filter": {}}, {"reissue_at_once": True},
            {"reissue_at_once": False},
            {"may_contain_adult_content": True}, {"will_expire": spec.will_expire + timedelta(days=1)}, {"auto_accept_solutions": True}):
        changed = pool_spec(project.id, **{"will_expire": spec.will_expire, **change})
        spec = changed
        if change not in ({"filter": {}}, {"reissue_at_once": False}):
            assert stage.provider.differs(pool.id, changed), change
        for _ in range(2):
            stage.provider.update_pool(pool.id, changed)
        assert not stage.provider.differs(pool.id, changed), change


def test_a_project_is_archived_after_its_pools_and_again_is_no_mistake(stage: Stage) -> None:
    project_id, pool_id = published(stage)
    with pytest.raises(Refused) as caught:
        stage.provider.archive_project(project_id)
    assert caught.value.code == "UNARCHIVED_POOLS_CONFLICT"
    stage.provider.archive_pool(pool_id)
    for _ in range(2):
        assert stage.provider.archive_project(project_id).status == "ARCHIVED"


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("verb", "status"), [("accept", "ACCEPTED"), ("reject", "REJECTED")])
def test_a_decision_whose_answer_is_lost_is_made_once(stage: Stage, verb: str, status: str, after: bool) -> None:
    pool_id, assignment_id = submitted(stage)
    stage.break_line(verb, after=after)
    found = again(lambda: getattr(stage.provider, verb)(assignment_id, "Well."))
    assert found.status == status
    assert getattr(stage.provider, verb)(assignment_id, "Well.").status == status
    seen = stage.provider.assignment(assignment_id)
    assert (seen.status, seen.public_comment, seen.pool_id, seen.job_key) == (status, "Well.", pool_id, KEYS[0])
    assert seen.solution == {"job_key": KEYS[0], "revision": 1, "digest": DIGEST}
    assert seen.reward == Decimal("0.05")


def test_a_rejected_work_can_still_be_accepted_but_not_the_other_way_round(stage: Stage) -> None:
    _, assignment_id = submitted(stage)
    stage.provider.reject(assignment_id, "Nothing is marked.")
    assert stage.provider.accept(assignment_id, "After all.").status == "ACCEPTED"
    with pytest.raises(Refused):
        stage.provider.reject(assignment_id, "No.")


def test_a_work_in_progress_cannot_be_decided(stage: Stage) -> None:
    _, pool_id = published(stage)
    stage.provider.open_pool(pool_id)
    assignment_id = stage.take(pool_id, "wanda")
    with pytest.raises(Refused):
        stage.provider.accept(assignment_id, "")
    assert stage.provider.assignment(assignment_id).status == "ACTIVE"


@pytest.mark.parametrize("after", [False, True])
def test_a_reissued_job_goes_to_one_more_worker_however_often_one_asks(stage: Stage, after: bool) -> None:
    pool_id, assignment_id = submitted(stage)
    stage.provider.reject(assignment_id, "No.")
    task_id = stage.provider.assignment(assignment_id).task_id
    stage.break_line("reissue", after=after)
    assert again(lambda: stage.provider.reissue(task_id, overlap=2)).overlap == 2
    assert stage.provider.reissue(task_id, overlap=2).overlap == 2
    assert [task.id for task in stage.provider.tasks(pool_id, overlap_from=2)] == [task_id]
    second = stage.take(pool_id, "walter")
    assert stage.provider.assignment(second).job_key == KEYS[0]


def test_reissuing_opens_a_closed_pool(stage: Stage) -> None:
    pool_id, assignment_id = submitted(stage)
    stage.provider.reject(assignment_id, "No.")
    stage.provider.close_pool(pool_id)
    stage.provider.reissue(stage.provider.assignment(assignment_id).task_id, overlap=2)
    assert stage.provider.pool(pool_id).status == "OPEN"


def test_an_offer_can_be_withdrawn_but_not_what_is_given_out(stage: Stage) -> None:
    pool_id, assignment_id = submitted(stage)
    stage.provider.reject(assignment_id, "No.")
    task_id = stage.provider.assignment(assignment_id).task_id
    stage.provider.reissue(task_id, overlap=2)
    for _ in range(2):
        assert stage.provider.withdraw(task_id, overlap=1).overlap == 1
    assert stage.provider.tasks(pool_id, overlap_from=2) == []


def test_the_rule_of_the_pool_reissues_at_once(stage: Stage) -> None:
    pool_id, assignment_id = submitted(stage, reissue_at_once=True)
    stage.provider.reject(assignment_id, "No.")
    assert [task.overlap for task in stage.provider.tasks(pool_id, overlap_from=2)] == [2]


def test_assignments_are_read_whole_and_by_the_time_of_what_happened(stage: Stage) -> None:
    _, pool_id = published(stage)
    stage.provider.open_pool(pool_id)
    ids = [stage.take(pool_id, worker) for worker in ("ann", "ben", "cat")]
    keys = {a.id: a.job_key for page in stage.provider.assignment_pages(pool_id) for a in page}
    assert set(keys) == set(ids)
    stage.submit(ids[0], "ann", keys[ids[0]])
    stage.skip(ids[1], "ben")
    assert {a.id for a in _read(stage, pool_id, "created")} == set(ids)
    assert [a.id for a in _read(stage, pool_id, "submitted")] == ids[:1]
    assert [(a.id, a.status) for a in _read(stage, pool_id, "skipped")] == [(ids[1], "SKIPPED")]
    assert _read(stage, pool_id, "accepted") == []
    one = _read(stage, pool_id, "submitted")[0]
    assert one.submitted is not None
    assert [a.id for a in _read(stage, pool_id, "submitted", one.submitted)] == ids[:1]
    assert _read(stage, pool_id, "submitted", one.submitted + timedelta(seconds=5)) == []


def _read(stage: Stage, pool_id: str, stream: str, since: datetime | None = None) -> list[Any]:
    return [item for page in stage.provider.assignment_pages(pool_id, stream=stream, since=since) for item in page]


@pytest.mark.parametrize("after", [False, True])
def test_who_is_told_of_a_pool_is_asked_for_once_and_ended_once(stage: Stage, after: bool) -> None:
    _, pool_id = published(stage)
    mine, other = "https://app.example/hook/1", "https://app.example/hook/2"
    stage.break_line("subscribe", after=after)
    again(lambda: stage.provider.subscribe(pool_id, url=mine, secret="one"))
    stage.provider.subscribe(pool_id, url=mine, secret="two")
    stage.provider.subscribe(pool_id, url=other, secret="one")
    assert stage.told(pool_id) == {mine, other}
    stage.break_line("unsubscribe", after=after)
    again(lambda: stage.provider.unsubscribe(pool_id, url=mine))
    stage.provider.unsubscribe(pool_id, url=mine)
    assert stage.told(pool_id) == {other}


def test_nobody_is_told_of_a_pool_that_is_not_there(stage: Stage) -> None:
    with pytest.raises((NotFound, Refused)):
        stage.provider.subscribe("4040404040", url="https://app.example/hook", secret="one")


def test_news_says_when_it_was_true(stage: Stage) -> None:
    before = datetime.now(UTC)
    project = stage.provider.ensure_project(project_spec())
    assert before <= stage.provider.project(project.id).seen_at <= datetime.now(UTC)


def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    for call in (lambda: stage.provider.pool("4040404040"), lambda: stage.provider.project("4040404040")):
        with pytest.raises(NotFound) as caught:
            call()
        assert not caught.value.retry


def test_too_many_requests_are_tried_again_later(stage: Stage) -> None:
    stage.slow_down("requester")
    with pytest.raises(RateLimited) as caught:
        stage.provider.requester()
    assert caught.value.retry and caught.value.retry_after == 60.0
    assert stage.provider.requester().id


def test_a_broken_line_is_tried_again(stage: Stage) -> None:
    stage.break_line("requester", after=False)
    with pytest.raises(Unavailable) as caught:
        stage.provider.requester()
    assert caught.value.retry
    assert stage.provider.requester().id


def test_a_pool_tells_whether_it_accepts_by_itself(stage: Stage) -> None:
    project = stage.provider.ensure_project(project_spec())
    for name, accepts in (("mark-one", False), ("mark-other", True)):
        made = stage.provider.ensure_pool(pool_spec(project.id, name, auto_accept_solutions=accepts))
        assert (made.auto_accept, stage.provider.pool(made.id).auto_accept) == (accepts, accepts)
