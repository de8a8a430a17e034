"""Issues of a review as reasons of a rejection: the dialog, its preview, REST, and the bar above the editor."""
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from annotation.models import Comment, Frame, Issue, Job
from crowdsourcing.models import Assignment, ProviderCommand
from crowdsourcing.services.assignments import reject_assignment, rejection_comment
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def assignment(alice: Any) -> Assignment:
    """Submitted, on frames 10 to 12."""
    task = scene.task(scene.project(alice), jobs=1)
    Job.objects.update(start_frame=10, stop_frame=12)
    Frame.objects.bulk_create([
        Frame(task=task, number=number, name=f"street_{number}.jpg", width=100, height=80, media_type="image/jpeg", byte_size=1,
              sha256="0" * 64, original=f"o{number}.jpg", thumbnail=f"t{number}.jpg") for number in (10, 11, 12)])
    scene.pool(task, status="OPEN")
    made = scene.assignment(task.jobs.get())
    Job.objects.update(attempt=made.remote_id)
    return made


def issue(assignment: Assignment, frame: int = 11, message: str = "Wrong label", **fields: Any) -> Issue:
    made = Issue.objects.create(**{"job": assignment.job, "attempt": assignment.remote_id, "frame": frame, "position": [5, 5],
                                   "owner": assignment.pool.task.owner, **fields})
    Comment.objects.create(issue=made, message=message, owner=made.owner)
    return made


def address(assignment: Assignment, name: str = "assignment_reject") -> str:
    return reverse(f"crowdsourcing:{name}", args=[assignment.pk])


def sent(assignment: Assignment) -> str:
    return str(ProviderCommand.objects.get(target_id=assignment.pk).payload["comment"])


def test_ticked_issues_come_after_the_comment_in_the_order_of_frames(alice: Any, assignment: Assignment) -> None:
    later, first = issue(assignment, 12, "Missing\n object"), issue(assignment, 10)
    Comment.objects.create(issue=first, message="said among ourselves", owner=alice)
    issue(assignment, 11, "not ticked")
    reject_assignment(actor=alice, assignment=assignment, comment=" Read the guide. ", issues=[later.pk, first.pk, first.pk])
    assert sent(assignment) == (
        "Read the guide.\n\n1. Frame 1 (street_10.jpg): Wrong label\n2. Frame 3 (street_12.jpg): Missing object")


def test_ticked_issues_are_reason_enough_but_something_must_be_said(alice: Any, assignment: Assignment) -> None:
    with pytest.raises(ValidationError) as refused:
        reject_assignment(actor=alice, assignment=assignment)
    assert list(refused.value.message_dict) == ["comment"]
    reject_assignment(actor=alice, assignment=assignment, issues=[issue(assignment).pk])
    assert sent(assignment) == "1. Frame 2 (street_11.jpg): Wrong label"


@pytest.mark.parametrize("wrong", ["resolved", "earlier attempt", "another job", "nobody's"])
def test_only_open_issues_of_this_very_attempt_can_be_ticked(alice: Any, assignment: Assignment, wrong: str) -> None:
    other = Job.objects.create(task=assignment.pool.task, start_frame=10, stop_frame=10)
    fields: dict[str, dict[str, Any]] = {
        "resolved": {"resolved_date": assignment.created}, "earlier attempt": {"attempt": "a0"}, "another job": {"job": other}}
    bad = 10**12 if wrong == "nobody's" else issue(assignment, **fields[wrong]).pk
    with pytest.raises(ValidationError) as refused:
        reject_assignment(actor=alice, assignment=assignment, comment="No.", issues=[issue(assignment).pk, bad])
    assert list(refused.value.message_dict) == ["issues"] and not ProviderCommand.objects.exists()


def test_what_does_not_fit_is_shortened_line_by_line(assignment: Assignment) -> None:
    ids = [issue(assignment, message="word " * 100 + str(number)).pk for number in range(8)]
    text = rejection_comment(assignment=assignment, comment="Sorry.", issues=ids)
    assert len(text) <= 2048 and text.startswith("Sorry.\n\n1. Frame 2 (street_11.jpg): word word")
    assert text.count("word…") == 8 and "\n8. Frame 2" in text


def test_what_still_does_not_fit_is_counted(assignment: Assignment) -> None:
    ids = [issue(assignment, message=f"{number} " + "word " * 30).pk for number in range(60)]
    text = rejection_comment(assignment=assignment, comment="Sorry.", issues=ids)
    kept = text.count("Frame 2")
    assert len(text) <= 2048 < len(text) + 90 and 10 < kept < 60 and text.endswith(f"\n… and {60 - kept} more.")


@pytest.mark.parametrize("room", [0, 30, 60, 80])
def test_a_comment_that_leaves_no_room_is_refused_with_a_number(assignment: Assignment, room: int) -> None:
    ids = [issue(assignment, message="word " * 200).pk for _ in range(3)]
    comment = "x" * (2048 - room)
    with pytest.raises(ValidationError) as refused:
        rejection_comment(assignment=assignment, comment=comment, issues=ids)
    [sentence] = refused.value.message_dict["comment"]
    over = int(sentence.split(" by ")[1].split(" ")[0])
    fitting = rejection_comment(assignment=assignment, comment="x" * (2048 - room - over), issues=ids)
    assert len(fitting) == 2048 and fitting.endswith("… and 2 more.")


def test_the_dialog_ticks_all_open_issues_and_previews_what_is_sent(signed_in: Any, assignment: Assignment) -> None:
    second = issue(assignment, 12, "Missing object")
    issue(assignment, message="Wrong <label>")
    issue(assignment, message="old", attempt="a0")
    page = signed_in.get(address(assignment)).content.decode()
    assert page.count(" checked>") == 2 and "Wrong &lt;label&gt;" in page and "old" not in page
    assert "1. Frame 2 (street_11.jpg): Wrong &lt;label&gt;\n2. Frame 3" in page
    body = {"comment": "Please look again.", "issues": [second.pk]}
    preview = signed_in.post(address(assignment, "assignment_reject_preview"), body).content.decode()
    assert "Please look again.\n\n1. Frame 3 (street_12.jpg): Missing object" in preview and "Wrong" not in preview
    assert not ProviderCommand.objects.exists()
    assert signed_in.post(address(assignment), body).url == reverse("annotation:job_detail", args=[assignment.job_id])
    assert sent(assignment) == "Please look again.\n\n1. Frame 3 (street_12.jpg): Missing object"


def test_the_dialog_says_what_is_wrong_and_keeps_what_was_typed(signed_in: Any, assignment: Assignment) -> None:
    answer = signed_in.post(address(assignment), {"comment": "Mine", "issues": [10**9]})
    page = answer.content.decode()
    assert answer.status_code == 422 and "resolved or deleted meanwhile" in page and "Mine" in page
    long = signed_in.post(address(assignment, "assignment_reject_preview"), {"comment": "x" * 2048, "issues": [issue(assignment).pk]})
    assert "shorten your own words by" in long.content.decode()
    assert not ProviderCommand.objects.exists()


def test_accepting_says_that_issues_stay_open(signed_in: Any, assignment: Assignment) -> None:
    issue(assignment)
    assert "1 open issue of your review" in signed_in.get(address(assignment, "assignment_accept")).content.decode()


def test_rest_takes_issues_as_reasons(signed_in: Any, assignment: Assignment) -> None:
    first = issue(assignment)
    door = f"/api/crowdsourcing/assignments/{assignment.pk}/reject"

    def call(body: dict[str, Any]) -> Any:
        return signed_in.post(door, body, content_type="application/json")

    for body, at in (({}, "comment"), ({"issues": []}, "comment"), ({"issues": [first.pk, 10**9]}, "issues"),
                     ({"issues": "all"}, "issues"), ({"issues": [0]}, "issues"),
                     ({"comment": "x" * 2040, "issues": [first.pk]}, "comment")):
        answer = call(body)
        assert (answer.status_code, list(answer.json())) == (400, [at]), body
    assert call({"issues": [first.pk]}).status_code == 202
    assert sent(assignment) == "1. Frame 2 (street_11.jpg): Wrong label"


def test_strangers_preview_nothing(client: Any, stranger: Any, assignment: Assignment) -> None:
    client.force_login(stranger)
    assert client.post(address(assignment, "assignment_reject_preview"), {"comment": "x"}).status_code == 404


def test_the_bar_stands_above_the_editor_in_review_and_leads_back_there(
        signed_in: Any, assignment: Assignment, django_assert_max_num_queries: Any) -> None:
    editor = reverse("annotation:job_editor", args=[assignment.job_id])
    # The session's token, and the user's own session of the browser, are written as well.
    with django_assert_max_num_queries(14):
        page = signed_in.get(editor + "?mode=review").content.decode()
    for name in ("assignment_reject", "assignment_accept"):
        assert f'href="{address(assignment, name)}?from=editor"' in page
    dialog = signed_in.get(address(assignment) + "?from=editor", HTTP_HX_REQUEST="true").content.decode()
    assert f'action="{address(assignment)}?from=editor"' in dialog
    assert signed_in.post(address(assignment) + "?from=editor", {"comment": "No."}).url == editor + "?mode=review"


def test_the_job_page_counts_open_issues(signed_in: Any, assignment: Assignment) -> None:
    issue(assignment)
    issue(assignment, resolved_date=assignment.created)
    page = signed_in.get(reverse("annotation:job_detail", args=[assignment.job_id])).content.decode()
    assert ">1 open issue</a>" in page
