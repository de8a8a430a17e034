"""Organizations: who is in them and how, and what happens to projects and jobs when that changes."""
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.models import Invitation, Job, Organization, OrganizationMember, Project, ProjectMember
from annotation.services import invitations, organizations, projects
from tests.annotation.teams import place
from tests.cast import person

pytestmark = pytest.mark.django_db


def refused(code: str, call: Any, **names: Any) -> None:
    with pytest.raises(Refused) as raised:
        call(**names)
    assert raised.value.code == code


def test_who_makes_an_organization_owns_it(team: Organization, alice: Any) -> None:
    assert selectors.place_in(alice, team) == "owner"
    assert [member.role for member in team.members.all()] == ["owner"]


@pytest.mark.parametrize("slug", ["", "with space", "ümlaut", "seventeen-letters", "vision", "VISION", "a/b"])
def test_short_names_are_short_and_taken_once(team: Organization, bob: Any, slug: str) -> None:
    with pytest.raises(ValidationError) as raised:
        organizations.create_organization(actor=bob, slug=slug)
    assert "slug" in raised.value.message_dict
    assert Organization.objects.count() == 1


def test_maintainers_rename_and_owners_change_the_short_name(team: Organization, maya: Any, sven: Any, alice: Any) -> None:
    assert organizations.update_organization(actor=maya, organization=team, name="New").name == "New"
    for actor, changes in ((maya, {"slug": "other"}), (sven, {"name": "x"})):
        with pytest.raises(Forbidden):
            organizations.update_organization(actor=actor, organization=team, **changes)
    assert organizations.update_organization(actor=alice, organization=team, slug="other").slug == "other"


def test_an_organization_with_projects_stays(team: Organization, alice: Any, maya: Any, team_task: Any) -> None:
    with pytest.raises(Forbidden):
        organizations.delete_organization(actor=maya, organization=team)
    refused("in_use", organizations.delete_organization, actor=alice, organization=team)
    organizations.move_project(actor=alice, project=team_task.project, organization=None)
    organizations.delete_organization(actor=alice, organization=team)
    assert not Organization.objects.exists() and not OrganizationMember.objects.exists()
    refused("gone", organizations.delete_organization, actor=alice, organization=team)


def test_there_is_one_owner_also_after_a_hand_over(team: Organization, alice: Any, maya: Any, stranger: Any) -> None:
    refused("not_member", organizations.hand_over, actor=alice, organization=team, user=stranger)
    with pytest.raises(Forbidden):
        organizations.hand_over(actor=maya, organization=team, user=maya)
    organizations.hand_over(actor=alice, organization=team, user=maya)
    team.refresh_from_db()
    assert (team.owner, selectors.place_in(maya, team), selectors.place_in(alice, team)) == (maya, "owner", "maintainer")
    assert organizations.hand_over(actor=alice, organization=team, user=maya).owner == maya


@pytest.mark.parametrize("actor, member, role, fits", [
    ("alice", "sven", "maintainer", True), ("alice", "maya", "worker", True), ("maya", "sven", "worker", True),
    ("maya", "wanda", "supervisor", True), ("maya", "wanda", "maintainer", False), ("sven", "wanda", "supervisor", False),
    ("wanda", "wanda", "supervisor", False), ("stranger", "wanda", "supervisor", False), ("ada", "wanda", "maintainer", True)])
def test_roles_are_given_by_those_above(request: Any, team: Organization, actor: str, member: str, role: str, fits: bool) -> None:
    user = request.getfixturevalue(member)
    row = OrganizationMember.objects.get(user=user)
    if fits:
        assert organizations.change_role(actor=request.getfixturevalue(actor), member=row, role=role).role == role
    else:
        with pytest.raises(Forbidden):
            organizations.change_role(actor=request.getfixturevalue(actor), member=row, role=role)
    assert (selectors.place_in(user, team) == role) is fits


def test_the_owners_place_is_not_changed_taken_or_left(team: Organization, alice: Any, maya: Any, sven: Any) -> None:
    own, other = OrganizationMember.objects.get(user=alice), OrganizationMember.objects.get(user=sven)
    refused("is_owner", organizations.change_role, actor=alice, member=own, role="worker")
    refused("is_owner", organizations.change_role, actor=alice, member=other, role="owner")
    refused("is_owner", organizations.remove_member, actor=alice, member=own)
    refused("is_owner", organizations.remove_member, actor=maya, member=own)
    with pytest.raises(ValidationError):
        organizations.change_role(actor=alice, member=other, role="king")


def test_who_leaves_leaves_projects_jobs_and_shares_behind(team: Organization, alice: Any, sven: Any, team_task: Any) -> None:
    own = projects.create_project(actor=sven, name="Sven's", organization=team)
    personal = projects.create_project(actor=sven, name="at home")
    Job.objects.filter(pk=team_task.jobs.first().pk).update(assignee=sven)
    ProjectMember.objects.create(project=team_task.project, user=sven, role="requester")
    organizations.remove_member(actor=sven, member=OrganizationMember.objects.get(user=sven))
    own.refresh_from_db()
    assert own.owner == alice
    assert list(selectors.projects_for(sven)) == [personal]
    assert not Job.objects.exclude(assignee=None).exists() and not ProjectMember.objects.exists()
    assert not selectors.jobs_open_to(sven).exists()


def test_who_becomes_a_worker_owns_nothing_there(team: Organization, alice: Any, sven: Any) -> None:
    own = projects.create_project(actor=sven, name="Sven's", organization=team)
    organizations.change_role(actor=alice, member=OrganizationMember.objects.get(user=sven), role="worker")
    own.refresh_from_db()
    assert own.owner == alice and not selectors.projects_for(sven).exists()


def test_removing_needs_a_higher_place(team: Organization, maya: Any, sven: Any, wanda: Any) -> None:
    members = {row.user: row for row in team.members.select_related("user")}
    for actor, user in ((sven, wanda), (wanda, sven), (sven, maya)):
        with pytest.raises(Forbidden):
            organizations.remove_member(actor=actor, member=members[user])
    organizations.remove_member(actor=maya, member=members[wanda])
    refused("gone", organizations.remove_member, actor=maya, member=members[wanda])


def test_projects_move_with_rights_on_both_sides(team: Organization, alice: Any, bob: Any, sven: Any, wanda: Any, given: Job) -> None:
    other = organizations.create_organization(actor=bob, slug="other")
    project = given.task.project
    for actor, target in ((sven, None), (wanda, None), (alice, other), (bob, other)):
        with pytest.raises(Forbidden):
            organizations.move_project(actor=actor, project=project, organization=target)
    place(other, alice, "supervisor")
    organizations.move_project(actor=alice, project=project, organization=other)
    given.refresh_from_db()
    assert (project.organization, project.owner, given.assignee) == (other, alice, None)


def test_a_project_goes_to_somebody_who_may_have_it(team: Organization, maya: Any, sven: Any, bob: Any) -> None:
    project = projects.create_project(actor=sven, name="Sven's", organization=team)
    other = organizations.create_organization(actor=maya, slug="other")
    organizations.move_project(actor=maya, project=project, organization=other)
    assert project.owner == maya
    organizations.move_project(actor=maya, project=project, organization=None)
    assert project.organization is None and list(selectors.projects_for(maya)) == [project]


@pytest.mark.parametrize("who, fits", [
    ("alice", True), ("maya", True), ("sven", True), ("wanda", False), ("stranger", False), ("ada", True)])
def test_projects_are_made_by_supervisors_and_above(request: Any, team: Organization, who: str, fits: bool) -> None:
    actor = request.getfixturevalue(who)
    if fits:
        assert projects.create_project(actor=actor, name="x", organization=team).organization == team
    else:
        with pytest.raises(Forbidden):
            projects.create_project(actor=actor, name="x", organization=team)
    assert Project.objects.exists() is fits


# --- invitations ------------------------------------------------------------------------------------------------------
@pytest.fixture
def invitation(team: Organization, alice: Any) -> Invitation:
    return invitations.invite(actor=alice, organization=team, email="Ann@Example.org", role="worker")


def test_an_invitation_is_mailed_with_its_link(invitation: Invitation, settings: Any) -> None:
    [sent] = mail.outbox
    assert sent.to == ["ann@example.org"]
    assert f"{settings.PUBLIC_URL}/invitations/{invitation.key}" in sent.body
    assert "alice invites you" in sent.body and "Vision team" in sent.subject
    assert invitation.sent_date is not None and len(invitation.key) > 40


def test_whoever_holds_the_link_takes_the_place_once(invitation: Invitation, stranger: Any, bob: Any, team: Organization) -> None:
    member = invitations.accept(actor=stranger, invitation=invitation)
    assert (member.role, member.organization) == ("worker", team)
    assert invitations.accept(actor=stranger, invitation=invitation) == member
    refused("over", invitations.accept, actor=bob, invitation=invitation)
    refused("over", invitations.decline, invitation=invitation)


def test_an_address_alone_opens_nothing(invitation: Invitation) -> None:
    ann = person("ann")
    assert ann.email == "ann@example.org"
    assert not selectors.invitations_for(ann).exists() and not selectors.organizations_for(ann).exists()


def test_what_is_too_old_declined_or_revoked_is_over(invitation: Invitation, stranger: Any, alice: Any) -> None:
    Invitation.objects.update(expiry_date=timezone.now() - timedelta(seconds=1))
    refused("over", invitations.accept, actor=stranger, invitation=invitation)
    Invitation.objects.update(expiry_date=timezone.now() + timedelta(days=1))
    invitations.decline(invitation=invitation)
    invitations.decline(invitation=invitation)
    refused("over", invitations.accept, actor=stranger, invitation=invitation)
    refused("over", invitations.resend, actor=alice, invitation=invitation)
    invitations.revoke(actor=alice, invitation=invitation)
    refused("over", invitations.accept, actor=stranger, invitation=invitation)
    assert not OrganizationMember.objects.filter(user=stranger).exists()


def test_members_keep_their_place(invitation: Invitation, maya: Any, team: Organization, alice: Any) -> None:
    refused("already_member", invitations.accept, actor=maya, invitation=invitation)
    assert selectors.place_in(maya, team) == "maintainer"
    refused("already_member", invitations.invite, actor=alice, organization=team, email=maya.email, role="worker")


def test_an_address_is_invited_once_at_a_time(invitation: Invitation, team: Organization, alice: Any) -> None:
    refused("already_invited", invitations.invite, actor=alice, organization=team, email="ANN@example.org", role="supervisor")
    Invitation.objects.update(expiry_date=timezone.now() - timedelta(days=1))
    again = invitations.invite(actor=alice, organization=team, email="ann@example.org", role="supervisor")
    assert list(Invitation.objects.all()) == [again]


def test_the_mail_is_sent_again_not_at_once_and_an_old_link_stays_dead(invitation: Invitation, alice: Any) -> None:
    refused("too_soon", invitations.resend, actor=alice, invitation=invitation)
    early = timezone.now() - timedelta(minutes=5)
    Invitation.objects.update(sent_date=early)
    assert invitations.resend(actor=alice, invitation=invitation).key == invitation.key
    Invitation.objects.update(sent_date=early, expiry_date=early)
    fresh = invitations.resend(actor=alice, invitation=invitation)
    assert fresh.key != invitation.key and fresh.expiry_date > timezone.now()
    assert invitations.invitation_of(invitation.key) is None
    assert fresh.key in mail.outbox[-1].body and len(mail.outbox) == 3


@pytest.mark.parametrize("who, role, fits", [
    ("maya", "worker", True), ("maya", "supervisor", True), ("maya", "maintainer", False), ("alice", "maintainer", True),
    ("alice", "owner", False), ("sven", "worker", False), ("wanda", "worker", False), ("stranger", "worker", False)])
def test_people_invite_to_places_they_could_give(request: Any, team: Organization, who: str, role: str, fits: bool) -> None:
    names = {"actor": request.getfixturevalue(who), "organization": team, "email": "new@example.org", "role": role}
    if fits:
        made = invitations.invite(**names)
        assert made in selectors.invitations_for(names["actor"])
    else:
        with pytest.raises(Forbidden):
            invitations.invite(**names)
        assert not mail.outbox


def test_a_key_to_a_higher_place_is_not_shown(team: Organization, alice: Any, maya: Any, sven: Any) -> None:
    invitations.invite(actor=alice, organization=team, email="new@example.org", role="maintainer")
    assert not selectors.invitations_for(maya).exists() and not selectors.invitations_for(sven).exists()
    assert selectors.invitations_for(alice).exists()


@pytest.mark.parametrize("email", ["", "x", "a@b", "a b@example.org", f"{'a' * 250}@example.org", "a@example.org\nBcc: b@example.org"])
def test_what_is_no_address_is_not_mailed(team: Organization, alice: Any, email: str) -> None:
    with pytest.raises(ValidationError):
        invitations.invite(actor=alice, organization=team, email=email, role="worker")
    assert not mail.outbox and not Invitation.objects.exists()


def test_a_mail_that_fails_leaves_the_link(team: Organization, alice: Any, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    made = invitations.invite(actor=alice, organization=team, email="ann@example.org", role="worker")
    assert made.sent_date is None and "could not be mailed" in caplog.text
    assert invitations.link_of(made).endswith(made.key)


def test_mails_are_counted(team: Organization, alice: Any, monkeypatch: Any) -> None:
    from django.core.cache import cache

    cache.clear()
    monkeypatch.setattr(invitations, "MAILS_A_DAY", 2)
    for number in range(2):
        invitations.invite(actor=alice, organization=team, email=f"a{number}@example.org", role="worker")
    refused("too_many", invitations.invite, actor=alice, organization=team, email="a3@example.org", role="worker")
    assert len(mail.outbox) == 2


def test_mails_that_nobody_counts_are_not_sent(team: Organization, alice: Any, settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "cvatoloka.caches.OptionalRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    refused("not_counted", invitations.invite, actor=alice, organization=team, email="ann@example.org", role="worker")
    assert not mail.outbox


def test_sharing_does_not_lift_a_worker_and_its_end_takes_jobs_back(
        team: Organization, team_task: Any, alice: Any, wanda: Any, rita: Any) -> None:
    from annotation.services import jobs, members

    project, job = team_task.project, team_task.jobs.first()
    refused("is_worker", members.share_project, actor=alice, project=project, user=wanda, role="reviewer")
    members.share_project(actor=alice, project=project, user=rita, role="reviewer")
    jobs.update_job(actor=alice, job=job, assignee=rita)
    members.unshare_project(actor=rita, project=project, user=rita)
    job.refresh_from_db()
    assert job.assignee is None
