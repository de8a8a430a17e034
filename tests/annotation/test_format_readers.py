"""Readers of YOLO, Pascal VOC, Datumaro, ImageNet and Toloka, by tables, without a database."""
import io
import json
import zipfile
from typing import Any

import pytest

from annotation.formats import (
    datumaro_reader,
    imagenet_reader,
    toloka_reader,
    voc_reader,
    yolo_reader,
)
from annotation.formats.found import Found, FoundImage, FoundObject, Hints, Misfit, Unreadable
from annotation.formats.members import Members, members_of
from annotation.formats.opening import find_annotations
from annotation.formats.run_lengths import packed, unpacked
from annotation.formats.tsv import rows_of


def members(files: dict[str, bytes]) -> Members:
    return Members({name: (len(data), lambda data=data: io.BytesIO(data)) for name, data in files.items()})


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def found(reader: Any, files: dict[str, bytes], variant: str = "", **hints: Any) -> list[Found]:
    return list(reader.read(members(files), Hints(**hints), variant))


def objects(things: list[Found]) -> list[tuple[Any, ...]]:
    return [(thing.image, thing.label, thing.type, list(thing.points)) for thing in things if isinstance(thing, FoundObject)]


def misfits(things: list[Found]) -> list[str]:
    return [f"{thing.where}: {thing.reason}" for thing in things if isinstance(thing, Misfit)]


# --- YOLO -----------------------------------------------------------------------------------------------------------

NAMES = {"obj.names": b"car\nperson\n"}


def yolo(text: str, variant: str = "darknet") -> list[Found]:
    return found(yolo_reader, {**NAMES, "obj_train_data/a.txt": text.encode()}, variant)


def test_yolo_lines_are_boxes_and_polygons_in_fractions() -> None:
    things = yolo("1 0.5 0.5 0.25 0.5\n\n0 0.5 0.5 0.25 0.5 0.93\n0 0 0 1 0 1 1\r\n")
    assert things[0] == FoundImage("a", "a", stem=True)
    box = [0.375, 0.25, 0.625, 0.75]
    assert objects(things) == [("a", "person", "rectangle", box), ("a", "car", "rectangle", box),
                               ("a", "car", "polygon", [0, 0, 1, 0, 1, 1])]
    assert all(thing.relative for thing in things if isinstance(thing, FoundObject))


@pytest.mark.parametrize("line", [
    "2 0.5 0.5 0.1 0.1", "car 0.5 0.5 0.1 0.1", "-1 0 0 1 1", "0", "0 1 2 3", "0 nan 0.5 0.1 0.1", "0 0.5 0.5 0.1 1_0", "0 0 0 1 0 1 1 0",
    "² 0 0 1 1", "0 0 0 inf 1", "0 1e99999 0 1 1"])
def test_yolo_lines_that_are_none_are_named(line: str) -> None:
    [misfit] = misfits(yolo(f"0 0.5 0.5 0.1 0.1\n{line}"))
    assert misfit.startswith("line 2 of obj_train_data/a.txt")


def test_yolo_lists_name_images_without_labels() -> None:
    things = found(yolo_reader, {**NAMES, "train.txt": b"data/obj_train_data/x/a.JPG\ndata/obj_train_data/b.png\n",
                                 "obj_train_data/x/a.txt": b""}, "darknet")
    assert things == [FoundImage("x/a", "x/a.JPG"), FoundImage("b", "b.png")]
    newer = {"data.yaml": b"names: [car]\ntrain: train.txt\n", "train.txt": b"./images/train/a.jpg\n", "labels/train/a.txt": b"0 .5 .5 1 1",
             "labels/val/sub/b.txt": b""}
    things = found(yolo_reader, newer, "detection")
    assert [thing.name for thing in things if isinstance(thing, FoundImage)] == ["a.jpg", "sub/b"]
    assert objects(things) == [("a", "car", "rectangle", [0, 0, 1, 1])]


@pytest.mark.parametrize(("files", "variant", "words"), [
    ({"obj_train_data/a.txt": b""}, "darknet", "no obj.names"), (NAMES, "darknet", "no files with labels"),
    ({"labels/a.txt": b""}, "detection", "no data.yaml"), ({"data.yaml": b"names: 5", "labels/a.txt": b""}, "detection", "without “names”"),
    ({"data.yaml": b"names: {-1: a}", "labels/a.txt": b""}, "detection", "without “names”"),
    ({"data.yaml": b"names: {99999999: a}", "labels/a.txt": b""}, "detection", "without “names”"),
    ({"data.yaml": b"names: [[[", "labels/a.txt": b""}, "detection", "cannot be read"),
    ({"data.yaml": b"names: !!python/object/apply:os.getcwd []", "labels/a.txt": b""}, "detection", "cannot be read"),
    ({**NAMES, "obj_train_data/a.txt": b"\xff\xfe0"}, "darknet", "not text in UTF-8")])
def test_yolo_archives_that_are_none_say_why(files: dict[str, bytes], variant: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        found(yolo_reader, files, variant)


@pytest.mark.parametrize(("corners", "box", "angle"), [
    ([10, 10, 30, 10, 30, 20, 10, 20], [10, 10, 30, 20], 0), ([25, 5, 25, 25, 15, 25, 15, 5], [10, 10, 30, 20], 90),
    ([10, 10, 10, 20, 30, 20, 30, 10], [10, 10, 30, 20], 0)])
def test_four_corners_are_a_turned_box(corners: list[float], box: list[float], angle: float) -> None:
    assert yolo_reader.turned_box(corners) == (box, angle)


@pytest.mark.parametrize("corners", [[0, 0, 10, 0, 10, 10, 0, 5], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 10, 3, 20, 3, 10, 0]])
def test_four_corners_may_be_no_box(corners: list[float]) -> None:
    assert yolo_reader.turned_box(corners) is None


# --- Pascal VOC -----------------------------------------------------------------------------------------------------

def voc(inside: str, name: str = "Annotations/a.xml") -> dict[str, bytes]:
    return {name: f"<annotation><filename>a.jpg</filename><size><width>8</width><height>6</height></size>{inside}</annotation>".encode()}


OBJECT = ("<object><name>car</name><occluded>1</occluded><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4.5</xmax><ymax>5</ymax></bndbox>"
          "<attributes><attribute><name>doors</name><value>3</value></attribute></attributes></object>")


def test_voc_objects_and_image_sets() -> None:
    things = found(voc_reader, {**voc(OBJECT), "ImageSets/Main/night_train.txt": b"a  1\nb -1\nc  1\n", "ImageSets/Main/train.txt": b"a\n"},
                   label_types={"car": "any", "night": "tag"})
    assert things[0] == FoundImage("a", "a.jpg", 8, 6)
    assert objects(things) == [("a", "car", "rectangle", [1, 2, 4.5, 5]), ("a", "night", "tag", []), ("c", "night", "tag", [])]
    box = things[1]
    assert isinstance(box, FoundObject) and (box.occluded, box.answers) == (True, (("doors", "3"),))


@pytest.mark.parametrize(("files", "words"), [
    ({"Annotations/a.xml": b"<annotations/>"}, "outermost element"), ({"Annotations/a.xml": b"<annotation>"}, "damaged XML"),
    ({"Annotations/a.xml": b'<!DOCTYPE a [<!ENTITY x "y">]><annotation/>'}, "document type"),
    ({"Annotations/a.xml": b"<annotation>" + b"<a>" * 50}, "too deep"),
    ({**voc("", "one/Annotations/a.xml"), **voc("", "two/Annotations/a.xml")}, "two files about one image"),
    ({"Annotations/a.xml": b"<annotation>" + b"x" * 9_000_000}, "more than 8 MB")])
def test_voc_archives_that_are_none_say_why(files: dict[str, bytes], words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        found(voc_reader, files)


@pytest.mark.parametrize(("thing", "words"), [("<object/>", "no name"), ("<object><name>car</name></object>", "bndbox is not"),
                                              (OBJECT.replace("4.5", "nan"), "bndbox is not")])
def test_voc_objects_that_are_none_are_named(thing: str, words: str) -> None:
    [misfit] = misfits(found(voc_reader, voc(thing)))
    assert words in misfit


# --- Datumaro, ImageNet ---------------------------------------------------------------------------------------------

def datumaro(*annotations: Any, **sections: Any) -> dict[str, bytes]:
    data = {"categories": {"label": {"labels": [{"name": "car"}]}},
            "items": [{"id": "a", "annotations": list(annotations), "image": {"path": "a.jpg", "size": [6, 8]}}], **sections}
    return {"annotations/default.json": json.dumps(data).encode()}


def test_datumaro_annotations_become_shapes() -> None:
    things = found(datumaro_reader, datumaro(
        {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3, 2.5], "attributes": {"rotation": -90, "occluded": True, "doors": 3}, "group": 4},
        {"type": "ellipse", "label_id": 0, "points": [1, 1, 5, 4]}, {"type": "label", "label_id": 0},
        {"type": "points", "label_id": 0, "points": [1, 2, 3, 4], "visibility": [2, 0]},
        {"type": "mask", "label_id": 0, "rle": {"counts": "63W1", "size": [6, 8]}}))
    assert things[0] == FoundImage(1, "a.jpg", 8, 6)
    assert [entry[2:] for entry in objects(things)] == [
        ("rectangle", [1, 2, 4, 4.5]), ("ellipse", [3, 2.5, 5, 1]), ("tag", []), ("points", [1, 2]), ("mask", [0, 3, 1, 0, 1, 2])]
    box = things[1]
    assert isinstance(box, FoundObject) and (box.rotation, box.occluded, box.group, box.answers) == (270, True, 4, (("doors", "3"),))


@pytest.mark.parametrize("thing", [
    5, {}, {"type": "bbox", "label_id": 1}, {"type": "bbox", "label_id": True}, {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3]},
    {"type": "cuboid_3d", "label_id": 0, "points": []}, {"type": "mask", "label_id": 0}, {"type": "polygon", "label_id": 0, "points": {}},
    {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3, "4"]}, {"type": "label", "label_id": 0, "attributes": [1]}])
def test_datumaro_annotations_that_are_none_are_named(thing: Any) -> None:
    [misfit] = misfits(found(datumaro_reader, datumaro(thing)))
    assert misfit.startswith("annotation 1 of a")


@pytest.mark.parametrize("sections", [{"categories": []}, {"categories": {"label": {"labels": [5]}}}, {"items": [{"id": 5}]}, {"items": {}},
                                      {"items": [{"id": "a", "annotations": {"a": 1}}]}])
def test_datumaro_files_that_are_none_say_why(sections: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        found(datumaro_reader, datumaro(**sections))


@pytest.mark.parametrize("counts", [[0, 5], [6, 3, 39], [1, 1, 1, 1000, 1, 1], [0, 1, 100_000, 1, 1]])
def test_run_lengths_are_packed_as_they_are_unpacked(counts: list[int]) -> None:
    assert unpacked(packed(counts)) == counts


def test_imagenet_lists_and_folders() -> None:
    listed = found(imagenet_reader, {"synsets.txt": b"car\nnight sky\n", "train.txt": b"my image 1.jpg 1 0\nb.jpg\nc.jpg 7\n"})
    assert [thing.name for thing in listed if isinstance(thing, FoundImage)] == ["my image 1.jpg", "b.jpg", "c.jpg"]
    assert objects(listed) == [(1, "night sky", "tag", []), (1, "car", "tag", [])]
    assert len(misfits(listed)) == 1
    folders = Members({})
    folders.pictures = ["car/car_a.jpg", "night/night_a.jpg", "no label/b.jpg"]
    assert objects(list(imagenet_reader.read(folders, Hints()))) == [("a.jpg", "car", "tag", []), ("a.jpg", "night", "tag", [])]
    with pytest.raises(Unreadable, match="neither"):
        found(imagenet_reader, {"synsets.txt": b""})


# --- Toloka ---------------------------------------------------------------------------------------------------------

REGIONS = [{"shape": "rectangle", "left": 0.1, "top": 0.2, "width": 0.5, "height": 0.25, "label": "car"},
           {"shape": "polygon", "label": "car",
            "points": [{"left": 0.1, "top": 0.1}, {"left": 0.4, "top": 0.1}, {"left": 0.3, "top": 0.5}]},
           {"shape": "point", "left": 0.5, "top": 0.5, "label": "car"}]
CLASSIC = [{"type": "rectangle", "data": {"p1": {"x": 0.6, "y": 0.2}, "p2": {"x": 0.1, "y": 0.45}}, "annotation": "car"},
           {"type": "polygon", "data": [{"x": 0.1, "y": 0.1}, {"x": 0.4, "y": 0.1}, {"x": 0.3, "y": 0.5}]},
           {"type": "point", "data": {"x": 0.5, "y": 0.5}}]
EXPECTED = [("a.jpg", "car", "rectangle", [0.1, 0.2, 0.6, 0.45]), ("a.jpg", "car", "polygon", [0.1, 0.1, 0.4, 0.1, 0.3, 0.5]),
            ("a.jpg", "car", "points", [0.5, 0.5])]


def toloka(data: bytes | str, variant: str = "table", **hints: Any) -> list[Found]:
    raw = data.encode() if isinstance(data, str) else data
    return list(toloka_reader.read(lambda number, passes: io.BytesIO(raw), Hints(**{"label_types": {"car": "any"}, **hints}), variant))


def cell(value: Any) -> str:
    return '"' + json.dumps(value).replace('"', '""') + '"'


@pytest.mark.parametrize("regions", [REGIONS, CLASSIC], ids=["template", "classic"])
def test_toloka_regions_of_both_spellings(regions: Any) -> None:
    table = f"\ufeffINPUT:image\tOUTPUT:result\tGOLDEN:result\tASSIGNMENT:status\r\na.jpg\t{cell(regions)}\t\tAPPROVED\r\n\r\n"
    assert objects(toloka(table)) == EXPECTED
    assert objects(toloka(json.dumps([{"image": "a.jpg", "result": regions}]), "json")) == EXPECTED
    assignment = {"status": "ACCEPTED", "tasks": [{"input_values": {"image": "a.jpg"}}],
                  "solutions": [{"output_values": {"result": regions}}]}
    assert objects(toloka(json.dumps([assignment]), "json")) == EXPECTED


def test_golden_columns_are_the_ground_truth_and_only_that() -> None:
    table = f"INPUT:image\tOUTPUT:result\tGOLDEN:result\na.jpg\t{cell(REGIONS[:1])}\t{cell(REGIONS[2:])}\nb.jpg\t{cell(REGIONS[:1])}\t\n"
    assert [entry[2] for entry in objects(toloka(table))] == ["rectangle", "rectangle"]
    assert [entry[2] for entry in objects(toloka(table, ground_truth=True))] == ["points", "rectangle"]
    task = {"input_values": {"image": "a.jpg"}, "known_solutions": [{"output_values": {"result": REGIONS}}]}
    assert objects(toloka(json.dumps([task]), "json", ground_truth=True)) == EXPECTED


def test_rejected_and_second_answers_are_not_taken() -> None:
    lines = [("a.jpg", "REJECTED"), ("a.jpg", "APPROVED"), ("a.jpg", "SUBMITTED"), ("b.jpg", "ACTIVE")]
    table = "INPUT:image\tOUTPUT:result\tASSIGNMENT:status\n" + "".join(f"{name}\t{cell(REGIONS)}\t{status}\n" for name, status in lines)
    things = toloka(table)
    assert objects(things) == EXPECTED
    [second] = misfits(things)
    assert second.startswith("line 4") and "line 3" in second


@pytest.mark.parametrize(("table", "words"), [
    ("a\tb\n1\t2\n", "no columns INPUT"), ("INPUT:a\tINPUT:b\tOUTPUT:result\n", "no column INPUT:image"),
    ("INPUT:image\tOUTPUT:result\na.jpg\tnot json\n", "JSON as the result in line 2"),
    ("INPUT:image\tOUTPUT:result\n\na.jpg\t[]\tmore\n", "3 cells in line 3"),
    ('INPUT:image\tOUTPUT:result\na.jpg\t"[\n', "quote in line 2 that is never closed"),
    ('INPUT:image\tOUTPUT:result\na.jpg\t"[]"x\n', "behind a closing quote in line 2"),
    (b"INPUT:image\tOUTPUT:result\nb.jpg\t[]\n\xff\xfe\t[]\n", "line 3 has bytes"),
    ("INPUT:image\tOUTPUT:result\na\x00.jpg\t[]\n", "NUL in line 2"), ("INPUT:image" + "\tx" * 1001, "cells in line 1"),
    ("INPUT:image\tOUTPUT:result\n" + "a" * 17_000_000, "in line 2"),
    ('INPUT:image\tOUTPUT:result\na.jpg\t"' + "\n" * 200 + '"', "lines, in line 2"), ("", "no columns INPUT")],
    ids=["no columns", "two images", "no json", "too many cells", "open quote", "behind a quote", "encoding", "nul", "many columns",
         "huge cell", "long cell", "empty"])
def test_tables_that_are_none_name_the_line(table: str | bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        toloka(table)


@pytest.mark.parametrize("region", [
    5, {"shape": "circle", "label": "car"}, {"shape": "point", "left": "x", "top": 0, "label": "car"},
    {"shape": "point", "left": True, "top": 0, "label": "car"}, {"shape": "polygon", "points": 5, "label": "car"},
    {"shape": "point", "left": 40, "top": 20, "label": "car"}, {"type": "rectangle", "data": {}, "label": "car"},
    {"shape": "point", "left": 0, "top": 0, "label": 7}])
def test_regions_that_are_none_are_named(region: Any) -> None:
    [misfit] = misfits(toloka(json.dumps([{"image": "a.jpg", "result": [region]}]), "json"))
    assert misfit.startswith("entry 1, region 1")


def test_cells_are_split_as_csv_does() -> None:
    data = '""\t"a\t""b"""\n\tx\t\n"two\nlines"\tz'
    assert list(rows_of(io.BytesIO(data.encode()))) == [(1, ["", 'a\t"b"']), (2, ["", "x", ""]), (3, ["two\nlines", "z"])]


# --- which format it is ---------------------------------------------------------------------------------------------

COCO = b'{"images": [], "categories": [], "annotations": []}'


@pytest.mark.parametrize(("name", "data", "format"), [
    ("a.zip", zipped({"obj.names": b"", "obj_train_data/a.txt": b""}), "YOLO 1.1"),
    ("a.zip", zipped({"data.yaml": b"", "labels/a.txt": b""}), "Ultralytics YOLO Detection 1.0"),
    ("a.zip", zipped(voc("")), "PASCAL VOC 1.1"), ("a.zip", zipped({"x/y.json": datumaro()["annotations/default.json"]}), "Datumaro 1.0"),
    ("a.zip", zipped({"annotations/a.json": b"{}", "annotations/b.json": b"{}"}), "Datumaro 1.0"),
    ("a.zip", zipped({"synsets.txt": b"", "train.txt": b""}), "ImageNet 1.0"),
    ("a.zip", zipped({"x.tsv": b"INPUT:image"}), "Toloka assignments 1.0"),
    ("a.zip", zipped({"x.json": COCO, "report.json": b"{}", "provenance.csv": b""}), "COCO 1.0"), ("a.json", COCO, "COCO 1.0"),
    ("a.zip", zipped({"annotations.xml": b"<annotations/>"}), "CVAT 1.1"), ("a.json", b" [{}]", "Toloka image annotation 1.0"),
    ("a.xml", b"<?xml version='1.0'?><annotation></annotation>", "PASCAL VOC 1.1"),
    ("a.txt", b"OUTPUT:x\tINPUT:y", "Toloka assignments 1.0")],
    ids=lambda value: value if isinstance(value, str) else "")
def test_the_content_tells_the_format(name: str, data: bytes, format: str) -> None:
    assert find_annotations(lambda: io.BytesIO(data), name, "").format == format


def test_an_archive_larger_than_allowed_is_refused_before_it_is_read(settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 100
    archive = zipfile.ZipFile(io.BytesIO(zipped({f"obj_train_data/{number}.txt": b"0" * 60 for number in range(2)})))
    with pytest.raises(Unreadable, match="120 bytes"):
        members_of(archive, archive.infolist())
