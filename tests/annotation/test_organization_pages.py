"""Pages of organizations: the list, people and invitations, the landing page, the switcher, moving projects."""
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from annotation import selectors
from annotation.models import Invitation, Organization, Project
from annotation.services import invitations, projects
from tests.annotation.teams import place
from tests.cast import person

pytestmark = pytest.mark.django_db


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_an_organization_is_made_on_the_page_and_becomes_the_space(alice: Any) -> None:
    client = browser(alice)
    assert "You are in no organization" in text(client, "/organizations")
    assert "is taken" not in client.post("/organizations", {"slug": "a b"}).content.decode()
    made = client.post("/organizations", {"slug": "vision", "name": "Vision team"}, follow=True)
    assert "Vision team" in made.content.decode() and "Invite somebody" in made.content.decode()
    assert 'aria-label="Space: vision"' in made.content.decode()


def test_people_are_invited_from_the_page(team: Organization, maya: Any, sven: Any, wanda: Any) -> None:
    address, client = f"/organizations/{team.pk}/invitations", browser(maya)
    page = client.post(address, {"email": "ann@example.org", "role": "worker"}, follow=True).content.decode()
    invitation = Invitation.objects.get()
    assert invitations.link_of(invitation) in page and len(mail.outbox) == 1
    assert client.post(address, {"email": "ann@example.org", "role": "worker"}).status_code == 422
    assert client.post(address, {"email": "bea@example.org", "role": "maintainer"}).status_code == 422
    for user in (sven, wanda):
        assert browser(user).post(address, {"email": "c@example.org", "role": "worker"}).status_code == 403
        assert invitation.key not in text(browser(user), f"/organizations/{team.pk}")
    soon = client.post(f"{address}/resend", {"key": invitation.key}, follow=True).content.decode()
    assert "Wait a minute" in soon
    assert browser(sven).post(f"{address}/revoke", {"key": invitation.key}).status_code == 404
    client.post(f"{address}/revoke", {"key": invitation.key})
    assert not Invitation.objects.exists()


def test_roles_change_on_the_page(team: Organization, alice: Any, maya: Any, wanda: Any) -> None:
    client, member = browser(maya), team.members.get(user=wanda)
    one = f"/organizations/{team.pk}/members/{member.pk}"
    assert "Role of wanda" in text(client, f"/organizations/{team.pk}") and "Role of alice" not in text(client, f"/organizations/{team.pk}")
    client.post(f"{one}/role", {"role": "supervisor"})
    assert selectors.place_in(wanda, team) == "supervisor"
    assert client.post(f"{one}/role", {"role": "maintainer"}).status_code == 403
    assert client.post(f"{one}/owner").status_code == 403
    browser(alice).post(f"{one}/owner")
    assert selectors.place_in(wanda, team) == "owner"
    assert "cannot leave" in browser(wanda).post(f"{one}/remove", follow=True).content.decode()
    browser(alice).post(f"/organizations/{team.pk}/members/{team.members.get(user=alice).pk}/remove")
    assert selectors.place_in(alice, team) is None
    assert browser(alice).get(f"/organizations/{team.pk}").status_code == 404


def test_an_organization_is_renamed_and_deleted_on_its_page(team: Organization, alice: Any, maya: Any, sven: Any) -> None:
    edit = f"/organizations/{team.pk}/edit"
    assert browser(sven).get(edit).status_code == 403
    assert 'name="slug"' not in text(browser(maya), edit)
    browser(maya).post(edit, {"slug": "hijacked", "name": "New name"})
    assert browser(alice).post(edit, {"slug": "", "name": "x"}).status_code == 422
    team.refresh_from_db()
    assert (team.slug, team.name) == ("vision", "New name")
    project = projects.create_project(actor=alice, name="x", organization=team)
    assert "holds 1 project" in browser(alice).post(f"/organizations/{team.pk}/delete", follow=True).content.decode()
    assert browser(maya).post(f"/organizations/{team.pk}/delete").status_code == 403
    browser(alice).post(f"/projects/{project.pk}/move", {"place": ""})
    browser(alice).post(f"/organizations/{team.pk}/delete")
    assert not Organization.objects.exists()


def test_the_link_leads_through_signing_up_to_the_place(team: Organization, alice: Any) -> None:
    invitation = invitations.invite(actor=alice, organization=team, email="ann@example.org", role="worker")
    client, address = Client(), f"/invitations/{invitation.key}"
    page = text(client, address)
    [signup] = re.findall(r'href="(/signup\?next=[^"]+)"', page)
    assert "Log in" in page and "alice" in page and ">Accept<" not in page
    assert client.post(address, {"answer": "accept"}).status_code == 403
    secret = "a long and rare password"
    arrived = client.post(signup, {"username": "ann", "email": "ann@example.org", "password1": secret, "password2": secret}, follow=True)
    assert arrived.redirect_chain == [(address, 302)] and ">Accept<" in arrived.content.decode()
    assert Invitation.objects.get().accepted_date is None
    done = client.post(address, {"answer": "accept"}, follow=True).content.decode()
    assert "you are a worker there" in done and "No job is given to you" in done and 'aria-label="Space: vision"' in done
    assert "You are in this organization as worker" in text(client, address)
    assert "You work on jobs here" in text(client, "/projects")


def test_a_link_that_is_over_says_so(team: Organization, alice: Any, stranger: Any, bob: Any) -> None:
    assert browser(stranger).get("/invitations/nothing").status_code == 404
    invitation = invitations.invite(actor=alice, organization=team, email="ann@example.org", role="worker")
    address = f"/invitations/{invitation.key}"
    assert "already, as owner" in text(browser(alice), address)
    browser(stranger).post(address, {"answer": "decline"})
    assert "was declined" in text(browser(bob), address)
    assert "Ask for a new one" in browser(bob).post(address, {"answer": "accept"}, follow=True).content.decode()
    assert selectors.place_in(bob, team) is None


def test_signing_up_leads_to_no_other_site(db: None) -> None:
    secret = "a long and rare password"
    answer = Client().post("/signup?next=https://evil.example/", {
        "username": "ann", "email": "ann@example.org", "password1": secret, "password2": secret})
    assert answer.headers["Location"] == "/projects"


def test_lists_and_new_projects_follow_the_switcher(team: Organization, alice: Any, wanda: Any) -> None:
    for name, home in (("Here", team), ("Home", None)):
        projects.create_project(actor=alice, name=name, organization=home)
    client = browser(alice)

    def names() -> list[str]:
        return sorted(name for name in ("Here", "Home") if f">{name}</a>" in text(client, "/projects"))

    assert names() == ["Here", "Home"]
    assert client.post("/space", {"space": "personal", "next": "/tasks"}).headers["Location"] == "/tasks"
    assert names() == ["Home"]
    client.post("/space", {"space": str(team.pk), "next": "//evil.example"})
    assert names() == ["Here"]
    assert f'<option value="{team.pk}" selected>Vision team</option>' in text(client, "/projects/create")
    client.post("/projects/create", {"name": "New", "labels": "[]", "place": str(team.pk)})
    assert Project.objects.get(name="New").organization == team
    for wrong in ("999999", "x"):
        assert client.post("/projects/create", {"name": "Wrong", "labels": "[]", "place": wrong}).status_code == 422
    assert browser(wanda).post("/projects/create", {"name": "Wrong", "labels": "[]", "place": str(team.pk)}).status_code == 422
    assert not Project.objects.filter(name="Wrong").exists()
    client.post("/space", {"space": "999999"})
    assert names() == ["Here"]
    team.members.filter(user=alice).delete()
    assert "Space:" not in text(client, "/projects")


def test_a_project_moves_on_its_page(team: Organization, alice: Any, sven: Any, project: Project) -> None:
    client = browser(alice)
    assert "/move" in text(client, f"/projects/{project.pk}")
    client.post(f"/projects/{project.pk}/move", {"place": str(team.pk)})
    project.refresh_from_db()
    assert project.organization == team and ">vision</a>" in text(client, f"/projects/{project.pk}")
    assert browser(sven).get(f"/projects/{project.pk}/move").status_code == 403
    answer = client.post(f"/projects/{project.pk}/move", {"place": "987654321"}, follow=True)
    assert "may not have projects there" in answer.content.decode()


def test_pages_cost_few_queries(
        team: Organization, alice: Any, maya: Any, fill: Any, project: Project, django_assert_max_num_queries: Any) -> None:
    Project.objects.update(organization=team)
    task = fill(count=6, segment_size=1)
    task.jobs.update(assignee=maya)
    for number in range(8):
        place(team, person(f"p{number}"), "worker")
        place(Organization.objects.create(slug=f"o{number}", owner=alice), maya, "maintainer")
        Invitation.objects.create(organization=team, email=f"{number}@example.org", owner=alice, expiry_date="2040-01-01T00:00Z")
    client = browser(maya)
    client.post("/space", {"space": str(team.pk)})
    text(client, f"/projects/{project.pk}")
    for address in ("/organizations", f"/organizations/{team.pk}", "/jobs", "/projects", "/tasks", f"/projects/{project.pk}/move"):
        with django_assert_max_num_queries(10):
            text(client, address)
