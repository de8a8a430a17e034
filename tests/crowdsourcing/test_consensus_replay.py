"""A policy replayed where several do each job: rejected work counts, and every config compares by its own rule."""
from typing import Any

import pytest

from crowdsourcing import quality
from crowdsourcing.models import Consensus
from crowdsourcing.quality.policies import with_defaults
from crowdsourcing.quality.replaying import Replay, replay
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_consensus import ASIDE, ELSEWHERE, RIGHT, hand_in, settle

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowd(crowd: Crowd) -> Crowd:
    """Two a job; on the first of three jobs a third was rejected by hand."""
    crowd.make_frames()
    crowd.open_pool(overlap=2, reissue_policy="at_once")
    crowd.reject(hand_in(crowd, "sid", ELSEWHERE))
    for worker, box in (("ann", RIGHT), ("ben", ASIDE)):
        crowd.accept(hand_in(crowd, worker, box))
    settle(crowd)
    return crowd


def replayed(crowd: Crowd, against: dict[str, Any] | None = None, **block: Any) -> Replay:
    return replay(crowd.pool, {"consensus": with_defaults("consensus", block)}, against)


def test_what_was_rejected_is_compared_with_what_the_others_did(crowd: Crowd) -> None:
    before = Consensus.objects.values().get()
    found = replayed(crowd)
    assert (found.looked_at, found.unknown, found.before, found.after, found.changes) == (
        3, 0, {"accept": 2, "reject": 1}, {"accept": 2, "reject": 1}, [])
    assert Consensus.objects.values().get() == before, "a replay writes nothing"


def test_a_rejection_that_the_policy_would_not_have_made_is_told(crowd: Crowd) -> None:
    crowd.reject(hand_in(crowd, "dora", RIGHT, number=1))
    for worker in ("cleo", "dan"):
        crowd.accept(hand_in(crowd, worker, ASIDE, number=1))
    found = replayed(crowd)
    assert (found.unknown, found.more_accepted) == (0, 1)
    [change] = found.changes
    assert (change.assignment.toloker.user_id, change.before, change.after, change.source) == ("dora", "reject", "accept", "consensus")


def test_each_config_compares_by_its_own_rule(crowd: Crowd) -> None:
    mild = {"consensus": with_defaults("consensus", {})}
    # Boxes that lie 0.94 in each other are two objects to this one: nobody agrees, and who comes next is not known.
    found = replayed(crowd, against=mild, min_iou=0.97)
    assert (found.unknown, found.before) == (3, {})
    assert replayed(crowd, against=mild).unknown == 0


def test_rejected_work_on_which_nobody_can_tell_stays_unknown(crowd: Crowd) -> None:
    for worker, box in (("sam", ELSEWHERE), ("max", [400, 10, 420, 40])):
        crowd.reject(hand_in(crowd, worker, box, number=1))
    found = replayed(crowd)
    assert (found.looked_at, found.unknown) == (5, 2)


def test_many_jobs_take_as_many_queries_as_few(crowd: Crowd, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(20) as few:
        replayed(crowd)
    for number in (1, 2):
        crowd.reject(hand_in(crowd, "sam", ELSEWHERE, number=number))
        for worker, box in (("ann", RIGHT), ("ben", ASIDE)):
            hand_in(crowd, worker, box, number=number)
    quality.agree_pool(crowd.pool)
    with django_assert_max_num_queries(len(few)):
        assert replayed(crowd).unknown == 0
