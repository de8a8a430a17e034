"""People and accounts over HTTP: who knows whom, signing up, passwords, guessing, addresses that are not there."""
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from annotation import guessing
from annotation.models import AccessToken, Organization, OrganizationMember, Project, ProjectMember
from annotation.services import tokens
from tests.cast import PASSWORD, door, person

pytestmark = pytest.mark.django_db
JSON = "application/json"
NEW = "a quite different horse"


def known_to(user: Any) -> list[str]:
    return sorted(row["username"] for row in door(user).get("/api/users?page_size=100").json()["results"])


def test_people_know_whom_they_share_something_with(alice: Any, bob: Any, rita: Any, ada: Any, stranger: Any) -> None:
    shared = Project.objects.create(name="Streets", owner=alice)
    ProjectMember.objects.create(project=shared, user=rita, role="reviewer")
    assert (known_to(alice), known_to(rita), known_to(bob)) == (["alice", "rita"], ["alice", "rita"], ["bob"])
    team = Organization.objects.create(slug="team", owner=bob)
    for user, role in ((bob, "owner"), (stranger, "worker")):
        OrganizationMember.objects.create(organization=team, user=user, role=role)
    # A worker is shown nobody.
    assert (known_to(bob), known_to(stranger)) == (["bob", "stranger"], ["stranger"])
    assert known_to(ada) == ["ada", "alice", "bob", "rita", "stranger"]
    gone = person("gone", is_active=False)
    ProjectMember.objects.create(project=shared, user=gone, role="reviewer")
    assert "gone" not in known_to(alice) and "gone" in known_to(ada)
    assert door(alice).get(f"/api/users/{bob.pk}").status_code == door(alice).get("/api/users/123456789").status_code == 404
    assert Client().get("/api/users").status_code == 401


def test_others_are_shown_by_their_names_only(alice: Any, rita: Any, ada: Any) -> None:
    ProjectMember.objects.create(project=Project.objects.create(name="Streets", owner=alice), user=rita, role="reviewer")
    assert set(door(alice).get(f"/api/users/{rita.pk}").json()) == {"id", "username", "first_name", "last_name"}
    assert "rita@example.org" not in door(alice).get("/api/users").content.decode()
    assert door(rita).get(f"/api/users/{rita.pk}").json()["email"] == "rita@example.org"
    assert door(ada).get(f"/api/users/{rita.pk}").json()["email"] == "rita@example.org"


def test_one_changes_what_is_said_of_oneself(alice: Any, rita: Any, ada: Any) -> None:
    ProjectMember.objects.create(project=Project.objects.create(name="Streets", owner=alice), user=rita, role="reviewer")
    client, path = door(alice), f"/api/users/{alice.pk}"
    body = client.patch(path, {"first_name": "Alice", "is_superuser": True, "username": "x"}, content_type=JSON).json()
    assert (body["first_name"], body["email"], body["username"], body["is_superuser"]) == ("Alice", "alice@example.org", "alice", False)
    assert client.patch(path, {"email": "a@example.org"}, content_type=JSON).json()["email"] == "a@example.org"
    for wrong in ({"email": "RITA@example.org"}, {"email": "x"}, {"email": ""}, {"first_name": "x" * 151}, {"first_name": None}):
        assert list(client.patch(path, wrong, content_type=JSON).json()) == list(wrong), wrong
    assert client.patch(f"/api/users/{rita.pk}", {"first_name": "x"}, content_type=JSON).status_code == 403
    assert door(ada).patch(path, {"first_name": "x"}, content_type=JSON).status_code == 403
    alice.refresh_from_db()
    assert (alice.first_name, alice.email) == ("Alice", "a@example.org")


def test_an_account_is_made_and_logged_in(db: None, settings: Any) -> None:
    body = {"username": "nora", "email": "nora@example.org", "password1": NEW, "password2": NEW, "first_name": "Nora"}
    client = Client()
    answer = client.post("/api/auth/register", body, content_type=JSON)
    assert (answer.status_code, answer.json()["first_name"], answer.json()["email_verification_required"]) == (201, "Nora", False)
    assert client.get("/api/users/self").json()["username"] == "nora"
    assert Client(headers={"Authorization": f"Bearer {answer.json()['key']}"}).get("/api/users/self").status_code == 200
    other = {"username": "n2", "email": "n2@example.org"}
    for change, field in (({}, "username"), ({"username": "n2"}, "email"), ({**other, "password2": "x"}, "password2"),
                          ({"username": "a b", "email": "n3@example.org"}, "username"), ({"username": "\x00"}, "username")):
        refused = Client().post("/api/auth/register", {**body, **change}, content_type=JSON)
        assert refused.status_code == 400 and field in refused.json(), refused.content
    settings.SIGNUP_ENABLED = False
    assert Client().post("/api/auth/register", {**body, "username": "n4"}, content_type=JSON).status_code == 403


def test_a_password_is_changed_with_the_old_one_and_by_no_token(alice: Any) -> None:
    cache.clear()
    client = Client()
    client.login(username="alice", password=PASSWORD)
    change = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    bearer = Client(headers={"Authorization": f"Bearer {tokens.create_token(owner=alice, name='t')[1]}"})
    assert bearer.post("/api/auth/password/change", change, content_type=JSON).status_code == 403
    for wrong, field in (({"old_password": "x"}, "old_password"), ({"new_password1": "x"}, "new_password2"),
                         ({"new_password2": "12345678"}, "new_password2")):
        refused = client.post("/api/auth/password/change", {**change, **wrong}, content_type=JSON)
        assert (refused.status_code, list(refused.json())) == (400, [field])
    assert client.post("/api/auth/password/change", change, content_type=JSON).status_code == 200
    # The session that did it goes on.
    assert client.get("/api/users/self").status_code == 200
    assert Client().login(username="alice", password=NEW) and not Client().login(username="alice", password=PASSWORD)
    assert Client().post("/api/auth/password/change", change, content_type=JSON).status_code == 401


def test_guessing_ends_at_every_door_at_once(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "FAILURES", 3)
    cache.clear()
    wrong, right = {"username": "alice", "password": "x"}, {"username": "alice", "password": PASSWORD}
    for _ in range(4):
        assert Client().post("/login", right).status_code == 302
    assert Client().post("/login", wrong).status_code == 200
    assert Client().post("/api/auth/login", wrong, content_type=JSON).status_code == 400
    assert "correct username" in Client().post("/login", wrong).content.decode()
    page = Client().post("/login", right)
    assert page.status_code == 429 and "Too many wrong passwords" in page.content.decode() and PASSWORD not in page.content.decode()
    api = Client().post("/api/auth/login", right, content_type=JSON)
    assert api.status_code == 429 and "Too many wrong passwords" in api.json()["detail"] and int(api["Retry-After"]) > 0
    assert AccessToken.objects.count() == 0
    cache.clear()
    assert Client().post("/login", right).status_code == 302


def test_what_is_nowhere_is_404_in_json(alice: Any) -> None:
    for method in ("get", "post", "put", "patch", "delete"):
        answer = getattr(Client(), method)("/api/nothing/here")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/vnd.cvat+json"), method
        assert "/api/schema/" in answer.json()["detail"]
    assert Client().get("/api/schema?x=1")["Location"] == "/api/schema/?x=1"
    lacking = door(alice).post("/api/schema", {}, content_type=JSON)
    assert lacking.status_code == 404 and "/api/schema/" in lacking.json()["detail"] and "slash" in lacking.json()["detail"]
    assert door(alice).get("/api/projects/").status_code == 404
    assert door(alice).get(f"/api/projects/{10**40}").status_code == 404


def test_a_label_is_changed_and_removed_by_itself(alice: Any, rita: Any, project: Project, fill: Any) -> None:
    client = door(alice)
    car, person_label, night = project.labels.order_by("pk")
    kept = [attribute.pk for attribute in car.attributes.all()]
    body = client.patch(f"/api/labels/{car.pk}", {"name": "vehicle", "color": "#ABCDEF"}, content_type=JSON).json()
    assert (body["id"], body["name"], body["color"], [a["id"] for a in body["attributes"]]) == (car.pk, "vehicle", "#abcdef", kept)
    for wrong in ({"name": ""}, {"name": "person"}, {"color": "red"}, {"type": "cuboid"}, [1], {"attributes": 5}):
        assert client.patch(f"/api/labels/{car.pk}", wrong, content_type=JSON).status_code == 400, wrong
    job = fill().jobs.get()
    shape = {"type": "rectangle", "frame": 0, "label_id": person_label.pk, "points": [1, 2, 30, 40], "attributes": []}
    assert client.put(f"/api/jobs/{job.pk}/annotations/", {"shapes": [shape]}, content_type=JSON).status_code == 200
    assert client.delete(f"/api/labels/{person_label.pk}").json()["code"] == "label_in_use"
    assert client.patch(f"/api/labels/{person_label.pk}", {"type": "polygon"}, content_type=JSON).status_code == 409
    assert client.delete(f"/api/labels/{night.pk}").status_code == 204
    assert [label["name"] for label in client.get(f"/api/labels?project_id={project.pk}").json()["results"]] == ["vehicle", "person"]
    ProjectMember.objects.create(project=project, user=rita, role="reviewer")
    assert door(rita).delete(f"/api/labels/{car.pk}").status_code == door(rita).patch(
        f"/api/labels/{car.pk}", {"name": "x"}, content_type=JSON).status_code == 403
