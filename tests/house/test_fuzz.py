"""Schemathesis over the whole schema, both rooms: whatever comes, no fault and a documented status, for an owner and for a stranger.

Each request is undone, so every one meets the same things. More for a hunt: API_FUZZ=50 pytest tests/house/test_fuzz.py.
"""
import os
import uuid
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode

from annotation.services import issues, projects, tasks
from tests.annotation.filling import ingest
from tests.annotation.pictures import picture
from tests.crowdsourcing.conftest import crowd, platform  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("API_FUZZ", "2"))
# Seeded: the same requests each run.
QUICK = settings(derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
# What a door's own description cannot know: a body of a media type it does not take, or of more than 32 MB.
ALWAYS = {413, 415}
# Doors that begin or end a login: the answers would be about somebody else.
CLOSED = ("/api/auth/logout",)
IDS = dict[str, list[Any]]
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")


@pytest.fixture
def world(alice: Any, crowd: Any) -> IDS:  # noqa: F811
    """Things of Alice's: noun of the address -> their ids."""
    crowd.open_pool()
    crowd.work()
    project = projects.create_project(actor=alice, name="Streets", guide="# Boxes", labels=[
        {"name": "car", "attributes": [{"name": "make", "input_type": "select", "values": ["VW", "Lada"]}]}])
    task = tasks.create_task(actor=alice, project=project, name="Monday", segment_size=2)
    request = ingest(alice, task, {f"{number}.jpg": picture(100, 80) for number in range(4)})
    job = task.jobs.first()
    issue = issues.create_issue(actor=alice, job=job, frame=0, position=[1, 2], message="Look")
    client = logged_in(alice)
    token = client.post("/api/auth/access_tokens", {"name": "t"}, content_type="application/json").json()
    team = client.post("/api/organizations", {"slug": "team", "name": "Team"}, content_type="application/json").json()
    hook = {"target_url": "https://example.org/x", "type": "project", "project_id": project.pk, "events": ["update:job"]}
    hook = client.post("/api/webhooks", hook, content_type="application/json").json()
    ids = {"projects": [project.pk, crowd.project.pk], "tasks": [task.pk, crowd.task.pk], "jobs": [job.pk, crowd.job().pk],
           "labels": [label.pk for label in project.labels.all()], "issues": [issue.pk], "comments": [issue.comments.get().pk],
           "requests": [str(request.pk)], "users": [alice.pk], "access_tokens": [token["id"]], "organizations": [team["id"]],
           "webhooks": [hook["id"]], "guides": [project.pk]}
    for noun in ("accounts", "projects", "pools", "task-suites", "assignments", "commands"):
        page = client.get(f"/api/crowdsourcing/{noun}").json()
        ids[f"crowdsourcing/{noun}"] = [row["id"] for row in page["results"]]
    assert all(ids.values()), ids
    return ids


def logged_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def operations() -> Iterator[Any]:
    document = dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]
    # Without what it says of tokens, which would be made up too, and then nothing else would be looked at.
    document["components"] = {"schemas": document["components"]["schemas"]}
    document["paths"] = {path: {method: {**one, "security": []} for method, one in methods.items()}
                         for path, methods in document["paths"].items() if path not in CLOSED}
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        yield result.ok()


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_whatever_comes_the_answer_is_documented(world: IDS, alice: Any, stranger: Any, who: str) -> None:
    client = logged_in(alice if who == "owner" else stranger)
    statuses: dict[int, int] = {}
    problems: list[str] = []
    for operation in operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and (who == "stranger" or not _has_wrong_forms(operation)):
                continue
            problems += _fuzz(world, client, operation, mode, statuses)
    assert not problems, "\n".join(problems)
    # It got past the front door: what fits is mostly taken, what is wrong was looked at, what is a stranger's is not there.
    least = {"owner": {200: 50, 404: 20, 400: 50}, "stranger": {200: 20, 404: 100}}[who]
    assert all(statuses.get(status, 0) >= times for status, times in least.items()), statuses


def _has_wrong_forms(operation: Any) -> bool:
    return bool(operation.body) or any(parameter.location == "query" for parameter in operation.iter_parameters())


def _fuzz(world: IDS, client: Client, operation: Any, mode: GenerationMode, statuses: dict[int, int]) -> list[str]:
    problems: dict[str, str] = {}
    declared = {int(status) for status in operation.definition.raw["responses"]} | ALWAYS
    number = count()

    @settings(QUICK, max_examples=EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        _make_real(world, case, next(number))
        answer = _undone(client, case)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        if answer.status_code >= 500 or answer.status_code not in declared:
            problems.setdefault(f"{operation.label}: {answer.status_code}", f"{answer.asked} -> {answer.said[:300]!r}")

    run()
    return [f"{what} {why}" for what, why in problems.items()]


def _make_real(world: IDS, case: Case, number: int) -> None:
    """Most requests are about things that exist, so that they get past the 404."""
    if number % 4 == 3:
        return
    parts = case.operation.path.removeprefix("/api/").split("/")
    noun = "/".join(parts[:2]) if parts[0] == "crowdsourcing" else parts[1] if parts[0] == "auth" else parts[0]
    for name in case.path_parameters or {}:
        known = world.get("webhooks" if name == "webhook" else noun)
        if known and name in ("id", "webhook"):
            case.path_parameters[name] = known[number % len(known)]
        elif name == "key":
            case.path_parameters[name] = str(uuid.UUID(int=number))
    for holder in (case.body, case.query):
        if isinstance(holder, dict):
            for name, nouns in (("project_id", "projects"), ("task_id", "tasks"), ("job", "jobs"), ("issue", "issues"), ("job_id", "jobs")):
                if name in holder and number % 2:
                    holder[name] = world[nouns][0]


def _undone(client: Client, case: Case) -> Any:
    """The answer to the case; what it wrote is taken back."""
    prepared = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    target = urlsplit(str(prepared.url))
    headers = {name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in prepared.headers.items()
               if name.lower() not in ("content-length", "content-type", "cookie")}
    block = transaction.atomic()
    # As the test's own block: those of the product that must be outermost are.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        answer = client.generic(
            str(prepared.method), f"{target.path}?{target.query}", prepared.body or b"",
            content_type=prepared.headers.get("Content-Type", "application/json"), headers=headers)
        # Files are read while their rows are there.
        answer.said = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    answer.asked = f"{prepared.method} {prepared.url} {str(prepared.body)[:300]}"  # type: ignore[attr-defined]
    return answer
