# ruff: noqa: E501 tables of cases are read by column
"""Projects, labels, members, jobs: the rules behind pages and API."""
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.guides import render_guide
from annotation.labels import PALETTE, clean_labels
from annotation.models import EditorSession, FrameAnnotation, Job, Label, Project, ProjectMember, Snapshot
from annotation.segments import cut
from annotation.services import annotations, jobs, members, projects, shapes, tasks
from tests.annotation.conftest import Fill

pytestmark = pytest.mark.django_db


def labels_as_sent(project: Project) -> list[dict[str, Any]]:
    return [{"id": label.pk, "name": label.name, "color": label.color, "type": label.type, "attributes": [
        {"id": a.pk, "name": a.name, "input_type": a.input_type, "values": a.values, "default_value": a.default_value}
        for a in label.attributes.all()]} for label in project.labels.all()]


@pytest.mark.parametrize(("label", "path"), [
    ({"name": ""}, "labels[0].name"), ({"name": "x" * 65}, "labels[0].name"), ({"name": "a\nb"}, "labels[0].name"), ({}, "labels[0].name"),
    ("car", "labels[0]"), ({"name": "a", "color": "#12"}, "labels[0].color"), ({"name": "a", "type": "cuboid"}, "labels[0].type"),
    ({"name": "a", "id": "7"}, "labels[0].id"), ({"name": "a", "attributes": "x"}, "labels[0].attributes"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "colour"}]}, "attributes[0].input_type"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "select"}]}, "attributes[0].values"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "select", "values": ["x", "x"]}]}, "attributes[0].values"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "number", "values": ["1"]}]}, "attributes[0].values"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "number", "values": ["5", "1", "1"]}]}, "attributes[0].values"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "number", "values": ["0", "nan", "1"]}]}, "attributes[0].values"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "number", "values": ["0", "5", "1"], "default_value": "9"}]}, "default_value"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "checkbox", "default_value": "maybe"}]}, "default_value"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "radio", "values": ["x"], "default_value": "y"}]}, "default_value"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "select", "values": ["x" * 129]}]}, "values"),
    ({"name": "a", "attributes": [{"name": "b", "input_type": "text"}, {"name": "b", "input_type": "text"}]}, "attributes"),
])
def test_a_bad_label_is_named_with_its_path(label: Any, path: str) -> None:
    with pytest.raises(ValidationError) as error:
        clean_labels([label])
    assert path in error.value.message_dict["labels"][0]


def test_all_problems_of_labels_are_told_at_once() -> None:
    with pytest.raises(ValidationError) as error:
        clean_labels([{"name": ""}, {"name": "a", "color": "red"}, {"name": "a"}])
    assert len(error.value.message_dict["labels"]) == 3


def test_labels_without_a_colour_get_different_ones(alice: Any) -> None:
    project = projects.create_project(actor=alice, name="x", labels=[{"name": str(n), "color": PALETTE[0] if n == 3 else ""} for n in range(20)])
    colors = list(project.labels.values_list("color", flat=True))
    assert len(set(colors)) == 20


def test_set_labels_keeps_ids_by_id_and_by_name(alice: Any, project: Project) -> None:
    before = {label.name: label for label in project.labels.all()}
    parked = before["car"].attributes.get(name="parked").pk
    # Two names are swapped, one label is new, one goes.
    projects.set_labels(actor=alice, project=project, labels=[
        {"id": before["person"].pk, "name": "car", "type": "rectangle"},
        {"id": before["car"].pk, "name": "person", "attributes": [{"name": "parked", "input_type": "checkbox"}]}, {"name": "tree"}])
    after = {label.name: label for label in project.labels.all()}
    assert (after["car"].pk, after["person"].pk) == (before["person"].pk, before["car"].pk)
    assert after["person"].color == before["car"].color
    assert list(after["person"].attributes.values_list("pk", "name")) == [(parked, "parked")]
    assert set(after) == {"car", "person", "tree"}


def test_a_label_that_shapes_use_cannot_go_or_be_narrowed(alice: Any, fill: Fill, project: Project) -> None:
    job = fill().jobs.get()
    car = project.labels.get(name="car")
    make = car.attributes.get(name="make")
    annotations.replace_data(actor=alice, job=job, data={"shapes": [{
        "type": "rectangle", "frame": 0, "label_id": car.pk, "points": [1, 1, 9, 9], "attributes": [{"spec_id": make.pk, "value": "VW"}]}]})
    sent = labels_as_sent(project)
    without_make = [{**sent[0], "attributes": [a for a in sent[0]["attributes"] if a["name"] != "make"]}, *sent[1:]]
    other_makes = [{**sent[0], "attributes": [a | ({"values": ["Ford"], "default_value": ""} if a["name"] == "make" else {})
                                              for a in sent[0]["attributes"]]}, *sent[1:]]
    for labels in (sent[1:], [{**sent[0], "type": "polygon"}, *sent[1:]], without_make, other_makes):
        with pytest.raises(Refused) as refused:
            projects.set_labels(actor=alice, project=project, labels=labels)
        assert refused.value.code == "label_in_use"
        assert labels_as_sent(Project.objects.get(pk=project.pk)) == sent
    # What nobody uses may go; a name may change; a snapshot counts like a job.
    projects.set_labels(actor=alice, project=project, labels=[{**sent[0], "name": "auto"}])
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    assert not FrameAnnotation.objects.exists()
    with pytest.raises(Refused):
        projects.set_labels(actor=alice, project=project, labels=[{"name": "tree"}])


def test_names_and_guides_have_limits(alice: Any) -> None:
    for fields in ({"name": " "}, {"name": "x" * 257}, {"name": "x", "guide": "x" * 64_001}):
        with pytest.raises(ValidationError):
            projects.create_project(actor=alice, **fields)
    assert projects.create_project(actor=alice, name="  x  ").name == "x"


def test_roles_decide_what_is_seen_and_done(alice: Any, bob: Any, rita: Any, ada: Any, stranger: Any, project: Project) -> None:
    members.share_project(actor=alice, project=project, user=bob, role="requester")
    members.share_project(actor=alice, project=project, user=rita, role="reviewer")
    table = {alice: ("owner", True, True, True), bob: ("requester", True, True, False), rita: ("reviewer", False, True, False),
             ada: ("admin", True, True, True), stranger: (None, False, False, False)}
    for person, (role, edits, reviews, shares) in table.items():
        found = (selectors.role_of(person, project), selectors.may_edit(person, project), selectors.may_review(person, project),
                 selectors.may_share(person, project))
        assert found == (role, edits, reviews, shares)
        assert selectors.projects_for(person).filter(pk=project.pk).count() == (role is not None)
    for person in (bob, rita, stranger):
        with pytest.raises(Forbidden):
            members.share_project(actor=person, project=project, user=person, role="requester")
        with pytest.raises(Forbidden):
            projects.delete_project(actor=person, project=project)
    members.share_project(actor=alice, project=project, user=bob, role="reviewer")
    assert ProjectMember.objects.get(user=bob).role == "reviewer"
    members.unshare_project(actor=bob, project=project, user=bob)
    assert selectors.role_of(bob, project) is None
    with pytest.raises(ValidationError):
        members.share_project(actor=alice, project=project, user=bob, role="owner")
    with pytest.raises(Refused):
        members.share_project(actor=alice, project=project, user=alice, role="reviewer")


def test_a_closed_account_sees_nothing(alice: Any, project: Project) -> None:
    alice.is_active = False
    assert not selectors.projects_for(alice).exists()
    assert selectors.role_of(alice, project) is None


@pytest.mark.parametrize(("arguments", "field"), [
    ({"segment_size": -1}, "segment_size"), ({"segment_size": True}, "segment_size"), ({"segment_size": "5"}, "segment_size"),
    ({"frame_overlap": 1}, "frame_overlap"), ({"segment_size": 3, "frame_overlap": 3}, "frame_overlap"), ({"sorting_method": "x"}, "sorting_method")])
def test_a_bad_cut_is_a_field_error(alice: Any, project: Project, arguments: Any, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        tasks.create_task(actor=alice, project=project, name="x", **arguments)
    assert field in error.value.message_dict


@pytest.mark.parametrize("size", [1, 2, 5, 7, 10, 100])
@pytest.mark.parametrize(("segment", "overlap"), [(0, 0), (1, 0), (3, 0), (3, 1), (3, 2), (200, 0)])
def test_every_frame_is_in_a_job_and_neighbours_share_the_overlap(size: int, segment: int, overlap: int) -> None:
    pairs = cut(size, segment, overlap)
    assert {frame for start, stop in pairs for frame in range(start, stop + 1)} == set(range(size))
    assert all(before[1] - after[0] + 1 == overlap for before, after in pairwise(pairs))
    assert all(stop - start < (segment or size) for start, stop in pairs)


def box(job: Job) -> dict[str, Any]:
    return {"type": "rectangle", "label_id": Label.objects.get(name="car", project=job.task.project).pk, "points": [1, 1, 9, 9]}


def state(job: Job) -> tuple[str, str, str]:
    job.refresh_from_db()
    return job.stage, job.state, job.attempt


def test_an_attempt_from_taking_to_acceptance_every_step_twice(fill: Fill) -> None:
    job = fill().jobs.get()
    for _ in range(2):
        assert jobs.begin_attempt(job=job, attempt="A", worker="W").attempt == "A"
        assert state(job) == ("annotation", "in progress", "A")
    for verb, expected in ((jobs.mark_submitted, ("validation", "completed", "A")), (jobs.mark_rejected, ("validation", "rejected", "A")),
                           (jobs.mark_accepted, ("acceptance", "completed", "A"))):
        for _ in range(2):
            verb(job=job)
            assert state(job) == expected
    jobs.mark_submitted(job=job)
    assert state(job) == ("acceptance", "completed", "A")


def test_a_skipped_attempts_shapes_are_kept_and_the_job_is_free_again(fill: Fill) -> None:
    job = fill().jobs.get()
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    shapes.save_frames(job=job, revision=job.revision, frames={"0": {"shapes": [box(job)]}}, session=EditorSession(mode="toloker", attempt="A"))
    snapshot = jobs.release_job(job=job, attempt="A")
    assert snapshot is not None
    assert (snapshot.reason, snapshot.worker, snapshot.shape_count) == ("abandoned", "W", 1)
    assert jobs.release_job(job=job, attempt="A") == snapshot
    assert state(job) == ("annotation", "new", "")
    assert not FrameAnnotation.objects.exists()
    # Late news of it change nothing.
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    assert state(job) == ("annotation", "new", "")
    assert jobs.release_job(job=job, attempt="never") is None
    assert Snapshot.objects.count() == 1


def test_a_reissued_job_starts_empty_and_the_rejected_record_stays(fill: Fill) -> None:
    job = fill().jobs.get()
    jobs.begin_attempt(job=job, attempt="A", worker="W1")
    session = EditorSession.objects.create(job=job, mode="toloker", attempt="A", worker="W1", token_digest="x", expires_at=job.created_date)
    shapes.save_frames(job=job, revision=job.revision, frames={"0": {"shapes": [box(job)]}}, session=session)
    from annotation.services import editor

    record = editor.submit(session=session, revision=job.revision)
    jobs.mark_rejected(job=job)
    assert jobs.release_job(job=job, attempt="A") is None
    jobs.begin_attempt(job=job, attempt="B", worker="W2")
    assert state(job) == ("annotation", "in progress", "B")
    assert shapes.frames_of(job=job) == {}
    assert list(Snapshot.objects.all()) == [record]
    session.refresh_from_db()
    assert session.revoked_at is not None


def test_what_another_left_on_the_job_becomes_a_snapshot_and_comes_back_with_its_attempt(alice: Any, fill: Fill) -> None:
    job = fill().jobs.get()
    shapes.save_frames(job=job, revision=0, frames={"0": {"shapes": [box(job)]}})
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    own = Snapshot.objects.get()
    assert (own.reason, own.attempt, own.shape_count) == ("replaced", "", 1)
    shapes.save_frames(job=job, revision=job.revision, frames={"1": {"shapes": [box(job)]}}, session=EditorSession(mode="toloker", attempt="A"))
    jobs.begin_attempt(job=job, attempt="B", worker="W2")
    assert shapes.frames_of(job=job) == {}
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    assert list(shapes.frames_of(job=job)) == ["1"]


def test_the_guide_is_sanitised() -> None:
    html = render_guide("# Hi\n<script>alert(1)</script>\n[x](javascript:alert(1)) ![p](https://a.org/p.png)\n\n|a|\n|-|\n|b|\n")
    assert "<h1>Hi</h1>" in html and "<table>" in html and 'src="https://a.org/p.png"' in html
    assert "<script" not in html and "href=\"javascript" not in html
    assert 'rel="noopener noreferrer nofollow"' in render_guide("https://example.org")


def test_every_table_opens_in_the_admin_and_shows_no_secret(ada: Any, alice: Any, fill: Fill) -> None:
    from datetime import timedelta

    from django.contrib import admin
    from django.contrib.admin.utils import quote
    from django.utils import timezone

    from annotation.services import editor, invitations, organizations, tokens

    job = fill().jobs.get()
    token, _ = tokens.create_token(owner=alice, name="t")
    session, _ = editor.open_session(job=job, mode="review", expires_at=timezone.now() + timedelta(hours=1), context={"job_key": "very secret"})
    shapes.save_frames(job=job, revision=0, frames={"0": {"shapes": [box(job)]}})
    jobs.begin_attempt(job=job, attempt="A", worker="W")
    team = organizations.create_organization(actor=alice, slug="vision")
    invitation = invitations.invite(actor=alice, organization=team, email="ann@example.org")
    client = Client()
    client.force_login(ada)
    for model in [model for model in admin.site._registry if model._meta.app_label == "annotation"]:
        name = model._meta.model_name
        listed = client.get(reverse(f"admin:annotation_{name}_changelist"), {"q": "1" if name != "invitation" else ""})
        assert listed.status_code == 200 and invitation.key not in listed.content.decode()
        for row in model.objects.all()[:1]:
            # An invitation's key may hold what the admin's addresses write otherwise.
            page = client.get(reverse(f"admin:annotation_{name}_change", args=[quote(row.pk)]))
            assert page.status_code == 200
            for secret in (token.digest, session.token_digest, "very secret"):
                assert secret not in page.content.decode()
    client.post(reverse("admin:annotation_accesstoken_changelist"), {"action": "revoke", "_selected_action": [token.pk]})
    client.post(reverse("admin:annotation_editorsession_changelist"), {"action": "end", "_selected_action": [session.pk]})
    token.refresh_from_db()
    session.refresh_from_db()
    assert token.revoked_date and session.revoked_at
