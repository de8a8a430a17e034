"""The sandbox's description of itself: complete, well formed, and true to the code that it is made from."""
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.sandbox.conftest import Shop
from tests.sandbox.raw import raw
from tests.stack.sandbox import SandboxServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def document(sandbox: SandboxServer) -> dict[str, Any]:
    answer = raw(sandbox, "GET", "/api/openapi.json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    return answer.body


def test_every_address_of_every_door_is_described(sandbox: SandboxServer) -> None:
    """The views are asked in a process with the sandbox's settings; here are the application's."""
    program = (
        "import django; django.setup()\n"
        "from sandbox.openapi.document import descriptions\n"
        "from sandbox.openapi.routes import routes\n"
        "known, found = descriptions(), list(routes())\n"
        "print(len(found), [(one.method, one.path) for one in found if one.handler not in known],"
        " [view.__qualname__ for view in known if view not in {one.handler for one in found}])")
    count, _, rest = _python(sandbox, program).partition(" ")
    assert int(count) > 90
    assert rest.strip() == "[] []", "an address without a description in sandbox/openapi/nouns, or a description without an address"


def _python(sandbox: SandboxServer, program: str) -> str:
    import subprocess
    import sys

    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=sandbox.environment, check=True, capture_output=True,
                          text=True, timeout=60).stdout


def test_the_addresses_in_the_source_are_those_of_the_document(document: dict[str, Any]) -> None:
    """Counted from the text of the url files, so that a mistake of the walk through the resolver would be seen."""
    written = set()
    for name, prefix in (("api", "/api/"), ("worker", "/worker/v1/"), ("control", "/control/v1/")):
        text = (ROOT / "sandbox" / name / "urls.py").read_text()
        for path, methods in re.findall(r'path\("([^"]+)", [^\n]*?endpoint\(([^\n]*)\)\)', text):
            written |= {(prefix + path.replace("<str:key>", "{id}"), method.lower()) for method in re.findall(r"([A-Z]+)=", methods)}
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described - written == {("/api/openapi.json", "get")}
    assert not written - described


def test_toloka_kit_calls_nothing_that_is_not_there(document: dict[str, Any]) -> None:
    import toloka.client

    source = inspect.getsource(toloka.client)
    calls = re.findall(r"_(?:raw_|search_)?request\(\s*'(\w+)',\s*f?'(/[^']+)'", source)
    batches = [("post", path) for path in re.findall(r"url='(/v1/[a-z-]+)'", source)]
    wanted = {(method, "/api" + re.sub(r"\{\w+\}", "{id}", path)) for method, path in [*calls, *batches] if not path.startswith("/app/")}
    assert len(wanted) > 60
    missing = {(method, path) for method, path in wanted if method not in document["paths"].get(path, {})}
    assert not missing


def test_every_schema_is_a_schema_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = [one["operationId"] for one in _operations(document)]
    assert len(names) == len(set(names))
    count = 0
    for schema in _schemas(document):
        Draft202012Validator.check_schema(schema)
        count += 1
    assert count > 300
    for reference in re.findall(r'"\$ref": "#/components/schemas/(\w+)"', str(document).replace("'", '"')):
        assert reference in document["components"]["schemas"]


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _schemas(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from document["components"]["schemas"].values()
    for operation in _operations(document):
        yield from (parameter["schema"] for parameter in operation["parameters"])
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        yield from (media["schema"] for body in bodies for media in body.get("content", {}).values())


def test_every_operation_says_how_it_refuses(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            answers = operation["responses"]
            assert {"400", "415", "503"} <= set(answers), path
            assert any(status.startswith("2") for status in answers)
            assert ("401" in answers) == bool(operation["security"])
            assert ("404" in answers and "403" in answers) or "{id}" not in path
            assert ("413" in answers) == ("requestBody" in operation)
            for status, answer in answers.items():
                if status >= "400":
                    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}


def test_lists_are_described_by_their_listing(document: dict[str, Any]) -> None:
    known = {one["name"]: one["schema"] for one in document["paths"]["/api/v1/assignments"]["get"]["parameters"]}
    assert known["limit"] == {"type": "integer", "minimum": 1, "maximum": 100_000, "default": 50}
    assert {"submitted_gte", "id_gt", "expired_lt", "pool_id", "task_suite_id"} <= set(known)
    assert known["status"]["items"]["enum"] == ["ACTIVE", "SUBMITTED", "ACCEPTED", "REJECTED", "SKIPPED", "EXPIRED"]
    assert "-submitted" in known["sort"]["items"]["enum"]
    files = {one["name"]: one["schema"] for one in document["paths"]["/api/v1/attachments"]["get"]["parameters"]}
    assert files["limit"]["maximum"] == 100 and files["id_gt"]["format"] == "uuid"


def test_bodies_are_described_by_what_the_forms_read(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    pool = shapes["PoolForm"]
    assert {"project_id", "private_name", "will_expire", "reward_per_assignment", "assignment_max_duration_seconds", "defaults"} <= set(
        pool["required"])
    assert pool["properties"]["auto_accept_period_day"] == {"type": ["integer", "null"], "minimum": 1, "maximum": 21}
    assert pool["properties"]["mixer_config"]["properties"]["force_last_assignment"]["type"] == ["boolean", "null"]
    rule = pool["properties"]["quality_control"]["properties"]["configs"]["items"]["properties"]["rules"]["items"]["properties"]
    assert {"RESTRICTION_V2", "CHANGE_OVERLAP", "SET_SKILL"} <= set(rule["action"]["properties"]["type"]["enum"])
    assert {"delta", "skill_id", "duration_unit"} <= set(rule["action"]["properties"]["parameters"]["properties"])
    assert shapes["TrainingForm"]["properties"]["retry_training_after_days"]["minimum"] == 1
    assert shapes["UserBonusForm"]["required"] == ["user_id", "amount"]
    assert shapes["WebhookSubscriptionForm"]["properties"]["webhook_url"]["maxLength"] == 2_000


def test_what_the_sandbox_answers_fits_its_description(shop: Shop, document: dict[str, Any]) -> None:
    pool = shop.open_pool(1)
    _, key = shop.submitted(pool)
    paths = {"/requester": "/requester", f"/projects/{shop.project['id']}": "/projects/{id}", f"/pools/{pool}": "/pools/{id}",
             f"/tasks?pool_id={pool}": "/tasks", f"/assignments/{key}": "/assignments/{id}", "/operations": "/operations",
             f"/task-suites?pool_id={pool}": "/task-suites", "/skills?global=true": "/skills"}
    for path, described in paths.items():
        schema = document["paths"][f"/api/v1{described}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": document["components"]})
        assert not [error.message for error in validator.iter_errors(shop.ask("GET", path))], path
