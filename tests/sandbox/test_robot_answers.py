"""What robots answer: from the spec, from the view, from what they were told, and about what others drew."""
import io
import json
import random
import re
import threading
import time
import wave
from collections import Counter
from typing import Any

import httpx
import pytest
from PIL import Image

from sandbox.robots import editor, made_files, regions, views
from sandbox.robots.answers import Question, solve
from sandbox.robots.patience import Lobby, Patience
from sandbox.robots.temper import Temper
from tests.stack.sandbox import free_port

pytestmark = pytest.mark.unit
PHOTO = "https://example.com/street.jpg"
TOLD = {"street.jpg": [{"type": "rectangle", "label": "car", "points": [10, 10, 60, 40]},
                       {"type": "rectangle", "label": "bus", "points": [100, 20, 180, 90]}]}


def output(path: str) -> dict[str, str]:
    return {"type": "data.output", "path": path}


def given(path: str) -> dict[str, str]:
    return {"type": "data.input", "path": path}


def tb(*items: dict[str, Any], **more: Any) -> views.View:
    return views.read({"type": "tb", "lock": None, "config": json.dumps({"view": {"type": "view.list", "items": items}, **more})})


def annotation(**fields: Any) -> dict[str, Any]:
    return {"type": "field.image-annotation", "data": output("boxes"), "image": given("photo"), "shapes": {"rectangle": True}, **fields}


DISABLED = annotation(data={"type": "data.internal", "path": "boxes", "default": given("boxes")}, disabled=True)
YES_NO = {"type": "field.radio-group", "data": output("verdict"),
          "options": [{"value": "OK", "label": "Yes"}, {"value": "BAD", "label": "No"}]}
JUDGING = tb(DISABLED, YES_NO)
VERDICT = {"verdict": {"type": "string", "allowed_values": ["OK", "BAD"]}}


def temper(seed: int = 1, accuracy: float = 1.0, spam: float = 0.0) -> Temper:
    return Temper(seed, 1, accuracy, spam)


def one(entry: dict[str, Any], view: views.View | None = None, seed: int = 1, **question: Any) -> Any:
    asked = Question({"photo": PHOTO}, {"value": entry}, view or views.View(), **question)
    return solve(asked, {}, temper(seed))["value"]


def drawn(address: str, seed: int, accuracy: float, truth: dict[str, Any] | None = None, **fields: Any) -> Any:
    question = Question({"photo": address}, {"boxes": {"type": "json"}}, tb(annotation(**fields)))
    return solve(question, truth or {}, temper(seed, accuracy))["boxes"]


def verdict(address: str, boxes: Any, seed: int = 1, accuracy: float = 1.0, truth: dict[str, Any] | None = None, **spec: Any) -> Any:
    return solve(Question({"photo": address, "boxes": boxes}, spec or VERDICT, JUDGING), truth or {}, temper(seed, accuracy))["verdict"]


@pytest.mark.parametrize(("entry", "check"), [
    ({"type": "boolean"}, lambda value: value in (True, False)),
    ({"type": "integer", "min_value": 3, "max_value": 5}, lambda value: value in (3, 4, 5)),
    ({"type": "float", "max_value": 1}, lambda value: 0 <= value <= 1),
    ({"type": "string", "pattern": r"\d+"}, lambda value: value.isdigit()),
    ({"type": "string", "min_length": 40, "max_length": 41}, lambda value: 40 <= len(value) <= 41),
    ({"type": "string", "pattern": "(unbalanced"}, lambda value: isinstance(value, str)),
    ({"type": "url"}, lambda value: value.startswith("https://")),
    ({"type": "coordinates"}, lambda value: re.fullmatch(r"-?\d+\.\d+,-?\d+\.\d+", value)),
    ({"type": "array_string", "allowed_values": ["a", "b", "c"], "min_size": 2, "max_size": 2}, lambda value: len(set(value)) == 2),
    ({"type": "array_file", "max_size": 1}, lambda value: [type(file) for file in value] == [made_files.NewFile]),
    ({"type": "json"}, lambda value: value == []),
])
def test_every_type_of_output_has_an_answer_that_its_spec_allows(entry: dict[str, Any], check: Any) -> None:
    for seed in range(20):
        value = one(entry, seed=seed)
        assert check(value), value


@pytest.mark.parametrize(("component", "entry", "check"), [
    ({"type": "field.radio-group", "options": [{"value": "cat"}, {"value": "dog"}]}, {"type": "string"},
     lambda value: value in ("cat", "dog")),
    ({"type": "field.select", "options": [{"value": "cat"}, {"value": "dog"}]}, {"type": "string", "allowed_values": ["dog", "fox"]},
     lambda value: value == "dog"),
    ({"type": "field.checkbox-group", "options": [{"value": "red"}, {"value": "blue"}]}, {"type": "json"},
     lambda value: set(value) == {"red", "blue"} and set(value.values()) <= {True, False}),
    ({"type": "field.number", "minimum": 5, "maximum": 6}, {"type": "integer"}, lambda value: value in (5, 6)),
    ({"type": "field.email"}, {"type": "string"}, lambda value: "@" in value),
    ({"type": "field.date"}, {"type": "string"}, lambda value: re.fullmatch(r"\d{4}-\d\d-\d\d", value)),
    ({"type": "field.text", "validation": {"type": "condition.all", "conditions": [
        {"type": "condition.schema", "schema": {"type": "string", "pattern": r"^\d+\.?\d{0,3}$", "maxLength": 9}}]}},
     {"type": "string"}, lambda value: float(value) >= 0),
    ({"type": "field.audio"}, {"type": "file"}, lambda value: value.media_type == "audio/wav"),
    ({"type": "field.media-file", "accept": {"video": True}}, {"type": "file"}, lambda value: value.media_type == "video/x-msvideo"),
    ({"type": "field.media-file", "accept": {"video": True, "photo": True}}, {"type": "file"},
     lambda value: value.media_type == "image/png"),
])
def test_a_view_says_what_may_be_chosen(component: dict[str, Any], entry: dict[str, Any], check: Any) -> None:
    view = tb({"type": "view.group", "content": {**component, "data": output("value")}})
    for seed in range(10):
        value = one(entry, view, seed)
        assert check(value), value


def test_a_view_is_read_through_references_parts_and_nonsense() -> None:
    options = [{"value": "x"}, {"value": "y"}]
    view = tb({"type": "field.radio-group", "data": {"$ref": "vars.0"}, "options": {"$ref": "vars.1"}},
              {"type": "field.checkbox", "data": output("more.deep.one")}, vars={"0": output("value"), "1": options})
    assert one({"type": "string"}, view) in ("x", "y")
    values = solve(Question({}, {"more": {"type": "json"}}, view), {}, temper())
    assert values["more"]["deep"]["one"] in (True, False)
    for config in ("{", "[]", None, json.dumps({"view": {"type": "field.text", "data": {"$ref": "vars.5.x"}}})):
        assert views.read({"type": "tb", "config": config}).fields == {}
    assert views.read({"type": "classic", "markup": '<p>{{field type="file-audio" name="value"}}</p>'}).files == ("audio",)


def test_careful_robots_agree_and_careless_ones_do_not() -> None:
    entry = {"type": "string", "allowed_values": ["a", "b", "c"]}
    questions = [Question({"n": n}, {"value": entry}) for n in range(60)]
    right = [solve(question, {}, temper(1))["value"] for question in questions]
    assert right == [solve(question, {}, temper(2))["value"] for question in questions]
    assert set(right) == {"a", "b", "c"}
    careless = [solve(question, {}, temper(3, 0.7))["value"] for question in questions]
    assert 30 <= sum(map(str.__eq__, right, careless)) <= 54
    assert careless == [solve(question, {}, temper(3, 0.7))["value"] for question in questions]
    spam = [solve(question, {}, temper(4, 1.0, 1.0))["value"] for question in questions]
    # Not always wrong: a spammer does not know what is right.
    assert 8 <= sum(map(str.__eq__, right, spam)) <= 35


def test_control_tasks_are_answered_as_well_as_others_and_told_truth_goes_first() -> None:
    question = Question({"n": 1}, {"value": {"type": "string"}}, known={"value": "exactly this"})
    assert solve(question, {}, temper())["value"] == "exactly this"
    assert sum(solve(question, {}, temper(seed, 0.5))["value"] == "exactly this" for seed in range(100)) in range(30, 71)
    told = Question({"n": "question 7"}, {"value": {"type": "string"}}, known={"value": "other"})
    assert solve(told, {"question 7": {"value": "told"}}, temper())["value"] == "told"


def test_boxes_keep_to_the_shapes_and_labels_of_the_view() -> None:
    labels = [{"value": "car", "label": "Car"}, {"value": "bus", "label": "Bus"}]
    for number in range(30):
        for region in drawn(f"https://example.com/{number}.jpg", number, 0.4, shapes={"polygon": True}, labels=labels):
            assert region["shape"] == "polygon"
            assert region["label"] in ("car", "bus")
            assert all(0 <= value <= 1 for point in region["points"] for value in point.values())
        for region in drawn(f"https://example.com/{number}.jpg", number, 0.4):
            assert set(region) == {"shape", "left", "top", "width", "height"}
        assert drawn(f"https://example.com/{number}.jpg", number, 0.0, validation={"type": "condition.required"})


def test_verifiers_know_good_boxes_from_bad_ones() -> None:
    pictures = [f"https://example.com/{number}.jpg" for number in range(40)]
    assert {verdict(picture, drawn(picture, seed, 1.0)) for seed, picture in enumerate(pictures)} == {"OK"}
    careless = Counter(verdict(picture, drawn(picture, seed, 0.0)) for seed, picture in enumerate(pictures))
    assert careless["BAD"] >= 37  # a crooked box may be straight by chance
    assert verdict(pictures[0], []) == "BAD"
    good = drawn(pictures[0], 5, 1.0)
    for boxes in (good[1:], [*good, {"shape": "rectangle", "left": 0, "top": 0, "width": 0.01, "height": 0.01}], "nonsense", [None], {}):
        assert verdict(pictures[0], boxes) == "BAD"
    wrong = Counter(verdict(pictures[0], good, seed, 0.8) for seed in range(200))
    assert 20 <= wrong["BAD"] <= 60
    assert verdict(pictures[0], good, verdict={"type": "boolean"}) is True


def test_verifiers_know_what_they_were_told_about_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "_picture_size", lambda address: (200.0, 100.0))
    boxes = drawn(PHOTO, 1, 1.0, TOLD)
    assert len(boxes) == 2
    assert verdict(PHOTO, boxes, truth=TOLD) == "OK"
    assert verdict(PHOTO, boxes[:1], truth=TOLD) == "BAD"
    # The classic component's form, and a polygon around the same thing.
    other = [{"type": "rectangle", "data": {"p1": {"x": 0.05, "y": 0.1}, "p2": {"x": 0.3, "y": 0.4}}},
             {"shape": "polygon", "points": [{"left": x, "top": y} for x, y in ((0.5, 0.2), (0.9, 0.2), (0.9, 0.9), (0.5, 0.9))]}]
    assert verdict(PHOTO, other, truth=TOLD) == "OK"
    labels = [{"value": "car", "label": "Car"}, {"value": "bus", "label": "Bus"}]
    labelled, view = drawn(PHOTO, 1, 1.0, TOLD, labels=labels), tb({**DISABLED, "labels": labels}, YES_NO)
    swapped = [{**region, "label": {"car": "bus", "bus": "car"}[region["label"]]} for region in labelled]
    for marked, expected in ((labelled, "OK"), (swapped, "BAD")):
        question = Question({"photo": PHOTO, "boxes": marked}, VERDICT, view)
        assert solve(question, TOLD, temper())["verdict"] == expected


def test_files_can_be_opened() -> None:
    picture = made_files.make({"accept": ["image/*"]}, random.Random(1))
    Image.open(io.BytesIO(picture.content)).verify()
    assert picture.name.endswith(".png")
    with wave.open(io.BytesIO(made_files.make({"type": "field.audio"}, random.Random(1)).content)) as track:
        assert track.getnframes() > 1000
    video = made_files.make(["video"], random.Random(1)).content
    assert (video[:4], video[8:12], int.from_bytes(video[4:8], "little")) == (b"RIFF", b"AVI ", len(video) - 8)
    assert made_files.make({}, random.Random(1)) == made_files.make({}, random.Random(1)) != made_files.make({}, random.Random(2))


def test_a_pool_that_refuses_is_left_alone_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    patience = Patience()
    pauses = []
    for _ in range(12):
        patience.refused("1")
        left = now[0]
        while not patience.allows("1"):
            now[0] += 0.5
        pauses.append(now[0] - left)
    assert pauses == sorted(pauses)
    assert pauses[0] <= 2
    assert pauses[-1] == 600
    assert patience.allows("2")
    patience.refused("1")
    patience.worked("1")
    assert patience.allows("1")


def test_who_finds_work_wakes_another_and_a_large_crew_looks_rarely() -> None:
    lobby = Lobby()
    lobby.size = 200
    woken = threading.Event()

    def sleep() -> None:
        lobby.wait(50)
        woken.set()

    threading.Thread(target=sleep, daemon=True).start()
    assert not woken.wait(0.5)
    lobby.ring()
    assert woken.wait(5)


def test_an_editor_that_nobody_serves_does_not_cost_the_assignment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editor, "TRIES", 1)
    # The line, not CannotWork: the robot keeps what it holds and comes back to it.
    with pytest.raises(httpx.TransportError):
        editor.annotate(f"http://127.0.0.1:{free_port()}/editor/", "key", "a1", {}, Temper(1, 1, 1.0, 0.0))
