"""The API's schema says everything: what each operation is, what it takes and answers, and how it refuses.

`WALKED` names the parts of the API that are held to this so far; `_exempt` what an operation of them need not say.
"""
from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

pytestmark = pytest.mark.unit
# Beginning of the path -> whether every operation needs an example.
WALKED = {"/api/crowdsourcing/": True, **dict.fromkeys((
    "/api/webhooks", "/api/projects", "/api/tasks", "/api/jobs", "/api/labels", "/api/issues", "/api/comments", "/api/requests",
    "/api/users", "/api/auth/access_tokens", "/api/auth/password", "/api/organizations", "/api/memberships", "/api/invitations",
    "/api/guides", "/api/assets", "/api/cloudstorages"), False)}
Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


def operations(schema: dict[str, Any], *, with_examples: bool = False) -> Iterator[Operation]:
    """(method, path, operation) of the walked parts."""
    for path, methods in schema["paths"].items():
        if any(path.startswith(start) and (needs or not with_examples) for start, needs in WALKED.items()):
            for method, operation in methods.items():
                yield method, path, operation


def expected_errors(method: str, path: str, operation: dict[str, Any]) -> set[str]:
    """What any caller may run into: not logged in, wrong passwords; a write that is refused; a thing that is not there; a bad filter."""
    expected = {"401", "429"}
    if method != "get":
        expected |= {"403"}
    if operation.get("requestBody"):
        expected |= {"400"}
    if "{" in path:
        expected |= {"404"}
    if any(parameter["name"] == "page" for parameter in operation.get("parameters", ())):
        expected |= {"400", "404"}
    return expected


def test_the_walk_finds_both_rooms(schema: dict[str, Any]) -> None:
    found = {path for _, path, _ in operations(schema)}
    assert all(any(path.startswith(start) for path in found) for start in WALKED) and len(found) > 30


def test_every_operation_documents_its_error_answers(schema: dict[str, Any]) -> None:
    missing = {f"{method} {path}": lacking for method, path, operation in operations(schema)
               if (lacking := sorted(expected_errors(method, path, operation) - set(operation["responses"])))}
    assert missing == {}


def test_every_error_answer_says_what_it_is_and_how_it_looks(schema: dict[str, Any]) -> None:
    silent = [f"{method} {path} {status}" for method, path, operation in operations(schema)
              for status, answer in operation["responses"].items()
              if int(status) >= 400 and not (answer.get("description") and answer.get("content"))]
    assert silent == []


def test_every_verb_on_the_platform_can_be_refused_for_now(schema: dict[str, Any]) -> None:
    lacking = [f"{method} {path}" for method, path, operation in operations(schema)
               if method != "get" and path.startswith("/api/crowdsourcing/") and "409" not in operation["responses"]]
    assert lacking == []


def test_every_operation_has_a_name_a_tag_and_a_description(schema: dict[str, Any]) -> None:
    named = [(operation.get("operationId"), f"{method} {path}") for method, path, operation in operations(schema)]
    assert [where for name, where in named if not name] == []
    assert len({name for name, _ in named}) == len(named)
    for what in ("tags", "description"):
        assert [f"{method} {path}" for method, path, operation in operations(schema) if not operation.get(what)] == []


def test_every_operation_of_the_crowd_has_an_example_of_what_it_answers(schema: dict[str, Any]) -> None:
    lacking = []
    for method, path, operation in operations(schema, with_examples=True):
        success = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
        contents = [content for answer in success.values() for content in answer.get("content", {}).values()]
        if set(success) != {"204"} and not any(content.get("examples") for content in contents):
            lacking.append(f"{method} {path}")
    assert lacking == []


def test_every_body_of_the_crowd_has_an_example(schema: dict[str, Any]) -> None:
    lacking = [f"{method} {path}" for method, path, operation in operations(schema, with_examples=True)
               if "requestBody" in operation
               and not any(content.get("examples") for content in operation["requestBody"]["content"].values())]
    assert lacking == []


def test_every_parameter_of_the_crowd_s_lists_has_a_type(schema: dict[str, Any]) -> None:
    untyped = [f"{path} {parameter['name']}" for _, path, operation in operations(schema, with_examples=True)
               for parameter in operation.get("parameters", ()) if not parameter.get("schema")]
    assert untyped == []


def test_examples_of_the_crowd_name_what_the_answers_hold(schema: dict[str, Any]) -> None:
    components = schema["components"]["schemas"]

    def names(described: dict[str, Any]) -> set[str]:
        if "$ref" in described:
            return names(components[described["$ref"].rpartition("/")[2]])
        return set(described.get("properties", {}))

    def rows(content: dict[str, Any]) -> Iterator[tuple[set[str], set[str]]]:
        for example in content.get("examples", {}).values():
            value, described = example["value"], content["schema"]
            if isinstance(value, dict) and "results" in value:
                page = components[described["$ref"].rpartition("/")[2]]
                value, described = value["results"][0], page["properties"]["results"]["items"]
            yield set(value), names(described)

    wrong = [f"{method} {path}: {sorted(given ^ known)}" for method, path, operation in operations(schema, with_examples=True)
             for status, answer in operation["responses"].items() if status.startswith("2")
             for content in answer.get("content", {}).values() for given, known in rows(content) if given != known]
    assert wrong == []
