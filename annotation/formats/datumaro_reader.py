"""Datumaro's own JSON (version 1.0), of one or several subsets. The mirror of `formats.datumaro`."""
from collections.abc import Iterator
from typing import Any

from annotation.formats.answers import text_of
from annotation.formats.found import MAX_IMAGES, Found, FoundImage, FoundObject, Hints, Misfit, Unreadable, shown
from annotation.formats.json_items import items_of, value_of
from annotation.formats.members import Members
from annotation.formats.run_lengths import BadRuns, mask_of

Json = dict[str, Any]
# Attributes that say something of the shape itself, or are what Datumaro's readers of other formats leave.
_OWN = ("occluded", "rotation", "is_crowd", "track_id", "keyframe", "score", "box_id", "username", "difficult", "truncated")


def read(members: Members, hints: Hints, variant: str = "") -> Iterator[Found]:
    """Each image before its objects. `variant` “bridged”: images are called by their items' ids, without suffixes. Unreadable."""
    images = 0
    for name in members.names:
        with members.open(name) as file:
            labels = _labels(value_of(file, "categories"))
        with members.open(name) as file:
            for number, (_, item) in enumerate(items_of(file, {"items"})):
                if not number:
                    continue
                images += 1
                if images > MAX_IMAGES:
                    raise Unreadable(f"has more than {MAX_IMAGES:,} images.")
                yield from _item(item, images, number, labels, hints, by_id=variant == "bridged")


def _labels(categories: Any) -> list[str]:
    found = categories.get("label", {}) if isinstance(categories, dict) else None
    labels = found.get("labels", []) if isinstance(found, dict) else None
    if not isinstance(labels, list) or not all(isinstance(label, dict) and isinstance(label.get("name"), str) for label in labels):
        raise Unreadable("has no list of labels under “categories”.")
    return [label["name"] for label in labels]


def _item(item: Any, key: int, number: int, labels: list[str], hints: Hints, *, by_id: bool) -> Iterator[Found]:
    if not isinstance(item, dict) or not isinstance(item.get("id"), str):
        raise Unreadable(f"has an item without an id (no. {number}).")
    image = item.get("image")
    image = image if isinstance(image, dict) else {}
    path = image.get("path") if not by_id and isinstance(image.get("path"), str) and image["path"] else None
    size = image.get("size")
    height, width = size if isinstance(size, list) and len(size) == 2 and all(type(side) is int and side > 0 for side in size) \
        else (None, None)
    yield FoundImage(key, path or item["id"], width, height, stem=path is None)
    objects = item.get("annotations") or []
    if not isinstance(objects, list):
        raise Unreadable(f"has an item without a list of annotations ({shown(item['id'])}).")
    for place, thing in enumerate(objects, start=1):
        yield _object(thing, key, f"annotation {place} of {shown(item['id'])}", labels, hints)


def _object(thing: Any, image: int, where: str, labels: list[str], hints: Hints) -> Found:
    if not isinstance(thing, dict):
        return Misfit(where, "it is not an object.", image)
    number, kind = thing.get("label_id"), thing.get("type")
    if type(number) is not int or not 0 <= number < len(labels):
        return Misfit(where, "its label_id is not in the list of labels.", image)
    label, attributes = labels[number], thing.get("attributes") or {}
    if not isinstance(attributes, dict):
        return Misfit(where, "its attributes are not an object.", image)
    known = hints.attributes.get(label, set())
    answers = tuple((str(name), text_of(value)) for name, value in attributes.items() if name in known or name not in _OWN)
    common: Json = {"group": thing.get("group") or 0, "answers": answers}
    if kind == "label":
        return FoundObject(image, where, label, "tag", **common)
    try:
        type_, points, more = _geometry(thing, str(kind), attributes, hints)
    except BadRuns as problem:
        return Misfit(where, str(problem), image)
    occluded = "occluded" not in known and attributes.get("occluded") in (True, 1)
    return FoundObject(image, where, label, type_, points, occluded=occluded, z_order=thing.get("z_order") or 0, **more, **common)


def _geometry(thing: Json, kind: str, attributes: Json, hints: Hints) -> tuple[str, list[Any], Json]:
    rotation = attributes.get("rotation") or 0
    turned = {"rotation": rotation % 360 if type(rotation) in (int, float) and abs(rotation) < 1e6 else rotation}
    if kind == "mask":
        runs = thing.get("rle")
        if not isinstance(runs, dict):
            raise BadRuns("it has no run lengths.")
        points, size = mask_of(runs, hints)
        return "mask", points, {"size": size}
    if kind == "bbox":
        x, y, width, height = _numbers(thing.get("bbox"), 4)
        return "rectangle", [x, y, round(x + width, 6), round(y + height, 6)], turned
    points = _numbers(thing.get("points"))
    if kind == "ellipse":
        x1, y1, x2, y2 = _numbers(points, 4)
        return "ellipse", [round((x1 + x2) / 2, 6), round((y1 + y2) / 2, 6), x2, y1], turned
    if kind not in ("polygon", "polyline", "points"):
        raise BadRuns(f"“{shown(kind)}” is not a kind of object known here.")
    if kind == "points" and isinstance(seen := thing.get("visibility"), list) and len(seen) * 2 == len(points):
        points = [value for place, value in enumerate(points) if seen[place // 2]]
    return kind, points, {}


def _numbers(raw: Any, count: int | None = None) -> list[Any]:
    if not isinstance(raw, list) or (count is not None and len(raw) != count) or not all(
            type(value) in (int, float) and abs(value) < 1e9 for value in raw):
        raise BadRuns(f"its place is not {count or 'a list of'} numbers.")
    return raw
