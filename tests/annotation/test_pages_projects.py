"""Projects: list, labels in the form, sharing, guide, deletion, and who may do what."""
import json

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def labels_of(project) -> list:
    from annotation.forms.projects import labels_json

    return labels_json(project)


# --- who may ---------------------------------------------------------------------------------------------------------

PAGES = ["", "/edit", "/guide", "/delete", "/export", "/tasks/create"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_gets_404_for_every_page_of_a_project(client, project, stranger, page):
    client.force_login(stranger)
    assert client.get(f"/projects/{project.pk}{page}").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_logged_in_is_sent_to_log_in(client, project, page):
    assert client.get(f"/projects/{project.pk}{page}").url.startswith("/login?next=")


def test_a_reviewer_looks_but_finds_no_way_to_change(client, project, alice, rita):
    from annotation.services import members

    members.share_project(actor=alice, project=project, user=rita, role="reviewer")
    client.force_login(rita)
    page = client.get(f"/projects/{project.pk}").content.decode()
    assert "Edit name and labels" not in page
    assert "New task" not in page
    for path in ("/edit", "/guide", "/delete", "/export", "/tasks/create"):
        answer = client.get(f"/projects/{project.pk}{path}")
        assert answer.status_code == 403
        assert "does not allow changes" in answer.content.decode()


def test_a_requester_who_is_not_the_owner_may_change_but_neither_share_nor_delete(client, project, alice, bob, rita):
    from annotation.models import Project
    from annotation.services import members

    members.share_project(actor=alice, project=project, user=bob, role="requester")
    client.force_login(bob)
    assert client.get(f"/projects/{project.pk}/edit").status_code == 200
    assert client.post(f"/projects/{project.pk}/delete").status_code == 403
    assert client.post(f"/projects/{project.pk}/members", {"person": "rita", "role": "reviewer"}).status_code == 403
    assert Project.objects.filter(pk=project.pk).exists()
    assert project.members.count() == 1


# --- list ------------------------------------------------------------------------------------------------------------

def test_the_list_shows_own_and_shared_projects_only(client, project, alice, bob):
    from annotation.services import members, projects

    hidden = projects.create_project(actor=bob, name="Secret of Bob")
    shared = projects.create_project(actor=bob, name="Shared by Bob")
    members.share_project(actor=bob, project=shared, user=alice, role="reviewer")
    client.force_login(alice)
    page = client.get("/projects").content.decode()
    assert "Streets" in page and "Shared by Bob" in page
    assert hidden.name not in page


@pytest.mark.parametrize("text, found", [("STREE", True), ("#{pk}", True), ("{pk}", True), ("%", False), ("nothing like it", False)])
def test_search_finds_by_part_of_the_name_or_by_id(as_alice, project, text, found):
    page = as_alice.get("/projects", {"search": text.format(pk=project.pk)}).content.decode()
    assert ("Streets" in page) is found
    assert ("Nothing matches" in page) is not found


def test_strange_search_and_page_numbers_do_not_break_the_list(as_alice, project):
    for query in ({"search": "\x00"}, {"search": "9" * 40}, {"page": "-3"}, {"page": "x"}, {"sort": "password"}):
        assert as_alice.get("/projects", query).status_code == 200


def test_the_list_needs_the_same_number_of_queries_for_many_projects(as_alice, alice, project, monkeypatch, django_assert_max_num_queries):
    from collections import defaultdict

    from annotation import extensions
    from annotation.services import projects

    monkeypatch.setattr(extensions, "_panels", defaultdict(list))  # only our own queries are counted here

    for number in range(11):
        projects.create_project(actor=alice, name=f"Project {number}")
    with django_assert_max_num_queries(10):
        as_alice.get("/projects")


# --- create, edit ----------------------------------------------------------------------------------------------------

def test_a_project_is_made_with_its_labels(as_alice):
    from annotation.models import Project

    labels = [{"name": "car", "color": "#ff0000", "type": "rectangle", "attributes": [{"name": "parked", "input_type": "checkbox"}]}]
    answer = as_alice.post("/projects/create", {"name": " Cars ", "labels": json.dumps(labels)})
    project = Project.objects.get()
    assert answer.url == f"/projects/{project.pk}"
    assert project.name == "Cars"
    assert [(label.name, label.color, label.attributes.count()) for label in project.labels.all()] == [("car", "#ff0000", 1)]


@pytest.mark.parametrize("labels, sentence", [
    ("[{", "This is not JSON"),
    ("{}", "Give a list of labels"),
    ("[" * 100_000, "nested too deeply"),
    ('[{"name": ""}]', "labels[0].name: give a name."),
    ('[{"name": "a", "color": "red"}]', "is not a colour"),
    ('[{"name": "a"}, {"name": "a"}]', "stands in the list twice"),
    ('[{"name": "a", "attributes": [{"name": "x", "input_type": "select"}]}]', "labels[0].attributes[0].values: give at least one value"),
])
def test_bad_labels_are_told_and_nothing_is_made(as_alice, labels, sentence):
    from annotation.models import Project

    answer = as_alice.post("/projects/create", {"name": "Cars", "labels": labels})
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors["labels"])
    assert not Project.objects.exists()


def test_errors_of_labels_name_their_row_for_the_constructor(as_alice):
    labels = [{"name": "a"}, {"name": "b", "attributes": [{"name": "", "input_type": "text"}]}, {"name": "a"}]
    answer = as_alice.post("/projects/create", {"name": "Cars", "labels": json.dumps(labels)})
    assert answer.context["label_errors"] == [
        {"label": 1, "attribute": 0, "field": "name", "text": "Give a name."},
        {"label": None, "attribute": None, "field": None, "text": "The label “a” stands in the list twice."},
    ]


def test_what_the_form_shows_saves_back_to_the_same_labels(as_alice, project):
    before = labels_of(project)
    shown = as_alice.get(f"/projects/{project.pk}/edit").context["form"]["labels"].value()
    assert json.loads(shown) == before
    as_alice.post(f"/projects/{project.pk}/edit", {"name": project.name, "labels": shown})
    assert labels_of(project) == before


def test_a_renamed_label_stays_the_same_label(as_alice, project):
    labels = labels_of(project)
    labels[0]["name"] = "vehicle"
    as_alice.post(f"/projects/{project.pk}/edit", {"name": "Roads", "labels": json.dumps(labels)})
    project.refresh_from_db()
    assert project.name == "Roads"
    assert [label["id"] for label in labels_of(project)] == [label["id"] for label in labels]
    assert labels_of(project)[0]["name"] == "vehicle"


def test_when_the_labels_are_refused_the_new_name_is_not_kept_either(as_alice, project):
    answer = as_alice.post(f"/projects/{project.pk}/edit", {"name": "Other", "labels": '[{"name": "a", "type": "circle"}]'})
    assert answer.status_code == 422
    project.refresh_from_db()
    assert project.name == "Streets"
    assert len(labels_of(project)) == 3


def test_a_label_that_shapes_use_cannot_be_left_out(as_alice, project, fill):
    from annotation.services import shapes

    job = fill().jobs.get()
    label = project.labels.get(name="person")
    shape = {"type": "rectangle", "label_id": label.pk, "points": [1, 1, 9, 9], "attributes": []}
    shapes.save_frames(job=job, revision=0, frames={"0": {"shapes": [shape], "tags": []}})
    answer = as_alice.post(f"/projects/{project.pk}/edit", {"name": "Streets", "labels": "[]"})
    assert answer.status_code == 422
    assert "“person”" in " ".join(answer.context["form"].non_field_errors())
    assert project.labels.count() == 3


# --- sharing ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("person", ["rita", "RITA@example.org"])
def test_a_project_is_shared_by_name_or_address_and_taken_back(as_alice, client, project, rita, person):
    assert as_alice.post(f"/projects/{project.pk}/members", {"person": person, "role": "reviewer"}).status_code == 302
    assert project.members.get().user == rita
    as_alice.post(f"/projects/{project.pk}/members/{rita.pk}/remove")
    assert not project.members.exists()


@pytest.mark.parametrize("form, field", [
    ({"person": "nobody", "role": "reviewer"}, "person"), ({"person": "rita", "role": "owner"}, "role"),
    ({"person": "", "role": "reviewer"}, "person"),
])
def test_sharing_with_nobody_or_as_nothing_is_an_error_at_its_field(as_alice, project, rita, form, field):
    answer = as_alice.post(f"/projects/{project.pk}/members", form)
    assert answer.status_code == 422
    assert field in answer.context["member_form"].errors
    assert not project.members.exists()


def test_the_owner_cannot_be_made_a_member(as_alice, project):
    answer = as_alice.post(f"/projects/{project.pk}/members", {"person": "alice", "role": "reviewer"})
    assert answer.status_code == 422
    assert "every right already" in answer.content.decode()


def test_a_member_may_leave_but_not_remove_others(client, project, alice, rita, bob):
    from annotation.services import members

    for person in (rita, bob):
        members.share_project(actor=alice, project=project, user=person, role="reviewer")
    client.force_login(rita)
    assert client.post(f"/projects/{project.pk}/members/{bob.pk}/remove").status_code == 403
    assert client.post(f"/projects/{project.pk}/members/{rita.pk}/remove").url == "/projects"
    assert client.get(f"/projects/{project.pk}").status_code == 404


# --- guide -----------------------------------------------------------------------------------------------------------

def test_the_preview_is_sanitised_and_stores_nothing(as_alice, project):
    guide = "# Cars\n\n**bold** <script>alert(1)</script>"
    html = as_alice.post(f"/projects/{project.pk}/guide/preview", {"guide": guide}).content.decode()
    assert "<h3>Cars</h3>" in html and "<strong>bold</strong>" in html and "<script" not in html
    project.refresh_from_db()
    assert project.guide == "# Boxes"


def test_a_saved_guide_appears_on_the_project_page_with_unix_line_ends(as_alice, project):
    as_alice.post(f"/projects/{project.pk}/guide", {"guide": "one\r\n\r\n- two"})
    project.refresh_from_db()
    assert project.guide == "one\n\n- two"
    assert "<li>two</li>" in as_alice.get(f"/projects/{project.pk}").content.decode()


def test_a_guide_that_is_too_long_is_refused_with_its_text_kept_in_the_form(as_alice, project):
    answer = as_alice.post(f"/projects/{project.pk}/guide", {"guide": "x" * 64_001})
    assert answer.status_code == 422
    assert answer.context["form"]["guide"].value() == "x" * 64_001
    assert as_alice.post(f"/projects/{project.pk}/guide/preview", {"guide": "x" * 64_001}).status_code == 200


# --- delete ----------------------------------------------------------------------------------------------------------

def test_the_page_before_a_deletion_says_what_is_lost_and_get_deletes_nothing(as_alice, project, fill):
    from annotation.models import Project

    fill(count=3)
    page = as_alice.get(f"/projects/{project.pk}/delete").content.decode()
    for part in ("1 task", "3 frames", "1 job", "3 labels"):
        assert f"<li>{part}</li>" in page
    assert Project.objects.count() == 1
    assert as_alice.post(f"/projects/{project.pk}/delete").url == "/projects"
    assert Project.objects.count() == 0


def test_what_a_room_above_still_needs_cannot_be_deleted(as_alice, project, monkeypatch):
    from annotation import extensions
    from annotation.models import Project

    monkeypatch.setattr(extensions, "_deletion_obstacles", [lambda thing: "Archive its Toloka project first."])
    assert "Archive its Toloka project first." in as_alice.get(f"/projects/{project.pk}/delete").content.decode()
    answer = as_alice.post(f"/projects/{project.pk}/delete", follow=True)
    assert "Archive its Toloka project first." in answer.content.decode()
    assert Project.objects.count() == 1
