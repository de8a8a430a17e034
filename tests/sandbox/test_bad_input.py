"""Nonsense at every address: 4xx with Toloka's body, nothing changed, nobody else's data. The addresses come from the description."""
import copy
import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.sandbox.conftest import project_form
from tests.sandbox.raw import Answer, raw
from tests.sandbox.world import CLOSED, World, make_world
from tests.stack.sandbox import sandbox_server

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with sandbox_server() as sandbox:
        yield make_world(sandbox)


def _operations(world: World, *doors: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, its description) of every operation of these doors."""
    for path, methods in world.document["paths"].items():
        if path.split("/")[1] in (doors or ("api", "worker", "control")):
            yield from ((method.upper(), path, one) for method, one in methods.items())


def _ask(world: World, method: str, path: str, body: Any = None, key: str | None = None, **headers: str) -> Answer:
    """As the owner, about the world's object, unless told otherwise. A body that is no bytes goes as JSON."""
    target = path.replace("{id}", quote(key if key is not None else world.id_for(path) or "x", safe=""))
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    own = world.headers[path.split("/")[1]]
    return raw(world.sandbox, method, target, data, **{**own, **({} if data is None else JSON), **headers})


def _wrong(answer: Answer, *statuses: int) -> str:
    """What is wrong with a refusal; nothing if it is one of these statuses and has Toloka's body."""
    if answer.status not in statuses:
        return f"{answer.status} {answer.data[:300]!r}"
    if answer.headers["Content-Type"] != "application/json" or not {"request_id", "code", "message"} <= set(answer.body):
        return f"no body of Toloka's: {answer.data[:300]!r}"
    return ""


def _bodies(world: World) -> dict[tuple[str, str], Any]:
    """A good body for every operation that takes JSON."""
    shop, ids = world.shop, world.ids
    project, training = project_form(), shop.ask("GET", f"/trainings/{ids['trainings']}")
    pool = shop.ask("GET", f"/pools/{ids['pools']}")
    task = {"pool_id": ids["pools"], "input_values": {"image": "https://example.com/1.png"}, "overlap": 1}
    suite = {"pool_id": ids["manual"], "tasks": [{"input_values": task["input_values"]}], "overlap": 1}
    folders, text = {"folders": ["IMPORTANT"]}, {"text": {"EN": "Hello"}}
    aggregate = {"pool_id": ids["pools"], "task_id": ids["tasks"], "type": "WEIGHTED_DYNAMIC_OVERLAP", "fields": [{"name": "result"}]}
    return {
        ("POST", "/api/v1/projects"): project, ("PUT", "/api/v1/projects/{id}"): project,
        ("POST", "/api/staging/projects/{id}/check"): project,
        ("POST", "/api/v1/pools"): pool, ("PUT", "/api/v1/pools/{id}"): pool, ("PATCH", "/api/v1/pools/{id}"): {"priority": 1},
        ("POST", "/api/v1/trainings"): training, ("PUT", "/api/v1/trainings/{id}"): training,
        ("POST", "/api/v1/tasks"): task, ("PATCH", "/api/v1/tasks/{id}"): {"overlap": 5},
        ("PATCH", "/api/v1/tasks/{id}/set-overlap-or-min"): {"overlap": 5},
        ("POST", "/api/v1/task-suites"): suite, ("PATCH", "/api/v1/task-suites/{id}"): {"overlap": 5},
        ("PATCH", "/api/v1/task-suites/{id}/set-overlap-or-min"): {"overlap": 5},
        ("PATCH", "/api/v1/assignments/{id}"): {"status": "ACCEPTED", "public_comment": "ok"},
        ("POST", "/api/staging/analytics-2"): [{"name": "real_tasks_count", "subject": "POOL", "subject_id": ids["pools"]}],
        ("POST", "/api/v1/aggregated-solutions/aggregate-by-pool"): aggregate,
        ("POST", "/api/v1/aggregated-solutions/aggregate-by-task"): aggregate,
        ("POST", "/api/v1/skills"): {"name": "s"}, ("PUT", "/api/v1/skills/{id}"): {"name": "s"},
        ("PUT", "/api/v1/user-skills"): {"skill_id": ids["skills"], "user_id": world.toloker.id, "value": 5},
        ("PUT", "/api/v1/user-restrictions"): {"scope": "PROJECT", "project_id": ids["projects"], "user_id": world.toloker.id},
        ("POST", "/api/v1/user-bonuses"): {"user_id": world.toloker.id, "amount": 0.01, "without_message": True},
        ("POST", "/api/v1/message-threads/compose"): {"recipients_select_type": "DIRECT", "recipients_ids": [world.toloker.id],
                                                      "topic": {"EN": "Hi"}, "answerable": True, **text},
        ("POST", "/api/v1/message-threads/{id}/reply"): text, ("POST", "/api/v1/message-threads/{id}/add-to-folders"): folders,
        ("POST", "/api/v1/message-threads/{id}/remove-from-folders"): folders,
        ("PUT", "/api/v1/webhook-subscriptions"): {"event_type": "POOL_CLOSED", "webhook_url": CLOSED, "pool_id": ids["pools"]},
        ("POST", "/worker/v1/tolokers"): {}, ("POST", "/worker/v1/assignments/{id}/submit"): {"solutions": []},
        ("POST", "/worker/v1/assignments/{id}/appeal"): {"text": "No"}, ("POST", "/worker/v1/messages/{id}/reply"): {"text": "Yes"},
        ("POST", "/control/v1/requesters"): {"name": "Acme"}, ("POST", "/control/v1/clock/advance"): {"seconds": 0},
        ("POST", "/control/v1/clock/speed"): {"speed": 1}, ("POST", "/control/v1/faults"): {"path": "^/nowhere$", "effect": "delay"},
        ("POST", "/control/v1/robots"): {"count": 1},
    }


def test_a_good_body_is_known_for_every_operation_that_takes_one(world: World) -> None:
    wanted = {(method, path) for method, path, one in _operations(world)
              if "application/json" in one.get("requestBody", {}).get("content", ())}
    assert wanted == set(_bodies(world))


BROKEN = {
    "malformed": b'{"a":', "cut": b"[1,", "not utf-8": b'"\xff\xfe"', "byte order mark": b"\xef\xbb\xbf{}",
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a surrogate in utf-8": b'"\xed\xa0\x80"', "infinity": b'{"a":1e400}', "NaN": b'{"a":NaN}', "Infinity": b"[Infinity]",
    "two values": b"{} {}", "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "a hundred and one levels": b'{"a":' * 102 + b"1" + b"}" * 102, "a word": b"nonsense", "html": b"<html></html>",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_body_that_is_no_json_is_refused_everywhere(world: World, name: str) -> None:
    # Whole numbers beyond any, and deep nesting, are found by one reader for all: some addresses are enough.
    problems = [f"{method} {path}: {wrong}" for method, path in list(_bodies(world))[::4 if name.startswith("deep") else 1]
                if (wrong := _wrong(_ask(world, method, path, BROKEN[name]), 400))]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("key", ["²", "١٢٣", "-1", "", "9" * 40, "1.0", True, 1e30])
def test_a_filter_by_a_skill_that_cannot_be_is_refused(world: World, key: Any) -> None:
    pool = world.shop.ask("GET", f"/pools/{world.ids['pools']}")
    node = {"category": "skill", "key": key, "operator": "GT", "value": 5}
    answer = _ask(world, "POST", "/api/v1/pools", {**pool, "filter": {"and": [{"or": [node]}]}})
    assert not _wrong(answer, 400)
    assert all(path.startswith("filter") for path in answer.body["payload"])


@pytest.mark.parametrize(("headers", "body", "status"), [
    ({"Content-Type": "text/plain"}, b"{}", 415), ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", 415),
    ({"Content-Type": "application/x-www-form-urlencoded"}, b"a=b", 415), ({"Content-Encoding": "gzip"}, b"\x1f\x8b\x08\x00", 415),
    ({}, b"{}" + b" " * (16 * 1024 * 1024), 413)])
def test_a_body_of_another_kind_or_size_is_refused_everywhere(world: World, headers: dict[str, str], body: bytes, status: int) -> None:
    problems = [f"{method} {path}: {wrong}" for method, path in list(_bodies(world))[::1 if status == 415 else 6]
                if (wrong := _wrong(_ask(world, method, path, body, **headers), status))]
    assert not problems, "\n".join(problems)


def _fields(schema: dict[str, Any], shapes: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """(path, schema) of every field of a body, "0" for the item of a list."""
    schema = shapes[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    schema = shapes[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if len(path) > 8 or "Filter" in str(schema.get("properties", {}).keys()):
        return
    if schema.get("items"):
        yield from _fields(schema["items"], shapes, (*path, "0"))
    for name, field in schema.get("properties", {}).items():
        yield (*path, name), field
        yield from _fields(field, shapes, (*path, name))


def _of_another_type(schema: dict[str, Any]) -> Any:
    """A value that the field cannot have; None if it can have any."""
    kinds = schema.get("type", "object" if "$ref" in schema else None)
    kind = kinds if isinstance(kinds, str) or kinds is None else kinds[0] if set(kinds) - {"null"} == {kinds[0]} else None
    return {"string": {"not": "text"}, "object": "not an object", "array": "not a list", None: None}.get(kind, "neither number nor boolean")


def _with(body: Any, path: tuple[str, ...], value: Any) -> Any:
    """The body with a value put there, and what has to be around it."""
    if not path:
        return value
    step, *rest = path
    if step.isdigit():
        items = body if isinstance(body, list) else []
        return [_with(items[0] if items else {}, tuple(rest), value), *items[1:]]
    return {**(body if isinstance(body, dict) else {}), step: _with((body if isinstance(body, dict) else {}).get(step), tuple(rest), value)}


def test_a_field_of_the_wrong_type_is_named_wherever_it_is(world: World) -> None:
    problems, count = [], 0
    bodies = _bodies(world)
    for method, path, one in _operations(world):
        if (method, path) not in bodies:
            continue
        for steps, field in _fields(one["requestBody"]["content"]["application/json"]["schema"], world.document["components"]["schemas"]):
            value = _of_another_type(field)
            if value is None:
                continue
            count += 1
            answer = _ask(world, method, path, _with(copy.deepcopy(bodies[method, path]), steps, value))
            dotted = ".".join(steps)
            if wrong := _wrong(answer, 400):
                problems.append(f"{method} {path} {dotted}: {wrong}")
            elif len(steps) == 1 and not any(key == dotted or key.startswith(f"{dotted}.") for key in answer.body["payload"]):
                problems.append(f"{method} {path} {dotted}: not named in {answer.body['payload']}")
    assert not problems, "\n".join(problems)
    assert count > 200


HUGE = {"a megabyte": "x" * 1_000_000, "NUL": "a\x00b", "10 to the 30": 10**30, "minus 1e308": -1e308, "an emoji": "\U0001f4a5"}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_or_strange_value_in_any_field_breaks_nothing(world: World, name: str) -> None:
    """Kept or refused, but never a 5xx; and what was kept can be read again. Top-level fields, one at a time."""
    problems = []
    for (method, path), good in _bodies(world).items():
        if path.startswith("/control/v1/clock") or not isinstance(good, dict):
            continue
        schema = world.document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
        fields = [steps[0] for steps, _ in _fields(schema, world.document["components"]["schemas"]) if len(steps) == 1]
        # The strings that are large in themselves: some fields are enough.
        for field in fields[::5 if name == "a megabyte" else 1]:
            answer = _ask(world, method, path, {**good, field: HUGE[name]})
            if answer.status >= 500 or (answer.status >= 400 and _wrong(answer, 400, 403, 404, 409, 413)):
                problems.append(f"{method} {path} {field}: {answer.status} {answer.data[:200]!r}")
    for path in ("/projects", "/pools", "/trainings", "/skills", "/user-bonuses", "/message-threads", "/operations"):
        world.shop.ask("GET", f"{path}?limit=300")
    assert not problems, "\n".join(problems)


STRANGE_IDS = ("0", "-1", "x", "1.0", "1e5", " 1", "١٢٣", "99999999999999999999999", "9" * 5_000, "null", "..", "a/b",
               "'; DROP TABLE x; --", "00000000-0000-0000-0000-000000000000", "0" * 32, "0002625a00--" + "0" * 24, "\U0001f4a5", "\u202e")


@pytest.mark.parametrize("key", STRANGE_IDS, ids=[ascii(key[:12]) for key in STRANGE_IDS])
def test_an_id_of_nothing_is_404_everywhere(world: World, key: str) -> None:
    bodies = _bodies(world)
    problems = []
    for method, path, one in _operations(world):
        allowed = (404, 400) if "requestBody" in one else (404,)
        if "{id}" in path and (wrong := _wrong(_ask(world, method, path, bodies.get((method, path)), key), *allowed)):
            problems.append(f"{method} {path}: {wrong}")
    assert not problems, "\n".join(problems)


def test_the_nul_character_is_400_in_any_address(world: World) -> None:
    problems = [f"{method} {path}: {wrong}" for method, path, _ in _operations(world) if "{id}" in path
                and (wrong := _wrong(_ask(world, method, path, key="1\x00"), 400))]
    assert not problems, "\n".join(problems)


def test_other_peoples_objects_stay_theirs_at_every_address(world: World) -> None:
    """Each door is walked by somebody else, with good bodies; afterwards everything is as it was."""
    stranger, worker = world.sandbox.create_requester(), world.sandbox.create_toloker()
    tokens = {"api": stranger.authorization, "worker": worker.authorization}
    bodies, problems = _bodies(world), []
    before = _state(world)
    for method, path, _ in _operations(world, "api", "worker"):
        # A Toloker's pools are everybody's; who knows his id may know who he is.
        if "{id}" not in path or path in ("/worker/v1/pools/{id}/take", "/api/v1/user-metadata/{id}"):
            continue
        answer = _ask(world, method, path, bodies.get((method, path)), Authorization=tokens[path.split("/")[1]])
        if wrong := _wrong(answer, 403, 404):
            problems.append(f"{method} {path}: {wrong}")
    assert not problems, "\n".join(problems)
    assert _state(world) == before


def _state(world: World) -> dict[str, Any]:
    """What the world's objects look like to their owner."""
    return {noun: world.shop.ask("GET", f"/{noun}/{key}") for noun, key in world.ids.items()
            if f"/api/v1/{noun}/{{id}}" in world.document["paths"] and noun != "aggregated-solutions"}


def test_naming_other_peoples_objects_gives_nothing_away(world: World) -> None:
    """In queries and in bodies, at every address that can name one."""
    stranger = world.sandbox.create_requester()
    token = {"Authorization": stranger.authorization}
    named = {"pool_id": world.ids["pools"], "project_id": world.ids["projects"], "task_id": world.ids["tasks"],
             "task_suite_id": world.ids["task-suites"], "assignment_id": world.ids["assignments"], "skill_id": world.ids["skills"]}
    problems = []
    for method, path, one in _operations(world, "api"):
        if method != "GET" or "{id}" in path:
            continue
        for parameter in one["parameters"]:
            if parameter["name"] in named:
                answer = _ask(world, "GET", f"{path}?{parameter['name']}={named[parameter['name']]}", **token)
                if answer.body.get("items") if answer.status == 200 else _wrong(answer, 400, 403, 404):
                    problems.append(f"{path}?{parameter['name']}: {answer.status} {answer.data[:300]!r}")
    for (method, path), body in _bodies(world).items():
        names = {field: value for field, value in (body.items() if isinstance(body, dict) else ()) if field in named}
        if names and "{id}" not in path and (wrong := _wrong(_ask(world, method, path, body, **token), 400, 403, 404, 409)):
            problems.append(f"{method} {path}: {wrong}")
    assert not problems, "\n".join(problems)


def test_a_wrong_method_is_405_everywhere_and_head_is_a_get_without_body(world: World) -> None:
    problems = []
    for path, methods in world.document["paths"].items():
        for method in ("OPTIONS", "TRACE", "PROPFIND", *METHODS):
            if method.lower() not in methods and (wrong := _wrong(_ask(world, method, path), 405)):
                problems.append(f"{method} {path}: {wrong}")
        answer = _ask(world, "HEAD", path)
        if answer.data or answer.status >= 500 or ("get" not in methods and answer.status != 405):
            problems.append(f"HEAD {path}: {answer.status} {answer.data[:100]!r}")
    assert not problems, "\n".join(problems)
    get, head = (_ask(world, method, "/api/v1/projects") for method in ("GET", "HEAD"))
    assert (head.status, head.headers["Content-Length"], head.headers["Content-Type"]) == (
        200, str(len(get.data)), get.headers["Content-Type"])


def test_a_list_refuses_a_limit_an_order_or_a_range_that_cannot_be(world: World) -> None:
    problems, count = [], 0
    for method, path, one in _operations(world):
        known = {parameter["name"]: parameter["schema"] for parameter in one["parameters"]}
        if "limit" not in known:
            continue
        count += 1
        base = f"pool_id={world.ids['pools']}&" if "pool_id" in known else ""
        nonsense = [("limit", text) for text in ("0", "-1", "--5", "-", "x", "", "1e3", "١", str(known["limit"]["maximum"] + 1), "9" * 40)]
        nonsense += [("sort", text) for text in ("nonsense", "id,nonsense", "--id", "id;drop", "password", "requester__token_hash")]
        nonsense += [(name, "nonsense") for name, schema in known.items() if name.rpartition("_")[2] in ("gt", "gte", "lt", "lte")
                     and (schema.get("format") in ("date-time", "uuid") or "pattern" in schema)]
        for name, text in nonsense:
            answer = _ask(world, method, f"{path}?{base}{name}={quote(text)}")
            if (wrong := _wrong(answer, 400)) or name not in answer.body["payload"]:
                problems.append(f"{path}?{name}={text[:20]}: {wrong or answer.body}")
        twice = _ask(world, method, f"{path}?{base}limit=1&limit=2&sort=id&sort=-id&unknown=1&unknown=2&%FF=%FE")
        if twice.status != 200 and _wrong(twice, 400, 404):
            problems.append(f"{path} with doubled parameters: {twice.status} {twice.data[:200]!r}")
    assert not problems, "\n".join(problems)
    assert count > 15


def _line(world: World, request: bytes) -> tuple[int, dict[str, Any]]:
    """Bytes on the wire, and the status and parsed body of the answer."""
    address = urlsplit(world.sandbox.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())


@pytest.mark.parametrize(("request_bytes", "status", "code"), [
    (b"GET /" + b"x" * 262_144 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 431, "VALIDATION_ERROR"),
    (b"GET /api/v1/projects?owner=" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 401,
     "AUTHENTICATION_ERROR"),
    (b"nonsense\r\n\r\n", 400, "VALIDATION_ERROR"),
    (b"GET /api/v1/projects HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n", 400, "VALIDATION_ERROR"),
    (b"POST /worker/v1/tolokers HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400, "VALIDATION_ERROR"),
    (b"POST /worker/v1/tolokers HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n", 413, "CONTENT_TOO_LARGE"),
    (b"POST /worker/v1/tolokers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 415,
     "UNSUPPORTED_MEDIA_TYPE"),
    (b"POST /worker/v1/tolokers HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "VALIDATION_ERROR"),
    (b"GET /api/v1/projects HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 400, "VALIDATION_ERROR"),
], ids=["long address", "long query", "no http", "bad header", "bad length", "too long", "packed", "bad chunk", "another host"])
def test_what_is_hardly_http_gets_the_same_body(world: World, request_bytes: bytes, status: int, code: str) -> None:
    found, body = _line(world, request_bytes)
    assert (found, body["code"]) == (status, code)
    assert body["request_id"] and body["message"]


def test_bodies_may_come_in_chunks_and_after_a_continue(world: World) -> None:
    chunked = raw(world.sandbox, "POST", "/worker/v1/tolokers", iter([b'{"name"', b':"Zo\xc3\xab"}']), **JSON)
    assert chunked.status == 201
    head = b"POST /worker/v1/tolokers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    status, body = _line(world, head + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}")
    assert status == 201 and body["token"]


def test_texts_and_prices_come_back_as_they_were_sent(world: World) -> None:
    """Composed and decomposed letters stay what they are, prices keep their millionths, large numbers their size."""
    texts = ["\u00e9", "e\u0301", "\ufb01", "\u2126", "\u202e", "\ud7ff", "\U0001f469\u200d\U0001f4bb", "  both ends  "]
    project = world.shop.ask("POST", "/projects", project_form(metadata={"texts": texts}, private_comment=texts[1]))
    found = world.shop.ask("GET", f"/projects/{project['id']}")
    assert found["metadata"]["texts"] == texts and found["private_comment"] == texts[1]
    for price in (0.005, 0.1, 0.333333, 1.000001, 12345.678901):
        pool = world.shop.pool(reward_per_assignment=price)
        assert world.shop.ask("GET", f"/pools/{pool}")["reward_per_assignment"] == price
    answer = _ask(world, "POST", "/api/v1/pools", {**world.shop.ask("GET", f"/pools/{pool}"), "reward_per_assignment": 0.0050001})
    assert not _wrong(answer, 400) and "reward_per_assignment" in answer.body["payload"]
