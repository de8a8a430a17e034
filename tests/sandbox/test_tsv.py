"""A pool's answers as a table, read by toloka-kit into pandas."""
import io
import json
import urllib.request
from typing import Any

import pandas as pd
import pytest
from toloka.client.assignment import GetAssignmentsTsvParameters as Parameters

from tests.sandbox.conftest import Shop, project_form, refused
from tests.sandbox.raw import raw

INPUT = {"text": {"type": "string"}, "many": {"type": "array_string", "required": False}}
OUTPUT = {"result": {"type": "string"}, "boxes": {"type": "json", "required": False}, "sure": {"type": "boolean", "required": False},
          "score": {"type": "float", "required": False}}
NASTY = ["tab\there", "line\nbreak", "carriage\rreturn", "\r\n", 'say "hi"', '"', "'", "\\t\\n", "  spaces  ", "ünïcödé 漢字 \U0001f600",
         "a,b;c", "\u2028sep", "=1+1", "\x85next", "trailing\t", "#comment"]


@pytest.fixture()
def texts(new_shop: Any) -> Shop:
    """A shop of free texts."""
    return new_shop(task_spec={**project_form()["task_spec"], "input_spec": INPUT, "output_spec": OUTPUT})


def _pool(shop: Shop, inputs: list[dict[str, Any]], **fields: Any) -> str:
    pool = shop.pool(mixer_config={"real_tasks_count": len(inputs), "mix_tasks_in_creation_order": True,
                                   "shuffle_tasks_in_task_suite": False}, **fields)
    shop.ask("POST", "/tasks?allow_defaults=true&open_pool=true", [{"pool_id": pool, "input_values": values} for values in inputs])
    return pool


def _df(shop: Shop, pool: str, **parameters: Any) -> pd.DataFrame:
    return shop.requester.client().get_assignments_df(pool, **parameters)


def test_nasty_texts_come_through_pandas_unchanged(texts: Shop) -> None:
    pool = _pool(texts, [{"text": text, "many": [text]} for text in NASTY], auto_accept_solutions=True)
    toloker = texts.toloker()
    page = toloker.take(pool)
    answers = [{"result": text[::-1], "boxes": {"label": text}} for text in NASTY]
    toloker.submit(page["id"], *answers)
    df = _df(texts, pool)
    assert list(df["INPUT:text"]) == NASTY
    assert list(df["OUTPUT:result"]) == [text[::-1] for text in NASTY]
    assert [json.loads(text) for text in df["OUTPUT:boxes"]] == [{"label": text} for text in NASTY]
    assert [json.loads(text) for text in df["INPUT:many"]] == [[text] for text in NASTY]
    assert set(df["ASSIGNMENT:assignment_id"]) == {page["id"]}


def test_the_columns_are_those_that_the_notebooks_use(texts: Shop) -> None:
    pool = texts.pool(mixer_config={"real_tasks_count": 1, "golden_tasks_count": 1, "training_tasks_count": 1,
                                    "shuffle_tasks_in_task_suite": False}, auto_accept_solutions=True)
    known = [{"output_values": {"result": "worse"}, "correctness_weight": 0.5}, {"output_values": {"result": "right", "score": 1.5}}]
    control = {"known_solutions": known}
    for text, more in (("golden", control), ("training", {**control, "message_on_unknown_solution": "Hint"}), ("real", {})):
        texts.ask("POST", "/tasks?open_pool=true", [{"pool_id": pool, "input_values": {"text": text}, "overlap": 1, **more}])
    toloker = texts.toloker()
    page = toloker.take(pool)
    toloker.submit(page["id"], *(
        {"result": "right" if task["input_values"]["text"] == "training" else "mine", "score": 1.5, "sure": True}
        for task in page["tasks"]))
    df = _df(texts, pool).set_index("INPUT:text")
    assert list(df.columns) == [
        "INPUT:many", "OUTPUT:result", "OUTPUT:boxes", "OUTPUT:sure", "OUTPUT:score", "GOLDEN:result", "GOLDEN:boxes", "GOLDEN:sure",
        "GOLDEN:score", "HINT:text", "ASSIGNMENT:link", "ASSIGNMENT:assignment_id", "ASSIGNMENT:worker_id", "ASSIGNMENT:status",
        "ASSIGNMENT:started"]
    assert df[df["GOLDEN:result"].isna()].index.tolist() == ["real"]
    assert df.loc["golden", ["GOLDEN:result", "GOLDEN:score", "OUTPUT:result"]].tolist() == ["right", 1.5, "mine"]
    assert df["HINT:text"].dropna().to_dict() == {"training": "Hint"}
    assert df["OUTPUT:sure"].tolist() == [True] * 3
    assert set(df["ASSIGNMENT:worker_id"]) == {toloker.id} and set(df["ASSIGNMENT:status"]) == {"APPROVED"}
    link = df["ASSIGNMENT:link"].iloc[0]
    assert link == f"{texts.sandbox.public_url}/requester/project/{texts.project['id']}/pool/{pool}#{page['id']}"


def test_every_status_and_every_field_can_be_asked_for(texts: Shop) -> None:
    pool = _pool(texts, [{"text": "only"}], overlap=9)
    accepted, rejected, waiting = (_submitted(texts, pool) for _ in range(3))
    texts.review(accepted, "ACCEPTED")
    texts.review(rejected, "REJECTED")
    skipper = texts.toloker()
    skipped = skipper.take(pool)["id"]
    skipper.skip(skipped)
    active = texts.toloker().take(pool)["id"]
    df = _df(texts, pool, status=list(Parameters.Status), field=list(Parameters.Field)).set_index("ASSIGNMENT:assignment_id")
    assert df["ASSIGNMENT:status"].to_dict() == {accepted: "APPROVED", rejected: "REJECTED", waiting: "SUBMITTED", skipped: "SKIPPED",
                                                 active: "ACTIVE"}
    assert [name for name in df.columns if name.startswith("ASSIGNMENT:")] == [
        field.value for field in Parameters.Field if field.value != "ASSIGNMENT:assignment_id"]
    seen = texts.assignment(rejected)
    assert df.loc[rejected, ["ASSIGNMENT:started", "ASSIGNMENT:submitted", "ASSIGNMENT:rejected", "ASSIGNMENT:task_suite_id",
                             "ASSIGNMENT:task_id", "ASSIGNMENT:reward"]].tolist() == [
        seen["created"], seen["submitted"], seen["rejected"], seen["task_suite_id"], seen["tasks"][0]["id"], 0.05]
    assert df.loc[[skipped, active], ["OUTPUT:result", "ASSIGNMENT:submitted"]].isna().all(axis=None)
    assert df.loc[skipped, "ASSIGNMENT:skipped"]


def _submitted(shop: Shop, pool: str) -> str:
    toloker = shop.toloker()
    page = toloker.take(pool)
    toloker.submit(page["id"], *({"result": "x"} for _ in page["tasks"]))
    return page["id"]


def test_the_table_is_cut_by_time_and_without_the_banned(texts: Shop) -> None:
    pool = _pool(texts, [{"text": "only"}], overlap=9)
    first, second, third = (_submitted(texts, pool) for _ in range(3))
    moment = texts.assignment(second)["submitted"]
    base = {"status": ["SUBMITTED"]}

    def ids(**parameters: Any) -> list[str]:
        return _df(texts, pool, **base, **parameters)["ASSIGNMENT:assignment_id"].tolist()

    assert ids() == [first, second, third]
    assert ids(start_time_from=moment) == [second, third]
    assert ids(start_time_to=moment) == [first, second]
    for row, scope in ((first, {"scope": "ALL_PROJECTS"}), (second, {"scope": "POOL", "pool_id": pool}),
                       (third, {"scope": "POOL", "pool_id": texts.pool()})):
        texts.ask("PUT", "/user-restrictions", {"user_id": texts.assignment(row)["user_id"], **scope})
    assert ids(exclude_banned=True) == [third]
    assert ids(exclude_banned=False) == [first, second, third]


def test_an_empty_pool_has_a_header_and_no_rows(texts: Shop) -> None:
    df = _df(texts, texts.pool())
    assert df.empty and list(df.columns)[:2] == ["INPUT:text", "INPUT:many"] and "GOLDEN:score" in df.columns


def test_rows_are_parted_if_asked_and_the_answer_is_streamed(texts: Shop) -> None:
    pool = _pool(texts, [{"text": "a"}, {"text": "b"}], overlap=9, auto_accept_solutions=True)
    _submitted(texts, pool), _submitted(texts, pool)
    path = f"/api/new/requester/pools/{pool}/assignments.tsv"
    answer = raw(texts.sandbox, "GET", f"{path}?addRowDelimiter=true", Authorization=texts.requester.authorization)
    lines = answer.data.decode().split("\n")
    assert [bool(line) for line in lines] == [True, True, True, False, True, True, False]
    assert answer.headers["Content-Type"] == "text/tab-separated-values; charset=utf-8"
    assert "Content-Length" not in answer.headers and f"_{pool}.tsv" in answer.headers["Content-Disposition"]
    bare = raw(texts.sandbox, "HEAD", path, Authorization=texts.requester.authorization)
    assert (bare.status, bare.data) == (200, b"")


def test_more_rows_than_one_read_of_the_database(texts: Shop) -> None:
    """Fifteen pages of fifty tasks are more than one chunk of rows; the table has each once, in order."""
    pool = _pool(texts, [{"text": str(n)} for n in range(50)], overlap=15, auto_accept_solutions=True)
    made = [_submitted(texts, pool) for _ in range(15)]
    request = urllib.request.Request(f"{texts.sandbox.url}/api/new/requester/pools/{pool}/assignments.tsv",
                                     headers={"Authorization": texts.requester.authorization})
    with urllib.request.urlopen(request) as response:
        df = pd.read_csv(io.BytesIO(response.read()), delimiter="\t")
    assert df["ASSIGNMENT:assignment_id"].tolist() == [key for key in made for _ in range(50)]
    assert df["INPUT:text"].tolist() == list(range(50)) * 15


@pytest.mark.parametrize(("query", "path", "code"), [
    ("status=ACCEPTED", "status", "UNKNOWN_ENUM_VALUE"), ("status=", "status", "UNKNOWN_ENUM_VALUE"),
    ("field=ASSIGNMENT:nothing", "field", "UNKNOWN_ENUM_VALUE"), ("startTimeFrom=yesterday", "startTimeFrom", "INVALID_DATE_TIME_SYNTAX"),
    ("startTimeTo=2020-13-01", "startTimeTo", "INVALID_DATE_TIME_SYNTAX"), ("excludeBanned=5", "excludeBanned", "BOOLEAN_EXPECTED"),
    ("addRowDelimiter=x", "addRowDelimiter", "BOOLEAN_EXPECTED")])
def test_a_table_that_cannot_be_is_refused_at_its_parameter(texts: Shop, query: str, path: str, code: str) -> None:
    with refused("VALIDATION_ERROR", 400) as refusal:
        texts.requester.call("GET", f"/api/new/requester/pools/{texts.pool()}/assignments.tsv?{query}")
    assert refusal.payload[path]["code"] == code


def test_another_requesters_table_stays_closed(texts: Shop, shop: Shop) -> None:
    pool = texts.pool()
    with refused("ACCESS_DENIED", 403):
        shop.requester.call("GET", f"/api/new/requester/pools/{pool}/assignments.tsv")
    with refused("DOES_NOT_EXIST", 404):
        shop.requester.call("GET", "/api/new/requester/pools/99999999/assignments.tsv")
