"""Public addresses of single images: what they open, for whom, and when they die."""
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotation.models import Frame
from crowdsourcing import image_links
from crowdsourcing.models import TaskSuite
from tests.annotation.filling import ingest
from tests.annotation.pictures import picture
from tests.crowdsourcing import scene

pytestmark = pytest.mark.django_db
PICTURES = {"a street.png": picture(100, 80, form="PNG"), "b.jpg": picture(90, 60), "c.jpg": picture(64, 48, orientation=6)}


@pytest.fixture
def suite(alice: Any) -> TaskSuite:
    task = scene.task(scene.project(alice), jobs=0)
    task.segment_size = 3
    task.save()
    ingest(alice, task, PICTURES)
    task.refresh_from_db()
    scene.pool(task)
    return TaskSuite.objects.get()


def frame(suite: TaskSuite, number: int) -> Frame:
    return Frame.objects.get(task=suite.pool.task, number=number)


def asked(address: str, **headers: str) -> Any:
    parts = urlsplit(address)
    answer = Client(headers=headers).get(parts.path)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def test_anybody_gets_the_bytes_without_a_session_and_caches_may_keep_them(suite: TaskSuite, settings: Any, alice: Any) -> None:
    settings.PUBLIC_URL = "https://app.example"
    address = image_links.address_of(suite, frame(suite, 0))
    assert address.startswith("https://app.example/api/crowdsourcing/images/") and address.endswith("/a%20street.png")
    known = Client()
    known.force_login(alice)
    for answer in (asked(address), known.get(urlsplit(address).path)):
        assert answer.status_code == 200
        assert answer["Cache-Control"] == f"public, max-age={image_links.CACHE_SECONDS}"
        assert (answer.get("Vary", ""), list(answer.cookies)) == ("", [])
        assert (answer["Cross-Origin-Resource-Policy"], answer["Access-Control-Allow-Origin"]) == ("cross-origin", "*")
        assert answer["Content-Type"] == "image/png"
    whole = asked(address)
    assert whole.body == PICTURES["a street.png"]
    again = asked(address, **{"If-None-Match": whole["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, whole["Cache-Control"])
    assert asked(address, Range="bytes=0-3").body == whole.body[:4]


def test_a_picture_is_shown_upright_as_its_coordinates_mean_it(suite: TaskSuite) -> None:
    import io

    from PIL import Image

    turned = frame(suite, 2)
    with Image.open(io.BytesIO(asked(image_links.address_of(suite, turned)).body)) as shown:
        assert shown.size == (turned.width, turned.height) == (48, 64)
        assert shown.getexif().get(0x0112, 1) == 1


def test_an_address_opens_one_frame_and_no_other(suite: TaskSuite) -> None:
    first, second = image_links.addresses_of(suite, Frame.objects.filter(number__lt=2))
    head, token, name = urlsplit(first).path.rpartition("/images/")[0], *urlsplit(first).path.split("/")[-2:]
    suite_id, _, signature = token.split(".")
    other = urlsplit(second).path.split("/")[-2].split(".")[2]
    bad = [f"{suite_id}.1.{signature}", f"{suite_id}.0.{other}", f"{int(suite_id) + 1}.0.{signature}", f"{suite_id}.0.{signature[:-1]}",
           f"{suite_id}.0.{signature[::-1]}", f"{suite_id}.00.{signature}", f"{suite_id}.0.{signature.upper()}",
           f"{'9' * 18}.0.{signature}", "1", "..", "²..", f"{suite_id}.0."]
    for changed in (token_ for token_ in bad if token_ != token):
        answer = asked(f"{head}/images/{quote(changed)}/{name}")
        assert answer.status_code == 404, changed
        assert answer["Cache-Control"] == "no-store" and suite.pool.task.name not in answer.body.decode()
    assert asked(f"{head}/images/{token}/other.png").status_code == 404


def test_addresses_die_with_the_nonce_and_with_the_pool(suite: TaskSuite) -> None:
    address = image_links.address_of(suite, frame(suite, 0))
    for status in ("OPEN", "CLOSED", "LOCKED", ""):
        type(suite.pool).objects.update(status=status)
        assert asked(address).status_code == 200, status
    type(suite.pool).objects.update(status="ARCHIVED")
    assert asked(address).status_code == 404
    type(suite.pool).objects.update(status="OPEN")
    TaskSuite.objects.update(key_nonce="another")
    assert asked(address).status_code == 404
    suite.refresh_from_db()
    assert asked(image_links.address_of(suite, frame(suite, 0))).status_code == 200


def test_names_that_no_address_should_carry_are_left_out(suite: TaskSuite) -> None:
    for name, shown in (("a/b/c.png", "c.png"), ("ü.png", "%C3%BC.png"), ("x" * 200, "image"), ("..", "image"), ("a\nb", "image"),
                        ("a?b#c.png", "a%3Fb%23c.png")):
        Frame.objects.filter(number=0).update(name=name)
        address = image_links.address_of(suite, frame(suite, 0))
        assert address.rpartition("/")[2] == shown
        assert Client().get(address.removeprefix("http://localhost:8000")).status_code == 200, name


def test_an_image_costs_two_queries(suite: TaskSuite) -> None:
    address = image_links.address_of(suite, frame(suite, 0))
    with CaptureQueriesContext(connection) as seen:
        assert asked(address).status_code == 200
    assert len(seen) == 2
