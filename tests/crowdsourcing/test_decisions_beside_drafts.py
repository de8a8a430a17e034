"""Accept and Reject while a reviewer fixes the same work: nobody decides over a colleague's head without knowing it."""
from collections.abc import Callable
from typing import Any

import pytest

from annotation.errors import Refused
from annotation.models import Correction
from annotation.services import shapes
from crowdsourcing.models import Assignment, ProviderCommand, Verdict
from crowdsourcing.selectors.bulk import items_of
from crowdsourcing.services import assignments, corrections
from crowdsourcing.services.bulk import decide_many, retry_bulk
from crowdsourcing.services.retries import retry_command
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_corrections import at, fixing, reviewer, waiting

__all__ = ["waiting"]
pytestmark = [pytest.mark.services, pytest.mark.django_db]
API = "/api/crowdsourcing/assignments"


@pytest.fixture
def rita(crowd: Crowd, waiting: Assignment) -> Any:
    """A colleague with a draft in which the car lies at 100."""
    rita = reviewer(crowd)
    fixing(crowd, waiting, rita)
    return rita


def decisions() -> int:
    return ProviderCommand.objects.filter(kind__in=["accept_assignment", "reject_assignment"]).count()


@pytest.mark.parametrize("verb", [assignments.accept_assignment, assignments.reject_assignment], ids=["accept", "reject"])
def test_a_plain_decision_names_who_fixes_the_work_and_asks_for_nothing(
        crowd: Crowd, waiting: Assignment, rita: Any, verb: Callable[..., Any]) -> None:
    wanted = {"actor": crowd.owner, "assignment": waiting, "comment": "Well."}
    with pytest.raises(Refused, match=r"rita is fixing this work\. .*decide all the same") as refused:
        verb(**wanted)
    assert refused.value.code == "being_corrected" and not decisions() and not Verdict.objects.exists()
    with pytest.raises(Refused, match="You are fixing this work yourself"):
        verb(**{**wanted, "actor": rita})
    assert verb(**wanted, despite_draft=True).payload["comment"] == "Well."
    assert Correction.objects.get().open


def test_accepted_all_the_same_the_submission_is_paid_and_the_draft_can_still_be_kept(crowd: Crowd, waiting: Assignment, rita: Any) -> None:
    crowd.deliver(assignments.accept_assignment(actor=crowd.owner, assignment=waiting, despite_draft=True))
    assert crowd.state()[:2] == ("acceptance", "completed") and at(shapes.frames_of(job=crowd.job())) == [10]
    assert corrections.keep_fix(actor=rita, assignment=waiting) is not None
    assert at(shapes.frames_of(job=crowd.job())) == [100], "what the sentence promised"


def test_a_draft_whose_author_is_gone_still_asks(crowd: Crowd, waiting: Assignment, rita: Any) -> None:
    rita.delete()
    with pytest.raises(Refused, match=r"Somebody is fixing this work.*whoever takes it over can still keep"):
        assignments.accept_assignment(actor=crowd.owner, assignment=waiting)


def test_kept_or_thrown_away_nothing_stands_in_the_way(crowd: Crowd, waiting: Assignment, rita: Any) -> None:
    corrections.keep_fix(actor=rita, assignment=waiting)
    assert assignments.accept_assignment(actor=crowd.owner, assignment=waiting).kind == "accept_assignment"


def test_another_attempts_draft_says_nothing_about_this_one(crowd: Crowd, waiting: Assignment, rita: Any) -> None:
    Correction.objects.update(attempt="an earlier one")
    assert assignments.accept_assignment(actor=crowd.owner, assignment=waiting).kind == "accept_assignment"


def test_many_at_once_leave_it_undecided_until_the_draft_is_closed(crowd: Crowd, waiting: Assignment, rita: Any) -> None:
    from crowdsourcing import bulk as engine

    bulk = decide_many(actor=crowd.owner, verb="accept_assignment", assignments=[waiting.pk])
    assert list(engine.carry_on(bulk.pk)) == []
    (item,) = items_of(bulk)
    assert (item.outcome, item.code) == ("refused", "being_corrected") and "rita" in item.sentence and not decisions()
    corrections.discard_fix(actor=rita, assignment=waiting)
    assert len(list(engine.carry_on(retry_bulk(actor=crowd.owner, bulk=bulk).pk))) == 1


def test_a_failed_decision_is_not_repeated_over_a_draft_begun_since(crowd: Crowd, waiting: Assignment) -> None:
    failed = assignments.accept_assignment(actor=crowd.owner, assignment=waiting)
    ProviderCommand.objects.filter(pk=failed.pk).update(status="failed")
    fixing(crowd, waiting, reviewer(crowd))
    with pytest.raises(Refused, match="rita is fixing"):
        retry_command(actor=crowd.owner, command=failed)
    assert decisions() == 1


def test_the_dialog_names_the_colleague_and_what_becomes_of_the_draft(client: Any, crowd: Crowd, waiting: Assignment, rita: Any) -> None:
    client.force_login(crowd.owner)
    address = f"/assignments/{waiting.pk}/accept"
    shown = client.get(address).content.decode()
    assert "rita is fixing this work." in shown and "rita can still keep it" in shown and "1 frame changed" in shown
    assert "Accept all the same" in shown and 'name="despite_draft"' in shown
    assert "cannot be kept unless" in client.get(f"/assignments/{waiting.pk}/reject").content.decode()
    # The question was asked before rita began: her name is no part of that answer.
    late = client.post(address, {"comment": ""})
    assert late.status_code == 422 and "rita is fixing" in late.content.decode() and not decisions()
    assert client.post(address, {"comment": "", "despite_draft": "1"}).status_code == 302 and decisions() == 1


def test_the_bulk_question_says_how_many_a_reviewer_has_in_hand(client: Any, crowd: Crowd, waiting: Assignment, rita: Any) -> None:
    client.force_login(crowd.owner)
    shown = client.get("/review/bulk/new", {"verb": "accept", "filters": "", "assignment": [waiting.pk]}).content.decode()
    assert "1 of them is being fixed by a reviewer" in shown
    corrections.discard_fix(actor=rita, assignment=waiting)
    assert "being fixed" not in client.get("/review/bulk/new", {
        "verb": "accept", "filters": "", "assignment": [waiting.pk]}).content.decode()


def test_programs_get_a_409_and_may_decide_all_the_same(client: Any, crowd: Crowd, waiting: Assignment, rita: Any) -> None:
    client.force_login(crowd.owner)
    for verb in ("accept", "reject"):
        refused = client.post(f"{API}/{waiting.pk}/{verb}", {"comment": "Well."}, "application/json")
        assert (refused.status_code, refused.json()["code"]) == (409, "being_corrected") and "rita" in refused.json()["detail"]
    assert client.post(f"{API}/{waiting.pk}/accept", {"despite_draft": "yes please"}, "application/json").status_code == 400
    assert not decisions()
    assert client.post(f"{API}/{waiting.pk}/accept", {"despite_draft": True}, "application/json").status_code == 202
