"""Readers of COCO and CVAT files, by tables, without a database: what is right becomes shapes, what is hostile a sentence."""
import io
import json
import random
import tracemalloc
import zipfile
from typing import Any

import pytest

from annotation.formats import coco_reader, cvat_reader
from annotation.formats.found import Found, FoundImage, FoundObject, Hints, Misfit, Unreadable
from annotation.formats.opening import find_annotations
from annotation.formats.report import Report
from annotation.formats.run_lengths import BadRuns, mask_of, unpacked
from annotation.shapes.outlines import mask_to_coco


def found(module: Any, data: bytes, **hints: Any) -> list[Found]:
    """All that a reader finds."""
    return list(module.read(lambda number, passes: io.BytesIO(data), Hints(**hints)))


def coco(*annotations: Any, **sections: Any) -> bytes:
    return json.dumps({"annotations": [{"id": 7, "image_id": 1, "category_id": 3, **entry} if isinstance(entry, dict) else entry
                                       for entry in annotations],
                       "images": [{"id": 1, "file_name": "a.jpg", "width": 8, "height": 6}],
                       "categories": [{"id": 3, "name": "car"}], **sections}).encode()


def only(things: list[Found]) -> Any:
    """The one object or misfit after the image."""
    image, thing = things
    assert isinstance(image, FoundImage)
    return thing


# --- COCO ---------------------------------------------------------------------------------------------------------------

BOX = {"bbox": [1, 2, 3, 2.5]}
CORNERS = [1, 2, 4, 2, 4, 4.5, 1, 4.5]


@pytest.mark.parametrize(("entry", "type_", "points"), [
    (BOX, "rectangle", [1, 2, 4, 4.5]),
    ({**BOX, "segmentation": [CORNERS]}, "rectangle", [1, 2, 4, 4.5]),
    ({**BOX, "segmentation": [[1, 2, 4, 2, 2, 4.5]]}, "polygon", [1, 2, 4, 2, 2, 4.5]),
    ({"segmentation": [[1, 2, 4, 2, 2, 4.5]]}, "polygon", [1, 2, 4, 2, 2, 4.5]),
    ({**BOX, "segmentation": [], "keypoints": [1, 2, 2, 0, 0, 0, 3, 4, 1]}, "points", [1, 2, 3, 4]),
    ({"segmentation": {"counts": [6, 3, 39], "size": [6, 8]}}, "mask", [0, 3, 1, 0, 1, 2]),
    ({"segmentation": {"counts": "63W1", "size": [6, 8]}, "iscrowd": 1}, "mask", [0, 3, 1, 0, 1, 2])])
def test_coco_annotations_become_shapes(entry: dict[str, Any], type_: str, points: list[float]) -> None:
    thing = only(found(coco_reader, coco(entry)))
    assert isinstance(thing, FoundObject), thing
    assert (thing.type, list(thing.points), thing.label, thing.image, thing.where) == (type_, points, "car", 1, "annotation 7")


@pytest.mark.parametrize(("wanted", "entry", "type_"), [
    ("polygon", {**BOX, "segmentation": [CORNERS]}, "polygon"), ("rectangle", {**BOX, "segmentation": [[1, 2, 4, 2, 2, 4.5]]}, "rectangle"),
    ("any", {**BOX, "segmentation": [CORNERS]}, "rectangle"), ("mask", {**BOX, "segmentation": [CORNERS]}, "rectangle")])
def test_the_labels_type_decides_between_an_outline_and_its_box(wanted: str, entry: dict[str, Any], type_: str) -> None:
    assert only(found(coco_reader, coco(entry), label_types={"car": wanted})).type == type_


def test_parts_are_grouped_and_attributes_answered() -> None:
    parts = {"segmentation": [[1, 1, 2, 1, 2, 2], [4, 4, 5, 4, 5, 5]], "attributes": {"occluded": True, "doors": 3, "big": True, "x": 1.5}}
    _, first, second, third = found(coco_reader, coco(parts, {**BOX, "attributes": {"rotation": -30.0, "occluded": False}}))
    assert first.group == second.group == 1 and third.group == 0
    assert first.occluded and first.answers == (("doors", "3"), ("big", "true"), ("x", "1.5"))
    assert (third.rotation, third.occluded, third.answers) == (330.0, False, ())
    asked = only(found(coco_reader, coco({**BOX, "attributes": {"occluded": True}}), attributes={"car": {"occluded"}}))
    assert (asked.occluded, asked.answers) == (False, (("occluded", "true"),))


@pytest.mark.parametrize(("entry", "words"), [
    ({}, "no bbox, no segmentation"), ({"bbox": [1, 2, 3]}, "its bbox is not"), ({"bbox": [1, 2, "3", 4]}, "its bbox is not"),
    ({"bbox": [1, 2, True, 4]}, "its bbox is not"), ({"bbox": [1, 2, 0, 4]}, "no area"), ({"bbox": [1, 2, -3, 4]}, "no area"),
    ({"bbox": {"x": 1}}, "its bbox is not"), ({"segmentation": "abc"}, "neither a list of polygons"),
    ({"segmentation": [1, 2, 3]}, "neither a list of polygons"), ({"keypoints": [1, 2]}, "keypoints are not"),
    ({"keypoints": [1, 2, 0]}, "none of its keypoints"), ({"keypoints": {"a": 1}}, "keypoints are not"),
    ({"segmentation": {"counts": [1], "size": [0, 8]}}, "height and width"), ({"segmentation": {"counts": [1]}}, "height and width"),
    ({"segmentation": {"counts": [1], "size": [6.0, 8]}}, "height and width"),
    ({"segmentation": {"counts": [40], "size": [6, 8]}}, "add up to 40, its picture has 8 x 6"),
    ({"segmentation": {"counts": [48], "size": [6, 8]}}, "the mask is empty"),
    ({"segmentation": {"counts": [50, -2], "size": [6, 8]}}, "whole numbers"),
    ({"segmentation": {"counts": None, "size": [6, 8]}}, "whole numbers"),
    ({"segmentation": {"counts": [47, 1.0], "size": [6, 8]}}, "whole numbers"),
    ({"segmentation": {"counts": "é", "size": [6, 8]}}, "damaged"), ({"segmentation": {"counts": "o" * 99, "size": [6, 8]}}, "damaged"),
    ({"segmentation": {"counts": "`", "size": [6, 8]}}, "end in the middle"),
    ({"segmentation": {"counts": [0, 10**18], "size": [10**9, 10**9]}}, "larger than any image"),
    ({**BOX, "image_id": 2}, "image_id is not"), ({**BOX, "image_id": None}, "image_id"), ({**BOX, "image_id": [1]}, "image_id"),
    ({**BOX, "image_id": True}, "image_id"), ({**BOX, "category_id": 9}, "category_id"), ({**BOX, "category_id": {}}, "category_id"),
    ({**BOX, "attributes": [1]}, "attributes are not"), (5, "not an object"), (None, "not an object"), ([], "not an object")])
def test_a_bad_coco_annotation_is_a_misfit_with_its_reason(entry: Any, words: str) -> None:
    thing = only(found(coco_reader, coco(entry)))
    assert isinstance(thing, Misfit) and words in thing.reason, thing


@pytest.mark.parametrize(("data", "words"), [
    (b"", "not JSON"), (b"{", "not JSON"), (b"[]", "not an object with images"), (b"5", "not an object with images"),
    (coco(BOX)[:-20], "not JSON"), (coco(BOX) + b"}", "not JSON"), (b'{"images": NaN}', "not JSON"),
    (coco(BOX).decode().encode("utf-16"), "not JSON"), (b'{"images": [{"id": 1, "file_name": "\xff.jpg"}]}', "not JSON"),
    (b'{"images": {}}', "something else than a list under “images”"), (b'{"info": 1}', "not COCO's"), (coco(images=5), "something else"),
    (b'{"images": [], "categories": []}', "no list of annotations"), (coco(images=[{"id": 1}]), "image without an id"),
    (coco(images=[{"id": [], "file_name": "a"}]), "image without an id"), (coco(images=[{"id": 1, "file_name": "a"}] * 2), "two images"),
    (coco(categories=[{"id": 3}]), "category without"), (coco(categories=["car"]), "category without"),
    (b'{"annotations": ' + b"[" * 100_000, "not JSON"),
    (b'{"images": [' + b'{"a":' * 100_000, "too large"), (b'{"x": 1' + b"0" * 5000 + b"}", "integer overflow"),
    (coco({"segmentation": [[1] * 1_000_001]}), "too large")])
def test_a_file_that_is_not_coco_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    if data.startswith(b'{"annotations"'):
        data = b'{"images": [], "categories": [], ' + data[1:]
    with pytest.raises(Unreadable) as refused:
        found(coco_reader, data)
    assert words in str(refused.value), refused.value


def test_huge_numbers_and_strange_text_stay_what_they_are_until_shapes_are_checked() -> None:
    data = coco({"bbox": [1e308, 0, 1e308, 5]}).replace(b"Infinity", b"1e999")
    assert only(found(coco_reader, data)).points[2] == float("inf")
    assert only(found(coco_reader, b"\xef\xbb\xbf" + coco(BOX))).type == "rectangle"
    assert only(found(coco_reader, coco({**BOX, "attributes": {"a": "\ud800\x00"}}))).answers[0][0] == "a"


@pytest.mark.parametrize("rows", [["0110", "1111", "0010"], ["1"], ["10", "01"], ["1111", "1111"], ["010101", "101010", "000001"]])
@pytest.mark.parametrize(("left", "top"), [(0, 0), (3, 2)])
def test_masks_come_back_from_coco_as_they_were(rows: list[str], left: int, top: int) -> None:
    width, height = left + len(rows[0]) + 1, top + len(rows) + 2
    runs, bit, run = [], "0", 0
    for cell in "".join(rows):
        if cell != bit:
            runs.append(run)
            bit, run = cell, 0
        run += 1
    points = [*map(float, [*runs, run]), float(left), float(top), float(left + len(rows[0]) - 1), float(top + len(rows) - 1)]
    counts, _, _ = mask_to_coco(points, width, height)
    assert mask_of(counts, Hints()) == (points, (width, height))


def test_packed_run_lengths_are_those_of_the_reference_implementation() -> None:
    assert unpacked("63W1") == [6, 3, 39]
    assert unpacked("") == []
    with pytest.raises(BadRuns):
        unpacked("0" + chr(200))


def test_masks_of_one_file_may_cover_only_so_much() -> None:
    segmentation = {"counts": [0, 48], "size": [6, 8]}
    with pytest.raises(Unreadable, match="too large together"):
        found(coco_reader, coco(*[{"segmentation": segmentation}] * 3), mask_pixels=100)


def test_a_large_coco_file_is_read_in_little_memory() -> None:
    def big(count: int) -> bytes:
        return coco(*[{"id": n, "bbox": [1, 2, 3.5, 4], "segmentation": [[1.25, 2, 4, 2, 2, 4.5] * 4]} for n in range(count)])

    def read(data: bytes) -> None:
        assert sum(1 for _ in coco_reader.read(lambda number, passes: io.BytesIO(data), Hints())) > 1000

    small, large = big(1_001), big(10_000)
    tracemalloc.start()
    read(small)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    read(large)
    # Both copies of the reader's input are the same size in memory as before: only one entry at a time is built.
    assert tracemalloc.get_traced_memory()[1] - peak < len(large) - len(small) + 2_000_000
    tracemalloc.stop()


# --- CVAT ---------------------------------------------------------------------------------------------------------------

def cvat(inside: str, *, image: str = 'id="0" name="a.jpg" width="8" height="6"', before: str = "") -> bytes:
    head = f'<?xml version="1.0" encoding="utf-8"?>{before}<annotations><version>1.1</version>'
    return f"{head}<image {image}>{inside}</image></annotations>".encode()


@pytest.mark.parametrize(("element", "type_", "fields"), [
    ('<box label="car" xtl="1" ytl="2.5" xbr="4" ybr="5" occluded="1" z_order="-3" rotation="90.5" group_id="4" source="auto"/>',
     "rectangle",
     {"points": [1, 2.5, 4, 5], "occluded": True, "z_order": -3, "rotation": 90.5, "group": 4, "source": "auto"}),
    ('<polygon label="car" points="1,1;2,1;2,2.25"/>', "polygon", {"points": [1, 1, 2, 1, 2, 2.25], "occluded": False, "rotation": 0}),
    ('<polyline label="car" points="1,1;2,1"/>', "polyline", {"points": [1, 1, 2, 1]}),
    ('<points label="car" points="1.5,1"/>', "points", {"points": [1.5, 1]}),
    ('<ellipse label="car" cx="4" cy="3" rx="2.1" ry="1.2" rotation="-10"/>', "ellipse", {"points": [4, 3, 6.1, 1.8], "rotation": 350}),
    ('<mask label="car" rle="1, 2, 1" left="3" top="2" width="2" height="2"/>', "mask", {"points": [1, 2, 1, 3, 2, 4, 3]}),
    ('<tag label="car" source="file"/>', "tag", {"source": "file"}),
    ('<box label="car" xtl="1" ytl="2" xbr="4" ybr="5"><attribute name="a">&lt;&#233;&gt;</attribute><attribute name="b"/></box>',
     "rectangle", {"answers": (("a", "<é>"), ("b", ""))})])
def test_cvat_elements_become_shapes(element: str, type_: str, fields: dict[str, Any]) -> None:
    thing = only(found(cvat_reader, cvat(element)))
    assert isinstance(thing, FoundObject), thing
    assert (thing.type, thing.label, thing.image, thing.where.split()[-1]) == (type_, "car", 1, "1")
    assert {name: list(value) if name == "points" else value for name in fields for value in [getattr(thing, name)]} == fields


@pytest.mark.parametrize(("element", "words"), [
    ('<cuboid label="car"/>', "not known"), ('<skeleton label="car"><points/></skeleton>', "not known"), ("<box/>", "no label"),
    ('<box label="car" xtl="nan" ytl="2" xbr="4" ybr="5"/>', "xtl is not a number"), ('<box label="car" xtl="1_0"/>', "xtl is not"),
    ('<box label="car" xtl="1" ytl="inf" xbr="4" ybr="5"/>', "ytl is not a number"), ('<box label="car"/>', "xtl is not a number"),
    ('<box label="car" xtl="1" ytl="1" xbr="4" ybr="5" z_order="1.5"/>', "z_order is not a whole"),
    ('<box label="car" xtl="1" ytl="1" xbr="4" ybr="5" occluded="maybe"/>', "occluded is 0 or 1"),
    ('<box label="car" xtl="1" ytl="1" xbr="4" ybr="5" group_id="99999999999999999999"/>', "group_id is not"),
    ('<polygon label="car" points="1,1;2;x"/>', "points are not"), ('<polygon label="car" points=";;;"/>', "points are not"),
    ('<mask label="car" rle="1, x" left="3" top="2" width="2" height="2"/>', "run lengths are not"),
    ('<mask label="car" rle="1" left="3" top="2" width="2"/>', "height is not"), ('<tag label="car" group_id=""/>', "group_id is not")])
def test_a_bad_cvat_element_is_a_misfit_with_its_reason(element: str, words: str) -> None:
    thing = only(found(cvat_reader, cvat(element)))
    assert isinstance(thing, Misfit) and words in thing.reason, thing


LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(("data", "words"), [
    (b"", "damaged XML"), (b"<annotations>", "damaged XML"), (b"<html></html>", "not CVAT's"), (cvat("<box"), "damaged XML"),
    (cvat("", before=LAUGHS), "document type"), (cvat("", before='<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "document type"),
    (cvat("&nbsp;"), "damaged XML"), (cvat("", image='name=""'), "image without a name"),
    (cvat("", image='id="0"'), "image without a name"),
    (b"<annotations><track id='0' label='car'></track></annotations>", "tracks of a video"),
    (b'<?xml version="1.0" encoding="nonsense"?><annotations/>', "encoding"), (b"<annotations>\xff\xfe</annotations>", "damaged XML"),
    (b'<?xml version="1.0" encoding="utf-7"?><annotations/>', "encoding")])
def test_a_file_that_is_not_cvats_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        found(cvat_reader, data)
    assert words in str(refused.value) or ("encoding" in words and "damaged XML" in str(refused.value)), refused.value


def test_cvat_in_other_encodings_and_deep_nests_is_read() -> None:
    utf16 = cvat('<tag label="é"/>').decode().replace("utf-8", "utf-16").encode("utf-16")
    assert only(found(cvat_reader, utf16)).label == "é"
    assert found(cvat_reader, cvat("<a>" * 50_000 + "</a>" * 50_000))[1].reason == "this kind of object is not known here."


# --- archives -----------------------------------------------------------------------------------------------------------

def zipped(*members: tuple[Any, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(("data", "format_", "name"), [
    (zipped(("annotations/instances_default.json", b"{}"), ("report.json", b"{}"), ("images/a.jpg", b"x")), "COCO 1.0",
     "annotations/instances_default.json"),
    (zipped(("annotations.xml", b"<a/>"), ("report.json", b"{}"), ("__MACOSX/._annotations.xml", b"")), "CVAT 1.1", "annotations.xml"),
    (zipped(("../../etc/x.xml", b"<a/>")), "CVAT 1.1", "../../etc/x.xml"), (b"  <a/>", "CVAT 1.1", "f"),
    (b"\xef\xbb\xbf{}", "COCO 1.0", "f")])
def test_the_annotations_are_found_in_files_and_archives(settings: Any, data: bytes, format_: str, name: str) -> None:
    opened = find_annotations(lambda: io.BytesIO(data), "f", "")
    assert (opened.format, opened.name) == (format_, name)
    told: list[float] = []
    with opened.open(told.append) as file:
        assert len(file.read(1 << 20)) == opened.size
    assert told[-1] == 1.0


def linked() -> bytes:
    info = zipfile.ZipInfo("annotations.xml")
    info.external_attr = 0o120777 << 16
    return zipped((info, b"/etc/passwd"))


@pytest.mark.parametrize(("data", "wanted", "words"), [
    (b"\x89PNG", "", "is neither COCO"), (b"{}", "CVAT 1.1", "holds COCO 1.0, not CVAT 1.1"), (zipped(), "", "no file with"),
    (zipped(("a.json", b"{}"), ("b.json", b"{}")), "", "several files"),
    (zipped(("a.json", b"{}")), "CVAT 1.1", "no file with annotations"), (b"{" * 5000, "", "5,000"),
    (zipped(("a.json", b"{}"))[:-30], "", "damaged zip"), (zipped(("a.json", b" " * 5000)), "", "has 5,000 bytes"),
    (zipped(("a.json", b"")), "", "is empty"), (linked(), "", "a link")])
def test_archives_that_are_traps_or_hold_nothing_are_refused(settings: Any, data: bytes, wanted: str, words: str) -> None:
    settings.IMPORT_MAX_BYTES = 4096
    with pytest.raises(Unreadable) as refused:
        find_annotations(lambda: io.BytesIO(data), "f", wanted)
    assert words in str(refused.value), refused.value


def test_a_member_that_is_damaged_inside_is_told_so() -> None:
    data = bytearray(zipped(("a.json", bytes(range(256)) * 20)))
    data[60:90] = bytes(30)
    with pytest.raises(Unreadable, match="damaged inside"):
        find_annotations(lambda: io.BytesIO(bytes(data)), "f", "")
    data = bytearray(zipped(("a.json", b'{"a": "' + random.Random(1).randbytes(300_000))))
    data[-5000:-4000] = bytes(1000)
    opened = find_annotations(lambda: io.BytesIO(bytes(data)), "f", "")
    with pytest.raises(Unreadable, match="damaged inside"), opened.open(lambda done: None) as file:
        while file.read(4096):
            pass


def test_the_report_tells_equal_reasons_once_and_stays_short() -> None:
    report = Report()
    for number in range(5):
        report.note(f"shape {number}", "the project has no label “\x00dog”.")
    report.note("shape 9", "it has no label.")
    assert report.sentences() == [
        "The project has no label “\ufffddog”. 5 times, first: shape 0; shape 1; shape 2.", "shape 9: it has no label."]
    for number in range(3000):
        report.note("x", f"reason {number}.")
    assert len(report.sentences()) == 1000 and report.sentences()[-1] == "2,003 more things did not fit, for other reasons."




@pytest.mark.parametrize("counts", [
    [6, 3, 39], [0, 1, 2, 3, 4, 5, 6, 100_000, 1], [5, 5, 5, 5, 5, 5], [1, 70, 2, 3, 40_000, 1, 0, 33], [0]])
def test_packed_run_lengths_are_unpacked(counts: list[int]) -> None:
    packed = ""
    for position, count in enumerate(counts):
        value = count - counts[position - 2] if position > 2 else count
        more = True
        while more:
            bits, value = value & 31, value >> 5
            more = value != (-1 if bits & 16 else 0)
            packed += chr(48 + bits + 32 * more)
    assert unpacked(packed) == counts
