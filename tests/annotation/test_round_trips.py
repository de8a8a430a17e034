"""Whatever can be drawn goes out and in again and loses nothing that the format can hold: written and read without a database."""
import io
import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from annotation.formats import EXPORT_FORMATS, IMPORT_FORMATS
from annotation.formats.archive import Archive
from annotation.formats.export import _writer
from annotation.formats.found import FoundObject, Hints, Misfit
from annotation.formats.importing import _found, _in_pixels
from annotation.formats.losses import Losses
from annotation.formats.opening import find_annotations
from annotation.formats.scope import AnnotatedImage, ImageRow
from annotation.models import Attribute, Label
from annotation.shapes import FrameSize

W, H = 640, 480
READ_BACK = {"CVAT for images 1.1": "CVAT 1.1"}
_x, _y = (st.integers(0, side * 100).map(lambda value: value / 100) for side in (W, H))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


def _box(draw: Any) -> list[float]:
    x1, y1 = draw(st.integers(0, W * 100 - 100)) / 100, draw(st.integers(0, H * 100 - 100)) / 100
    return [x1, y1, draw(st.integers(int(x1 * 100) + 50, W * 100)) / 100, draw(st.integers(int(y1 * 100) + 50, H * 100)) / 100]


@st.composite
def shapes(draw: Any) -> dict[str, Any]:
    """In stored form, on the label 1 with its attributes 1 (checkbox), 2 (number), 3 (text)."""
    kind = draw(st.sampled_from(["rectangle", "polygon", "polyline", "points", "ellipse", "mask"]))
    points: list[float] = _box(draw)
    if kind in ("polygon", "polyline", "points"):
        least = {"polygon": 3, "polyline": 2, "points": 1}[kind]
        points = [value for _ in range(draw(st.integers(least, 6))) for value in (draw(_x), draw(_y))]
        if kind == "polygon":
            # Some width and height: without both it is no area.
            points = [0.0, 0.0, *points[2:-2], float(W), float(H)]
    elif kind == "ellipse":
        x1, y1, x2, y2 = points
        points = [(x1 + x2) / 2, (y1 + y2) / 2, x2, y1]
    elif kind == "mask":
        runs = draw(st.lists(st.integers(1, 9), min_size=2, max_size=8))
        width = draw(st.integers(2, 9))
        height = math.ceil(sum(runs) / width)
        runs = [*runs, width * height - sum(runs)] if sum(runs) < width * height else runs
        points = [float(value) for value in (*runs, 7, 5, 7 + width - 1, 5 + height - 1)]
    turned = kind in ("rectangle", "ellipse") and draw(st.booleans())
    answers = draw(st.fixed_dictionaries({}, optional={1: st.sampled_from(["true", "false"]), 2: st.integers(-5, 5).map(str), 3: TEXT}))
    return {"id": 1, "type": kind, "label_id": 1, "points": points, "rotation": float(draw(st.integers(1, 359))) if turned else 0.0,
            "occluded": draw(st.booleans()), "z_order": draw(st.integers(-3, 3)), "group": draw(st.integers(0, 3)), "source": "manual",
            "attributes": [{"spec_id": key, "value": value} for key, value in answers.items()], "job_id": 1}


class OneFrame:
    """As much of a Scope as writers ask for."""

    is_submitted, stands_apart, frame_count, job_ids = False, False, 1, [1]

    def __init__(self, things: list[dict[str, Any]]) -> None:
        label = Label(pk=1, name="a <car> & 'co'", color="#112233", type="any")
        attributes = [Attribute(pk=1, name="parked", input_type="checkbox", values=["false", "true"], default_value="false"),
                      Attribute(pk=2, name="doors", input_type="number", values=["-5", "5", "1"], default_value="0"),
                      Attribute(pk=3, name="plate", input_type="text", values=[], default_value="")]
        label._prefetched_objects_cache = {"attributes": attributes}  # type: ignore[attr-defined]
        self.labels = [label]
        self.target = self.tasks = SimpleNamespace(pk=1, name="t", subset="")
        self.tasks = [self.target]
        self._image = ImageRow(1, 1, 0, "a/b.jpg", W, H, 1, "x")
        self._things = things

    def annotated(self) -> Any:
        yield AnnotatedImage(self._image, [dict(thing) for thing in self._things], [])

    def images(self) -> Any:
        yield self._image

    def job_of(self, image: ImageRow) -> int:
        return 1


def round_trip(name: str, things: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> tuple[list[FoundObject], list[str]]:
    """What the reader finds, in pixels, and what the writer told of losses."""
    monkeypatch.setattr("annotation.formats.stems.Stems.__init__", lambda self, scope, losses: self.__dict__.update(
        _losses=losses, _shared=set(), _several_tasks=False, _taken=set()))
    monkeypatch.setattr("annotation.formats.cvat._meta", lambda scope: [])
    made, losses = io.BytesIO(), Losses()
    told = SimpleNamespace(of_job=lambda job: {}, attributes=lambda thing: {})
    with Archive(made) as archive:
        writer = _writer(EXPORT_FORMATS[name], OneFrame(things), losses, told if "Toloka" in name else None)  # type: ignore[arg-type]
        writer.write(archive, lambda done: None, lambda image, path: None)
    opened = find_annotations(lambda: io.BytesIO(made.getvalue()), "made.zip", READ_BACK.get(name, name))
    hints = Hints({"a <car> & 'co'": "any"}, {"a <car> & 'co'": {"parked", "doors", "plate"}})
    run: Any = SimpleNamespace(progress=lambda *arguments: None)
    found = list(_found(run, opened, hints))
    assert not [thing for thing in found if isinstance(thing, Misfit)], found
    return [_in_pixels(thing, FrameSize(W, H)) if thing.relative else thing for thing in found if isinstance(thing, FoundObject)], \
        losses.sentences()


SLOW = settings(max_examples=25, derandomize=True, deadline=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
# Format -> what of a shape comes back as it was: types, and fields beside points. Boxes of turned ones are around them.
SAME: dict[str, tuple[set[str], set[str]]] = {
    "CVAT for images 1.1": ({"rectangle", "polygon", "polyline", "points", "ellipse", "mask"},
                            {"rotation", "occluded", "z_order", "group", "answers"}),
    "Datumaro 1.0": ({"rectangle", "polygon", "polyline", "points", "ellipse", "mask"},
                     {"rotation", "occluded", "z_order", "group", "answers"}),
    "COCO 1.0": ({"upright", "askew", "points", "mask"}, {"occluded", "answers"}),
    "PASCAL VOC 1.1": ({"upright"}, {"occluded", "answers"}), "YOLO 1.1": ({"upright"}, set()),
    "Ultralytics YOLO Detection 1.0": ({"upright"}, set()), "Ultralytics YOLO Segmentation 1.0": ({"polygon"}, set()),
    "Ultralytics YOLO Oriented Bounding Boxes 1.0": ({"upright"}, set()),
    "Toloka assignments 1.0": ({"upright", "polygon"}, set()), "Toloka image annotation 1.0": ({"upright", "polygon"}, set()),
}


def kind_of(shape: dict[str, Any]) -> set[str]:
    upright = shape["type"] == "rectangle" and not shape["rotation"]
    askew = shape["type"] == "polygon" and len(shape["points"]) != 8
    return {shape["type"]} | ({"upright"} if upright else set()) | ({"askew"} if askew else set())


@pytest.mark.parametrize("name", SAME)
@SLOW
@given(things=st.lists(shapes(), max_size=3))
def test_what_the_format_holds_comes_back(name: str, things: list[dict[str, Any]]) -> None:
    types, fields = SAME[name]
    with pytest.MonkeyPatch.context() as patch:
        left, told = round_trip(name, things, patch)
    held = [shape for shape in things if kind_of(shape) & types]
    for shape in held:
        back = next((thing for thing in left if matches(thing, shape) and meant(thing, shape, fields, name)), None)
        assert back is not None, (shape, left)
        left.remove(back)
    # Not the same any more, or gone: it is told. Turned boxes have a test of their own where they are held.
    # COCO tells no polygon of four corners from a box.
    kept = types | {"Ultralytics YOLO Oriented Bounding Boxes 1.0": {"rectangle"}, "COCO 1.0": {"polygon"},
                    "Toloka assignments 1.0": {"points"}, "Toloka image annotation 1.0": {"points"}}.get(name, set())
    assert told or all(kind_of(shape) & kept for shape in things), things
    for field, word in (("group", "group"), ("z_order", "z-order"), ("occluded", "occluded"), ("attributes", "attributes")):
        if (field if field != "attributes" else "answers") not in fields and any(shape[field] for shape in held):
            assert any(word in sentence for sentence in told), (field, told)


def matches(found: FoundObject, shape: dict[str, Any]) -> bool:
    if found.type != shape["type"]:
        return False
    if found.type == "mask":
        return pixels(found.points) == pixels(shape["points"])
    return len(found.points) == len(shape["points"]) and all(
        abs(a - b) < 0.006 for a, b in zip(found.points, shape["points"], strict=True))


def pixels(points: Any) -> set[tuple[int, int]]:
    left, top, right, _ = (int(value) for value in points[-4:])
    flat = [bit % 2 for bit, run in enumerate(points[:-4]) for _ in range(int(run))]
    return {(left + place % (right - left + 1), top + place // (right - left + 1)) for place, bit in enumerate(flat) if bit}


def meant(found: FoundObject, shape: dict[str, Any], fields: set[str], name: str) -> bool:
    """Whether the fields say the same."""
    names = {1: "parked", 2: "doors", 3: "plate"}
    answers = {names[answer["spec_id"]]: spelled(answer["value"], name) for answer in shape["attributes"]}
    return all(getattr(found, field) == shape[field] for field in fields - {"answers"}) and (
        "answers" not in fields or dict(found.answers) == answers)


def spelled(value: str, name: str) -> str:
    """XML cannot hold all characters."""
    from annotation.formats.cvat import clean

    return clean(value) if IMPORT_FORMATS[READ_BACK.get(name, name)].suffix == ".xml" else value


@SLOW
@given(things=st.lists(shapes().filter(lambda shape: shape["type"] == "rectangle"), min_size=1, max_size=3))
def test_turned_boxes_of_yolo_come_back_turned(things: list[dict[str, Any]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        found, _ = round_trip("Ultralytics YOLO Oriented Bounding Boxes 1.0", things, patch)
    for back, shape in zip(found, things, strict=True):
        assert back.type == "rectangle"
        assert all(abs(a - b) < 0.02 for a, b in zip(back.points, shape["points"], strict=True))
        assert min(abs(back.rotation - shape["rotation"]), 360 - abs(back.rotation - shape["rotation"])) < 0.05


def test_the_table_names_every_format_with_shapes() -> None:
    assert set(SAME) == {name for name, known in EXPORT_FORMATS.items() if not known.bridged and name != "ImageNet 1.0"}
