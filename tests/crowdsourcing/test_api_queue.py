"""Filters, order and suspicion of assignments over REST, and bulk decisions by programs."""
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.models import Issue
from crowdsourcing import bulk as engine
from crowdsourcing.models import Assignment, BulkDecision, Pool, ProviderCommand
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
ROOT = "/api/crowdsourcing"
BULK = "/assignments/bulk"


@pytest.fixture
def call(client: Any, alice: Any) -> Any:
    client.force_login(alice)

    def said(method: str, path: str, body: Any = None) -> Any:
        if method == "get":
            return client.get(f"{ROOT}{path}", body)
        return getattr(client, method)(f"{ROOT}{path}", json.dumps(body or {}), content_type="application/json")
    return said


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")


@pytest.fixture
def four(pool: Pool) -> list[Assignment]:
    """Submitted 10, 9, 8 and (long ago) 500 hours ago; the third one suspicious; the first with an open issue."""
    rows = [scene.assignment(job, age=timedelta(hours=2 * (10 - number))) for number, job in enumerate(pool.task.jobs.all())]
    Assignment.objects.filter(pk=rows[3].pk).update(submitted=timezone.now() - timedelta(hours=500))
    signals = [{"code": "too_fast", "weight": 0.5, "text": "2 s a frame."}]
    Assignment.objects.filter(pk=rows[2].pk).update(suspicion=0.7, suspicion_signals=signals, suspicion_at=timezone.now())
    Issue.objects.create(job=rows[0].job, attempt=rows[0].remote_id, frame=0)
    return rows


def test_an_assignment_says_how_suspicious_it_is_and_why(call: Any, four: list[Assignment]) -> None:
    judged, unjudged = (call("get", f"/assignments/{row.pk}").json() for row in (four[2], four[1]))
    assert (judged["suspicion"], judged["suspicion_level"]) == (0.7, "high")
    assert judged["suspicion_signals"] == [{"code": "too_fast", "weight": 0.5, "text": "2 s a frame."}]
    assert (unjudged["suspicion"], unjudged["suspicion_level"], unjudged["suspicion_signals"]) == (0, None, [])
    assert judged["accepted_automatically_at"] is not None


@pytest.mark.parametrize(("query", "left"), [
    ({"suspicion": "medium"}, {2}), ({"due_within": "24"}, {3}), ({"issues": "open"}, {0}), ({"project": "0"}, set()),
    ({"submitted_before": "-9.5h"}, {0, 3}), ({"submitted_after": "-8.5h"}, {2}), ({"due_within": "24", "status": "ACCEPTED"}, set())])
def test_the_list_takes_the_queues_filters(call: Any, four: list[Assignment], query: dict[str, str], left: set[int]) -> None:
    query = {name: (timezone.now() - timedelta(hours=float(value[1:-1]))).isoformat() if value.endswith("h") else value
             for name, value in query.items()}
    found = {row["id"] for row in call("get", "/assignments", query).json()["results"]}
    assert found == {four[number].pk for number in left}


@pytest.mark.parametrize(("sort", "order"), [
    ("submitted", [3, 0, 1, 2]), ("-suspicion,-submitted", [2, 1, 0, 3]), ("accepted_automatically_at", [3, 0, 1, 2])])
def test_the_list_is_sorted(call: Any, four: list[Assignment], sort: str, order: list[int]) -> None:
    assert [row["id"] for row in call("get", "/assignments", {"sort": sort}).json()["results"]] == [four[number].pk for number in order]


@pytest.mark.parametrize("query", [
    {"suspicion": "very"}, {"due_within": "0"}, {"sort": "reward"}, {"issues": "no"}, {"submitted_after": "x"}])
def test_a_filter_that_cannot_be_read_is_a_400_that_names_it(call: Any, four: list[Assignment], query: dict[str, str]) -> None:
    answer = call("get", "/assignments", query)
    assert answer.status_code == 400 and list(answer.json()) == list(query)


def test_a_bulk_decision_from_the_call_to_the_results(call: Any, four: list[Assignment]) -> None:
    number = str(uuid.uuid4())
    body = {"verb": "accept", "comment": "Fine.", "filters": {"suspicion": "low", "sort": "suspicion"}, "id": number,
            "count": 4, "amount": "0.200"}
    answer = call("post", BULK, body)
    assert answer.status_code == 202, answer.content
    assert call("post", BULK, body).json()["id"] == number and BulkDecision.objects.count() == 1
    started = answer.json()
    assert (started["id"], started["verb"], started["going_on"], started["outcomes"]["waiting"]) == (number, "accept", True, 4)
    assert [row["id"] for row in call("get", "/bulk-decisions").json()["results"]] == [number]
    list(engine.carry_on(uuid.UUID(number)))
    ProviderCommand.objects.update(status="done")
    ProviderCommand.objects.filter(target_id=four[0].pk).update(status="failed", error="Not enough money. Top it up.")
    seen = call("get", f"/bulk-decisions/{number}").json()
    assert (seen["going_on"], seen["outcomes"]["done"], seen["outcomes"]["failed"], seen["amount_done"]) == (False, 3, 1, "0.150")
    items = call("get", f"/bulk-decisions/{number}/items").json()["results"]
    assert items[0]["assignment"] == four[2].pk and {item["outcome"] for item in items} == {"done", "failed"}
    (failed,) = call("get", f"/bulk-decisions/{number}/items", {"outcome": "failed"}).json()["results"]
    assert (failed["job"], failed["detail"]) == (four[0].job_id, "Not enough money. Top it up.")
    assert call("get", f"/bulk-decisions/{number}/items", {"outcome": "lost"}).status_code == 400
    assert call("post", f"/bulk-decisions/{number}/retry", {"items": [failed["id"]]}).json()["outcomes"]["waiting"] == 1
    assert call("post", f"/bulk-decisions/{number}/stop").json()["outcomes"]["left"] == 1
    assert call("post", f"/bulk-decisions/{number}/resume").json()["outcomes"]["waiting"] == 1


def test_all_that_match_are_decided_only_with_the_number_and_the_money(call: Any, four: list[Assignment]) -> None:
    body = {"verb": "accept", "filters": {}}
    asked = call("post", BULK, body)
    found = asked.json()
    assert asked.status_code == 409 and (found["code"], found["count"], found["amount"]) == ("unconfirmed", 4, "0.200")
    assert "4 jobs match, for 0.200 USD" in found["detail"] and not BulkDecision.objects.exists()
    fewer = call("post", BULK, {**body, "count": 3, "amount": "0.150"})
    assert (fewer.status_code, fewer.json()["code"], fewer.json()["count"]) == (409, "changed", 4)
    cheaper = call("post", BULK, {**body, "count": 4, "amount": "0.150"}).json()
    assert cheaper["code"] == "changed" and "0.200 USD instead of 0.15" in cheaper["detail"]
    assert call("post", BULK, {**body, "count": found["count"], "amount": found["amount"]}).json()["count"] == 4


@pytest.mark.parametrize(("body", "status", "named"), [
    ({"verb": "accept", "filters": {}}, 409, "detail"),
    ({"verb": "accept"}, 400, "assignments"), ({"verb": "accept", "assignments": [1], "filters": {}}, 400, "assignments"),
    ({"verb": "pay", "filters": {}}, 400, "verb"), ({"verb": "reject", "filters": {}}, 400, "comment"),
    ({"verb": "accept", "filters": {"poool": 5}}, 400, "filters"), ({"verb": "accept", "filters": {"due": "soon"}}, 400, "filters"),
    ({"verb": "accept", "assignments": [999_999_999]}, 400, "assignments"), ({"verb": "accept", "assignments": []}, 409, "detail"),
    ({"verb": "accept", "filters": {}, "count": 3}, 400, "count"),
    ({"verb": "accept", "filters": {}, "count": 3, "amount": 1}, 409, "detail"),
    ({"verb": "accept", "filters": {}, "id": "7"}, 400, "id"), ({"verb": "accept", "filters": [1]}, 400, "filters")])
def test_what_cannot_be_meant_decides_nothing(call: Any, four: list[Assignment], body: dict[str, Any], status: int, named: str) -> None:
    answer = call("post", BULK, body)
    assert answer.status_code == status and named in answer.json(), answer.content
    assert not BulkDecision.objects.exists()


def test_others_see_neither_the_decision_nor_its_items(call: Any, client: Any, bob: Any, four: list[Assignment]) -> None:
    number = call("post", BULK, {"verb": "accept", "assignments": [four[0].pk]}).json()["id"]
    client.force_login(bob)
    assert [call(method, f"/bulk-decisions/{number}{path}").status_code for method, path in (
        ("get", ""), ("get", "/items"), ("post", "/stop"), ("post", "/resume"), ("post", "/retry"))] == [404] * 5
    assert call("post", BULK, {"verb": "accept", "assignments": [four[0].pk]}).status_code == 400
    client.logout()
    assert call("post", BULK, {"verb": "accept", "filters": {}}).status_code in (401, 403)


@pytest.mark.parametrize("path", ["/assignments", "/bulk-decisions", "items"])
def test_lists_cost_the_same_queries_for_many(call: Any, alice: Any, path: str, django_assert_max_num_queries: Any) -> None:
    big = scene.pool(scene.task(scene.project(alice), jobs=12))
    rows = [scene.assignment(job) for job in big.task.jobs.all()]
    numbers = [call("post", BULK, {"verb": "accept", "assignments": [row.pk for row in part]}).json()["id"] for part in (rows, rows[:3])]
    path = f"/bulk-decisions/{numbers[0]}/items" if path == "items" else path
    with django_assert_max_num_queries(10):
        assert len(call("get", path).json()["results"]) >= 2


def test_the_schema_documents_the_queue_and_the_bulk_doors(client: Any) -> None:
    schema = json.loads(client.get("/api/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json").content)
    listed = {one["name"] for one in schema["paths"][f"{ROOT}/assignments"]["get"]["parameters"]}
    assert {"due_within", "suspicion", "submitted_after", "submitted_before", "issues", "sort", "project"} <= listed
    assert {"202", "400", "403", "409"} <= schema["paths"][f"{ROOT}{BULK}"]["post"]["responses"].keys()
    items = schema["paths"][f"{ROOT}/bulk-decisions/{{id}}/items"]["get"]
    assert "outcome" in {one["name"] for one in items["parameters"]}
    assert {"suspicion", "suspicion_level", "suspicion_signals"} <= schema["components"]["schemas"]["Assignment"]["properties"].keys()
