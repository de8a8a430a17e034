"""Every address of the application, asked by a stranger and by a worker: what is not theirs is not there."""
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from annotation.models import AccessToken, Comment, Invitation, Issue, Job, Project, Request, Snapshot, Task
from annotation.services import issues

pytestmark = pytest.mark.django_db
# For everybody: a login, a health check, the schema, what the platform knows of rules, one's own things, links with a key of their own.
OPEN = re.compile(
    r"^/(healthz|readyz|favicon.ico$|static/|admin/|api/(schema|swagger|docs|server/|auth/|users(/self)?$|editor/|crowdsourcing/(images/|rules/catalogue))|crowdsourcing/webhooks/|editor/"
    r"|login|logout|signup|password-|profile|tokens$|invitations/|api/invitations/|guide/preview|$)")
# Lists and forms that hold one's own things; that they are empty is tested where they are.
LISTS = re.compile(
    r"^/(api/[\w/]+s|projects|projects/create|projects/restore|tasks|tasks/restore|jobs|requests|organizations|space|review(/\w+)*|api/crowdsourcing/[\w-]+(/bulk)?"
    r"|cloud-storages(/create)?|webhooks|api/webhooks/events|api/assets|api/(projects|tasks)/backup/?|(projects|tasks)/restore)$")
# What a worker may do at the job given to them, and what they may look at.
OF_THE_JOB = re.compile(r"^/(api/)?jobs/\d+(/(editor|reopen|preview|data|data/meta|annotations/?))?$")
SEEN_BY_WORKERS = re.compile(r"^get /(api/)?(organizations|memberships)/\d+$|^get /api/(labels|guides)/\d+$")
NOTHING = re.compile("(?!)")


def test_who_asks_for_an_icon_is_led_to_it(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 302 and response["Location"].endswith(".svg")


def addresses(patterns: Any, prefix: str = "") -> list[tuple[str, tuple[str, ...]]]:
    """Routes of all URL patterns, with their places for names, and the methods that may mean something there."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            # Views of the REST API name theirs; pages have no others than a browser's.
            methods = getattr(entry.callback, "actions", None) or ("get", "post")
            found.append((route, tuple(method for method in methods if method != "head")))
    return found


def filled(route: str, keys: dict[str, Any]) -> str | None:
    """The address with keys of things that are there; None for the format suffixes of routers and addresses with a free path."""
    if "format" in route or "<path:" in route:
        return None
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<int:\1>", route).replace("^", "").replace("$", "").replace("\\Z", "").replace("/?", "/")
    noun = route.split("/")[1 if route.startswith("api/") else 0]

    def key(match: re.Match[str]) -> str:
        kind, name = match.group(1) or "str:", match.group(2)
        return str(keys.get((name, noun), keys.get(name, keys[kind])))
    return "/" + re.sub(r"<(\w+:)?(\w+)>", key, route)


@pytest.fixture
def keys(given: Job, alice: Any) -> dict[Any, Any]:
    """By the name in the route, and by (name, the first word of the address) where one name means many things."""
    project, organization = given.task.project, given.task.project.organization
    issue = issues.create_issue(actor=alice, job=given.task.jobs.last(), frame=2, position=[1, 1], message="x")
    request = Request.objects.create(owner=alice, action="export", task=given.task, status="finished")
    Snapshot.objects.create(job=given, reason="submitted", revision=1, digest="x", data={"frames": {}})
    token = AccessToken.objects.create(owner=alice, name="t", prefix="x", digest="x")
    invitation = Invitation.objects.create(organization=organization, email="x@y.org", owner=alice, expiry_date="2040-01-01T00:00Z")
    ids = {"projects": project.pk, "tasks": given.task_id, "jobs": given.pk, "labels": project.labels.first().pk, "issues": issue.pk,
           "comments": Comment.objects.get().pk, "requests": request.pk, "invitations": invitation.pk, "organizations": organization.pk,
           "memberships": organization.members.first().pk, "users": alice.pk, "guides": project.pk}
    return {"int:": 1, "str:": "x", "slug:": "x", "uuid:": uuid4(), **{("pk", noun): key for noun, key in ids.items()},
            "project_id": project.pk, "task_id": given.task_id, "job_id": given.pk, "token_id": token.pk, "user_id": alice.pk,
            # A frame of another job than the worker's.
            "frame_id": given.task.frames.last().pk, "quality": "original", "request_id": request.pk, "kind": "preannotation",
            "organization_id": organization.pk, "member_id": ids["memberships"], "verb": "archive"}


def walked(client: Client, keys: dict[Any, Any], but: re.Pattern[str]) -> dict[str, int]:
    """"method address" -> status of every door that is not `but`."""
    found: dict[str, int] = {}
    for route, methods in addresses(get_resolver().url_patterns):
        address = filled(route, keys)
        if address is None or OPEN.match(address) or LISTS.match(address) or but.match(address):
            continue
        nowhere = re.sub(r"/\d+(?=/|$)", "/987654", address)
        for method in methods:
            status = getattr(client, method)(address).status_code
            # A complaint about the request that comes before any look at the thing tells nothing of it.
            same = status == 400 and getattr(client, method)(nowhere).status_code == 400
            found[f"{method} {address}"] = 404 if same else status
    return found


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Job, Issue, Request, AccessToken, Invitation, Task, Project)]


@pytest.mark.parametrize("who", ["stranger", "wanda"])
def test_no_door_is_open_to_whom_it_does_not_belong(request: Any, who: str, keys: dict[Any, Any]) -> None:
    client = Client()
    client.force_login(request.getfixturevalue(who))
    before = everything()
    found = walked(client, keys, OF_THE_JOB if who == "wanda" else NOTHING)
    assert len(found) > 100
    seen = SEEN_BY_WORKERS if who == "wanda" else NOTHING
    assert {door: status for door, status in found.items() if status not in (403, 404, 405) and not seen.match(door)} == {}
    assert everything() == before


def test_the_walk_finds_doors_that_are_open(keys: dict[Any, Any], alice: Any) -> None:
    client = Client()
    client.force_login(alice)
    filled_in = [filled(route, keys) or "" for route, _ in addresses(get_resolver().url_patterns)]
    wanted = {address for address in filled_in if re.match(r"^/(projects|tasks|jobs)/\d+(/edit)?$", address)}
    assert len(wanted) > 4
    assert {address for address in wanted if client.get(address).status_code != 200} == set()
