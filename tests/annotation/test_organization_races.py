"""Two at once: an organization has one owner, an invitation one taker, and nothing is left behind in what is deleted."""
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from annotation.errors import Refused
from annotation.models import Organization, OrganizationMember, Project
from annotation.services import invitations, organizations, projects

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[str]:
    """Their codes in order: "" for what went well."""
    start, said = threading.Barrier(len(calls)), [""] * len(calls)

    def run(number: int) -> None:
        try:
            start.wait(timeout=30)
            calls[number]()
        except Refused as refused:
            said[number] = refused.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return said


def test_a_link_is_taken_by_one_of_two(team: Organization, alice: Any, bob: Any, stranger: Any) -> None:
    offered = invitations.invite(actor=alice, organization=team, email="ann@example.org")
    said = at_once(*(lambda user=user: invitations.accept(actor=user, invitation=offered) for user in (bob, stranger)))
    assert sorted(said) == ["", "over"]
    assert OrganizationMember.objects.filter(organization=team).count() == 2


def test_one_of_two_becomes_the_owner(team: Organization, alice: Any, maya: Any, sven: Any) -> None:
    said = at_once(*(lambda user=user: organizations.hand_over(actor=alice, organization=team, user=user) for user in (maya, sven)))
    assert sorted(said) == ["", "forbidden"]
    assert OrganizationMember.objects.filter(organization=team, role="owner").count() == 1


def test_who_is_taken_out_while_making_a_project_keeps_none(team: Organization, alice: Any, sven: Any) -> None:
    member = OrganizationMember.objects.get(user=sven)
    said = at_once(lambda: organizations.remove_member(actor=alice, member=member),
                   lambda: projects.create_project(actor=sven, name="x", organization=team))
    assert said[0] == "" and said[1] in ("", "forbidden")
    assert not Project.objects.filter(owner=sven).exists()


def test_a_project_and_the_end_of_its_organization_exclude_each_other(team: Organization, alice: Any, sven: Any) -> None:
    said = at_once(lambda: organizations.delete_organization(actor=alice, organization=team),
                   lambda: projects.create_project(actor=sven, name="x", organization=team))
    assert said in (["in_use", ""], ["", "gone"])
    assert Project.objects.exists() is Organization.objects.exists() is (said[1] == "")
