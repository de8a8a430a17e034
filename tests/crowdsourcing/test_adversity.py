"""What goes wrong between two good steps: late decisions, lost keys, hostile answers, races of two wishes."""
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from annotation.models import Snapshot
from crowdsourcing import selectors, tasks
from crowdsourcing.models import Assignment, ProviderAccount, ProviderCommand
from crowdsourcing.providers.errors import NotEnoughBalance, Unavailable
from crowdsourcing.providers.fake import FakeProvider
from crowdsourcing.services import assignments, projects, retries
from crowdsourcing.statuses import CommandKind
from crowdsourcing.transitions import Refused
from tests.crowdsourcing.crowd import Crowd

pytestmark = pytest.mark.django_db


# --- an attempt that is accepted late --------------------------------------------------------------------------------------------


def _submitted(crowd: Crowd, worker: str, shapes: list[Any]) -> Assignment:
    """An attempt submitted with these shapes."""
    remote_id = crowd.take(worker=worker)
    crowd.sync()
    Snapshot.objects.create(job=crowd.job(), attempt=remote_id, worker=worker, reason="submitted", revision=1, digest="d",
                            data={"frames": {"0": {"shapes": shapes, "tags": []}}})
    crowd.platform.submit(remote_id)
    crowd.sync()
    return crowd.assignment(remote_id)


BOX = {"id": 1, "type": "rectangle", "points": [1, 2, 3, 4]}


@pytest.mark.parametrize("end", ["EXPIRED", "SKIPPED", "REJECTED"])
def test_an_accepted_attempt_completes_its_job_although_a_later_one_was_in_vain(crowd: Crowd, end: str) -> None:
    crowd.open_pool()
    first = _submitted(crowd, "wanda", [BOX])
    crowd.reject(first)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    if end == "REJECTED":
        crowd.reject(_submitted(crowd, "walter", [{**BOX, "points": [9, 9, 19, 19]}]))
    else:
        second = crowd.take(worker="walter")
        crowd.sync()
        crowd.platform.change(second, end)
        crowd.sync()
    crowd.accept(crowd.assignment(first.remote_id))
    assert crowd.state() == ("acceptance", "completed", "wanda")
    assert crowd.job().frame_annotations.get().shapes == [BOX]
    assert not selectors.is_offered_again(crowd.suite())
    assert selectors.obstacles(crowd.suite(), CommandKind.REISSUE_JOB)


def test_an_accepted_job_comes_back_when_the_platform_offered_it_once_more_in_vain(crowd: Crowd) -> None:
    crowd.open_pool()
    first = _submitted(crowd, "wanda", [BOX])
    crowd.accept(first)
    # Somebody raised the overlap in the platform's own pages.
    crowd.platform.tasks[crowd.suite().remote_task_id].overlap = 2
    second = crowd.take(worker="walter")
    crowd.sync()
    assert crowd.state() == ("annotation", "in progress", "walter")
    crowd.platform.change(second, "EXPIRED")
    crowd.sync()
    assert crowd.state() == ("acceptance", "completed", "wanda")


# --- two wishes about one job ----------------------------------------------------------------------------------------------------


def test_a_job_accepted_while_its_reissue_waits_is_not_offered_and_not_paid_twice(crowd: Crowd) -> None:
    crowd.open_pool()
    first = crowd.work()
    crowd.reject(first)
    reissue = assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite())
    crowd.accept(crowd.assignment(first.remote_id))
    command = crowd.deliver(reissue)
    assert (command.status, command.error_code) == ("failed", "accepted_meanwhile")
    assert crowd.platform.count("reissue") == 0
    assert crowd.suite().overlap == 1


def test_a_job_accepted_while_its_reissue_is_on_the_wire_is_withdrawn(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.open_pool()
    first = crowd.work()
    crowd.reject(first)
    reissue = assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite())
    original = FakeProvider.reissue

    def slow(self: FakeProvider, task_id: str, *, overlap: int) -> Any:
        answer = original(self, task_id, overlap=overlap)
        crowd.accept(crowd.assignment(first.remote_id))
        return answer

    monkeypatch.setattr(FakeProvider, "reissue", slow)
    crowd.deliver(reissue)
    assert crowd.platform.tasks[crowd.suite().remote_task_id].overlap == crowd.suite().overlap == 1
    assert crowd.state()[:2] == ("acceptance", "completed")


def test_an_offer_that_we_have_not_seen_yet_is_withdrawn_too(crowd: Crowd) -> None:
    crowd.open_pool(reissue_policy="at_once")
    first = crowd.work()
    crowd.platform.change(first.remote_id, "REJECTED", public_comment="No.")
    crowd.sync()
    # The platform's rule works a moment after the rejection.
    task = crowd.platform.tasks[crowd.suite().remote_task_id]
    task.overlap = 2
    assert crowd.suite().overlap == 1
    crowd.accept(crowd.assignment(first.remote_id))
    assert task.overlap == 1


def test_a_reissue_that_is_tried_again_counts_from_the_present_overlap(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.reject(crowd.work())
    crowd.platform.fail("reissue", NotEnoughBalance("Not now."))
    failed = crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    # Meanwhile it was given to one more in the platform's own pages, and that one was rejected too.
    crowd.platform.tasks[crowd.suite().remote_task_id].overlap = 2
    crowd.sync()
    crowd.reject(crowd.work(worker="walter"))
    crowd.deliver(retries.retry_command(actor=crowd.owner, command=failed))
    assert crowd.suite().overlap == 3
    assert crowd.state() == ("annotation", "new", "")


# --- keys ------------------------------------------------------------------------------------------------------------------------


def test_a_key_that_cannot_be_read_any_more_is_replaced_by_entering_it_again(crowd: Crowd, settings: Any) -> None:
    crowd.setup_project()
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    command = crowd.deliver(projects.update_project(
        actor=crowd.owner, crowd_project=crowd.crowd_project, description="Cars and vans", api_key="good-key"))
    assert (command.status, command.error) == ("done", "")
    assert crowd.platform.projects[crowd.crowd_project.remote_id]["spec"].description == "Cars and vans"
    crowd.sync()
    assert crowd.crowd_project.sync_error == ""


def test_trying_a_refused_key_again_never_passes_for_a_change_of_key(crowd: Crowd) -> None:
    crowd.setup_project()
    failed = crowd.deliver(projects.update_project(
        actor=crowd.owner, crowd_project=crowd.crowd_project, description="Cars", api_key="bad-key"))
    assert failed.error_code == "AUTHENTICATION_ERROR"
    again = crowd.deliver(retries.retry_command(actor=crowd.owner, command=failed))
    assert (again.status, again.error_code) == ("failed", "key_gone")
    assert "again" in again.error


def test_a_worker_killed_after_a_change_of_key_leaves_a_command_that_ends_well(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.setup_project()
    crowd.platform.key = "new-key"
    crowd.platform.fail("update_project", Unavailable("No answer."))
    command = crowd.deliver(projects.update_project(
        actor=crowd.owner, crowd_project=crowd.crowd_project, description="Vans", api_key="new-key"))
    assert command.status == "pending"
    assert ProviderAccount.objects.count() == 1
    assert crowd.deliver(command).status == "done"
    assert crowd.platform.projects[crowd.crowd_project.remote_id]["spec"].description == "Vans"


def test_a_set_up_continued_by_another_member_with_the_same_key_makes_no_second_project(crowd: Crowd, bob: Any) -> None:
    from annotation.services.members import share_project

    crowd.platform.fail("ensure_project", NotEnoughBalance("Stop."), after=True)
    crowd.setup_project()
    assert crowd.crowd_project.remote_id == ""
    share_project(actor=crowd.owner, project=crowd.project, user=bob, role="requester")
    crowd.setup_project(actor=bob)
    assert crowd.crowd_project.status == "ACTIVE"
    assert len(crowd.platform.projects) == 1


# --- the clock -------------------------------------------------------------------------------------------------------------------


def test_what_the_platform_refused_once_is_not_asked_again_by_itself_whatever_its_clock(
        crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "wake", lambda command_id: None)
    crowd.platform.offset = timedelta(days=40)
    crowd.open_pool()
    crowd.reject(crowd.work())
    crowd.platform.advance(days=10)
    crowd.sync()
    crowd.platform.fail("reissue", NotEnoughBalance("Not now."))
    for _ in range(2):
        tasks.reissue_after_dispute()
        crowd.deliver_all()
    assert ProviderCommand.objects.filter(kind=CommandKind.REISSUE_JOB).count() == 1


def test_busy_and_not_possible_are_told_apart_for_an_accepted_job(crowd: Crowd) -> None:
    crowd.open_pool()
    crowd.accept(crowd.work())
    with pytest.raises(Refused, match="rejected"):
        assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite())
