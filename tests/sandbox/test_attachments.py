"""Files: uploaded by a Toloker, named by his answer, found and downloaded by the requester."""
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from toloka.client import search_requests

from tests.sandbox.conftest import Shop, project_form, refused
from tests.sandbox.raw import raw
from tests.stack.sandbox import SandboxServer, TolokerAccount, sandbox_server

OUTPUT = {"photo": {"type": "file", "required": True}, "more": {"type": "array_file", "required": False, "max_size": 3}}
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


def _spec() -> dict[str, Any]:
    return {**project_form()["task_spec"], "output_spec": OUTPUT}


@pytest.fixture()
def album(new_shop: Any) -> Shop:
    """A shop whose answers are photographs."""
    return new_shop(task_spec=_spec())


def _at_work(shop: Shop, **fields: Any) -> tuple[TolokerAccount, str, str]:
    pool = shop.open_pool(1, overlap=5, **fields)
    toloker = shop.toloker()
    return toloker, toloker.take(pool)["id"], pool


def test_a_file_goes_from_the_toloker_to_the_requester_unchanged(album: Shop) -> None:
    toloker, page, pool = _at_work(album)
    data = os.urandom(3_000_000)
    made = toloker.upload(page, data, "Zoë's \"best\" \U0001f4f7.jpg")
    assert made == {"id": made["id"], "name": "Zoë's \"best\" \U0001f4f7.jpg", "media_type": "image/jpeg", "size": len(data)}
    assert toloker.submit(page, {"photo": made["id"]})["status"] == "SUBMITTED"
    client = album.requester.client()
    (found,) = client.get_attachments(pool_id=pool)
    assert (found.id, found.name, found.media_type) == (made["id"], made["name"], "image/jpeg")
    assert (found.details.user_id, found.details.assignment_id, found.details.pool_id) == (toloker.id, page, pool)
    assert client.get_attachment(made["id"]) == found
    assert type(found).__name__ == "AssignmentAttachment" and found.owner.id == album.requester.id
    out = io.BytesIO()
    client.download_attachment(made["id"], out)
    assert hashlib.sha256(out.getvalue()).digest() == hashlib.sha256(data).digest()
    assert album.assignment(page)["solutions"] == [{"output_values": {"photo": made["id"]}}]


def test_a_browser_saves_a_file_and_never_runs_it(album: Shop) -> None:
    toloker, page, _ = _at_work(album)
    made = toloker.upload(page, b"<script>alert(1)</script>", "evil\u202egpj.html", "text/html; charset=utf-8")
    toloker.submit(page, {"photo": made["id"]})
    for method, length in (("GET", 25), ("HEAD", 0)):
        answer = raw(album.sandbox, method, f"/api/v1/attachments/{made['id']}/download", Authorization=album.requester.authorization)
        assert (answer.status, len(answer.data), answer.headers["Content-Length"]) == (200, length, "25")
        assert answer.headers["Content-Type"] == "text/html"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''evil%E2%80%AEgpj.html")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_an_answer_names_files_of_its_own_assignment_only(album: Shop) -> None:
    toloker, page, _ = _at_work(album)
    other, foreign, _ = _at_work(album)
    mine, his = toloker.upload(page, GIF), other.upload(foreign, GIF)
    for values, path in (({"photo": his["id"]}, "photo"), ({"photo": "https://example.com/x.jpg"}, "photo"), ({"photo": ""}, "photo"),
                         ({"photo": mine["id"].upper()}, "photo"), ({"photo": mine["id"], "more": [mine["id"], his["id"]]}, "more.1")):
        with refused("VALIDATION_ERROR", 400) as refusal:
            toloker.submit(page, values)
        assert {key: error["code"] for key, error in refusal.payload.items()} == {f"solutions.0.output_values.{path}": "INVALID_VALUE"}
    with refused("VALIDATION_ERROR", 400) as refusal:
        toloker.submit(page, {"photo": 5})
    assert refusal.payload["solutions.0.output_values.photo"]["code"] == "STRING_EXPECTED"
    second = toloker.upload(page, GIF)
    assert toloker.submit(page, {"photo": mine["id"], "more": [second["id"], mine["id"]]})["status"] == "SUBMITTED"
    assert len(album.ask("GET", f"/attachments?assignment_id={page}")["items"]) == 2
    assert album.ask("GET", f"/attachments?assignment_id={foreign}")["items"] == []
    with refused("DOES_NOT_EXIST", 404):
        album.ask("GET", f"/attachments/{his['id']}")


def test_only_the_own_active_assignment_takes_files(album: Shop) -> None:
    toloker, page, pool = _at_work(album)
    with refused("ACCESS_DENIED", 403):
        album.toloker().upload(page, GIF)
    with refused("DOES_NOT_EXIST", 404):
        toloker.upload("x", GIF)
    toloker.skip(page)
    with refused("INAPPROPRIATE_STATUS") as refusal:
        toloker.upload(page, GIF)
    assert refusal.payload == {"appropriate_statuses": ["ACTIVE"]}
    assert not _rows(album.sandbox, "SELECT * FROM sandbox_attachment WHERE pool_id = %s", int(pool))


@pytest.mark.parametrize(("name", "media_type", "data", "status", "code"), [
    ("", "image/gif", GIF, 400, "VALIDATION_ERROR"), (" ", "image/gif", GIF, 400, "VALIDATION_ERROR"),
    ("x" * 251, "image/gif", GIF, 400, "VALIDATION_ERROR"), ("a\nb", "image/gif", GIF, 400, "VALIDATION_ERROR"),
    ("a.gif", "image/gif", b"", 400, "VALIDATION_ERROR"), ("a.gif", "multipart/form-data; boundary=x", GIF, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("a.gif", "gif", GIF, 415, "UNSUPPORTED_MEDIA_TYPE"), ("a.gif", "image/\xe4", GIF, 415, "UNSUPPORTED_MEDIA_TYPE"),
])
def test_a_file_that_cannot_be_is_refused_and_leaves_nothing(album: Shop, name: str, media_type: str, data: bytes, status: int,
                                                             code: str) -> None:
    toloker, page, pool = _at_work(album)
    with refused(code, status):
        toloker.upload(page, data, name, media_type)
    assert toloker.call("GET", f"/worker/v1/assignments/{page}/attachments") == {"items": []}
    assert not _rows(album.sandbox, "SELECT * FROM sandbox_attachment WHERE pool_id = %s", int(pool))


def test_a_name_is_only_data(album: Shop) -> None:
    toloker, page, _ = _at_work(album)
    for name in ("../../../etc/passwd", "C:\\x\\y.gif", "a/b;filename=c", "Screenshot\u202f1.png", "пример.gif", "x" * 250):
        made = toloker.upload(page, GIF, name)
        assert made["name"] == name
    assert [item["name"] for item in toloker.call("GET", f"/worker/v1/assignments/{page}/attachments")["items"]][-1] == "x" * 250
    kept = {path.name for path in Path(album.sandbox.environment["SANDBOX_FILES"]).glob("*/*")}
    assert made["id"].replace("-", "") in kept and not any(name.endswith(".part") for name in kept)


def test_larger_than_json_may_be_but_not_without_end(album: Shop) -> None:
    toloker, page, _ = _at_work(album)
    path, headers = f"/worker/v1/assignments/{page}/attachments?name=film.mp4", {"Authorization": toloker.authorization}
    assert raw(album.sandbox, "POST", path, bytes(20_000_000), **headers, **{"Content-Type": "video/mp4"}).status == 201
    too_large = raw(album.sandbox, "POST", path, bytes(100 * 1024 * 1024 + 1), **headers, **{"Content-Type": "video/mp4"})
    assert (too_large.status, too_large.body["code"]) == (413, "CONTENT_TOO_LARGE")
    chunked = raw(album.sandbox, "POST", path, iter([GIF] * 100), **headers)
    assert (chunked.status, chunked.body["size"], chunked.body["media_type"]) == (201, 1_400, "application/octet-stream")
    packed = raw(album.sandbox, "POST", path, GIF, **headers, **{"Content-Encoding": "gzip"})
    assert (packed.status, packed.body["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_an_assignment_has_a_bounded_number_of_files(album: Shop) -> None:
    toloker, page, _ = _at_work(album)
    for _ in range(100):
        toloker.upload(page, GIF)
    with refused("CONFLICT_STATE"):
        toloker.upload(page, GIF)


def test_the_list_is_filtered_sorted_and_paged(album: Shop) -> None:
    toloker, page, pool = _at_work(album)
    made = [toloker.upload(page, GIF, name) for name in ("b.gif", "a.gif", "b.gif")]
    toloker.submit(page, {"photo": made[0]["id"], "more": [item["id"] for item in made]})
    keys = [item["id"] for item in made]
    assert keys == sorted(keys)

    def ids(query: str) -> list[str]:
        return [item["id"] for item in album.ask("GET", f"/attachments?{query}")["items"]]

    assert ids(f"pool_id={pool}") == keys
    assert ids(f"pool_id={pool}&sort=-created") == keys[::-1]
    assert ids(f"assignment_id={page}&name=b.gif") == [keys[0], keys[2]]
    assert ids(f"pool_id={pool}&user_id={toloker.id}&type=ASSIGNMENT_ATTACHMENT&id_gt={keys[0]}") == keys[1:]
    assert ids(f"pool_id={pool}&user_id={'0' * 32}") == []
    moment = album.ask("GET", f"/attachments/{keys[1]}")["created"]
    assert ids(f"pool_id={pool}&created_lt={moment}") == keys[:1]
    found = album.requester.client().get_attachments(search_requests.AttachmentSearchRequest(pool_id=pool), batch_size=1)
    assert [item.id for item in found] == keys
    for query in ("", "name=a.gif", f"pool_id={pool}&type=OTHER", f"pool_id={pool}&limit=101", f"pool_id={pool}&id_gt=5"):
        with refused("VALIDATION_ERROR", 400):
            ids(query)


def test_another_requester_gets_nothing(album: Shop, shop: Shop) -> None:
    toloker, page, pool = _at_work(album)
    made = toloker.upload(page, GIF)
    toloker.submit(page, {"photo": made["id"]})
    for path in (f"/attachments/{made['id']}", f"/attachments/{made['id']}/download", f"/attachments?pool_id={pool}",
                 f"/attachments?assignment_id={page}"):
        with refused("ACCESS_DENIED", 403):
            shop.ask("GET", path)


@pytest.fixture(scope="module")
def lonely() -> Iterator[SandboxServer]:
    """A sandbox of this module's own, whose clock and disk may be meddled with."""
    with sandbox_server() as server:
        yield server


def test_files_that_no_answer_named_are_tidied_away(lonely: SandboxServer) -> None:
    requester = lonely.create_requester()
    shop = Shop(lonely, requester, requester.call("POST", "/api/v1/projects", project_form(task_spec=_spec())))
    toloker, page, _ = _at_work(shop)
    named, unnamed = toloker.upload(page, GIF), toloker.upload(page, GIF)
    toloker.submit(page, {"photo": named["id"]})
    late, expired, _ = _at_work(shop)
    late.upload(expired, GIF)
    assert len(_files(lonely)) == 3
    lonely.advance(days=1, minutes=11)
    assert _files(lonely) == [named["id"].replace("-", "")]
    assert [str(row[0]) for row in _rows(lonely, "SELECT id FROM sandbox_attachment")] == [named["id"]]
    assert unnamed["id"] not in str(_rows(lonely, "SELECT target FROM sandbox_due"))
    os.remove(next(Path(lonely.environment["SANDBOX_FILES"]).glob("*/*")))
    with refused("DOES_NOT_EXIST", 404):
        shop.ask("GET", f"/attachments/{named['id']}/download")


def test_a_disk_that_refuses_leaves_no_half_a_file(lonely: SandboxServer) -> None:
    requester = lonely.create_requester()
    shop = Shop(lonely, requester, requester.call("POST", "/api/v1/projects", project_form(task_spec=_spec())))
    toloker, page, _ = _at_work(shop)
    folder = Path(lonely.environment["SANDBOX_FILES"])
    folder.rename(folder.with_suffix(".away"))
    folder.write_text("in the way")
    try:
        with refused("REMOTE_SERVICE_UNAVAILABLE", 503):
            toloker.upload(page, GIF)
    finally:
        folder.unlink()
        folder.with_suffix(".away").rename(folder)
    kept = toloker.upload(page, GIF)
    assert toloker.call("GET", f"/worker/v1/assignments/{page}/attachments") == {"items": [kept]}


def _files(sandbox: SandboxServer) -> list[str]:
    return sorted(path.name for path in Path(sandbox.environment["SANDBOX_FILES"]).glob("*/*"))


def _rows(sandbox: SandboxServer, query: str, *values: Any) -> list[tuple]:
    with psycopg2.connect(sandbox.environment["SANDBOX_DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
