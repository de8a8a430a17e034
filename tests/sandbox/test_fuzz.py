"""Schemathesis over the sandbox's own description, against a real server: whatever comes, Toloka's body and a documented status."""
import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import Case, GenerationMode

from tests.sandbox.world import CLOSED, World, make_world
from tests.stack.sandbox import sandbox_server

# More for a hunt: SANDBOX_FUZZ=50 pytest tests/sandbox/test_fuzz.py. Large bodies take long to make up, so they get a part of it.
EXAMPLES = int(os.environ.get("SANDBOX_FUZZ", "4"))
BODY_EXAMPLES = max(2, EXAMPLES // 2)
QUICK = settings(derandomize=True, database=None, deadline=None, phases=[Phase.explicit, Phase.generate],
                 suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with sandbox_server() as sandbox:
        yield make_world(sandbox)


def _operations(world: World, door: str) -> Iterator[Any]:
    # Without what it says of tokens, which would be made up too, and then nothing else would be looked at.
    document = {**world.document, "components": {"schemas": world.document["components"]["schemas"]}, "paths": {
        path: {method: {**one, "security": []} for method, one in methods.items()} for path, methods in world.document["paths"].items()}}
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()
        if operation.path.split("/")[1] == door:
            yield operation


def _only_named(operation: Any) -> bool:
    """Nothing but the id in its address is asked for. Any text may be one: nothing wrong can be made up."""
    return not operation.body and all(parameter.location == "path" for parameter in operation.iter_parameters())


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "wrong"])
@pytest.mark.parametrize("door", ["api", "worker", "control"])
def test_whatever_comes_the_answer_is_documented(world: World, door: str, mode: GenerationMode) -> None:
    statuses: set[int] = set()
    problems: list[str] = []
    with requests.Session() as session:
        for operation in _operations(world, door):
            if mode is GenerationMode.NEGATIVE and _only_named(operation):
                continue
            try:
                statuses |= _fuzz(world, operation, mode, session)
            except AssertionError as problem:
                problems.append(str(problem).partition("\nassert ")[0])
    assert not problems, "\n".join(problems)
    # It got past the front door: what fits is mostly taken, what is wrong was looked at.
    assert statuses & {200, 201, 202, 204} if mode is GenerationMode.POSITIVE else 400 in statuses
    assert world.sandbox.control.call("GET", "/healthz") == {"status": "ok"}


def _fuzz(world: World, operation: Any, mode: GenerationMode, session: requests.Session) -> set[int]:
    """Statuses that were met."""
    seen: set[int] = set()
    number = count()

    @settings(QUICK, max_examples=BODY_EXAMPLES if len(operation.body) else EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        _make_real(world, case, next(number))
        _make_harmless(case)
        response = case.call(base_url=world.sandbox.url, session=session, headers=world.headers[operation.path.split("/")[1]], timeout=30)
        seen.add(response.status_code)
        _check(world.document, operation, response)

    run()
    return seen


def _make_real(world: World, case: Case, number: int) -> None:
    """Two of three requests are about objects that exist, so that they get past the 404."""
    if number % 3 == 2:
        return
    known = world.id_for(case.path)
    if case.path_parameters and "id" in case.path_parameters and known:
        case.path_parameters["id"] = known
    fields = {"project_id": "projects", "pool_id": "pools", "subject_id": "pools", "task_id": "tasks", "user_id": "user-metadata",
              "skill_id": "skills", "assignment_id": "assignments", "task_suite_id": "task-suites"}
    bodies = case.body if isinstance(case.body, list) else [case.body]
    for holder in [*bodies, case.query]:
        if isinstance(holder, dict):
            holder.update({name: world.ids[noun] for name, noun in fields.items() if isinstance(holder.get(name), str)})
    for body in bodies:
        if isinstance(body, dict) and isinstance(body.get("input_values"), dict) and number % 3 == 0:
            body["input_values"] = {"image": "https://example.com/1.png"}


def _make_harmless(case: Case) -> None:
    """No calls to strangers, no jumps of years, no faults in the way of the next request."""
    bodies = [body for body in (case.body if isinstance(case.body, list) else [case.body]) if isinstance(body, dict)]
    for body in bodies:
        if isinstance(body.get("webhook_url"), str):
            body["webhook_url"] = CLOSED
        for name in ("seconds", "speed"):
            if case.path.startswith("/control/v1/clock") and isinstance(body.get(name), (int, float)) and body[name] > 1:
                body[name] = 1
        if case.path == "/control/v1/faults" and isinstance(body.get("path"), str):
            body["path"] = "^/nowhere$"


def _check(document: dict[str, Any], operation: Any, response: Any) -> None:
    where = f"{operation.label}: {response.status_code} {response.content[:500]!r}, asked {response.request.url} {response.request.body!r}"
    declared = document["paths"][operation.path][operation.method.lower()]["responses"]
    assert response.status_code < 500, where
    assert str(response.status_code) in declared, where
    media = declared[str(response.status_code)].get("content", {})
    if not media:
        assert not response.content, where
        return
    if "application/json" not in media:
        return
    assert response.headers["content-type"][0] == "application/json", where
    validator = Draft202012Validator({**media["application/json"]["schema"], "components": document["components"]})
    problems = [f"{list(error.path)}: {error.message[:300]}" for error in validator.iter_errors(response.json())]
    assert not problems, f"{problems} in {where}"
    if response.status_code >= 400:
        assert response.json()["request_id"] == response.headers["x-request-id"][0], where
        assert response.json()["code"].replace("_", "").isupper(), where
