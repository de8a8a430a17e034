"""COCO JSON (instances, keypoints): https://cocodataset.org/#format-data. The mirror of `formats.coco`.

| COCO has | becomes |
|---|---|
| `keypoints` | points (those that are labelled); an outline beside them is left out, with a note |
| run lengths, plain or packed | mask |
| one polygon that is its own bounding box | rectangle, unless the label is for polygons |
| other polygons | a polygon each, of one group; a rectangle around them where the label is for rectangles |
| `bbox` alone | rectangle, turned where its attributes have a rotation |

`attributes` answer those of the label by name; "occluded" is the shape's own unless the label asks for it.
"""
from collections.abc import Callable, Iterator
from typing import IO, Any

from annotation.formats.answers import text_of
from annotation.formats.counting import counted
from annotation.formats.found import MAX_IMAGES, Found, FoundImage, FoundObject, Hints, Misfit, Unreadable, shown
from annotation.formats.json_items import items_of
from annotation.formats.provenance import PREFIX
from annotation.formats.run_lengths import BadRuns, mask_of

MAX_CATEGORIES = 100_000
# Pixels by which an outline and its box may differ: both are rounded.
_SAME = 0.01


def read(open_file: Callable[[int, int], IO[bytes]], hints: Hints) -> Iterator[Found]:
    """Images first, then objects. `open_file(pass, passes)` opens the file again. Unreadable."""
    images: set[Any] = set()
    categories: dict[Any, str] = {}
    with open_file(0, 2) as file:
        seen = set()
        for section, item in items_of(file, {"images", "categories"}):
            seen.add(section)
            if item is None:
                continue
            if section == "images":
                image = _image(item, images)
                if image is not None:
                    yield image
            else:
                _category(item, categories)
        if "images" not in seen or "categories" not in seen:
            raise Unreadable("is JSON, but not COCO's: it needs lists of images, categories and annotations.")
    with open_file(1, 2) as file:
        reader = _Annotations(images, categories, hints)
        found = False
        for number, (_, item) in enumerate(items_of(file, {"annotations"})):
            found = True
            if number:
                yield from reader.of(item, number)
        if not found:
            raise Unreadable("has no list of annotations.")
    hints.notes.extend(reader.notes())


def _key(value: Any) -> Any:
    """Of an id: a number or a text, else None."""
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _image(item: Any, images: set[Any]) -> FoundImage | None:
    if not isinstance(item, dict) or _key(item.get("id")) is None or not isinstance(item.get("file_name"), str):
        raise Unreadable("has an image without an id or a file_name.")
    key = item["id"]
    if key in images:
        raise Unreadable(f"has two images with the id {shown(key)}.")
    images.add(key)
    if len(images) > MAX_IMAGES:
        raise Unreadable(f"has more than {MAX_IMAGES:,} images.")
    width, height = (value if type(value := item.get(name)) is int and value > 0 else None for name in ("width", "height"))
    return FoundImage(key, item["file_name"], width, height)


def _category(item: Any, categories: dict[Any, str]) -> None:
    if not isinstance(item, dict) or _key(item.get("id")) is None or not isinstance(item.get("name"), str):
        raise Unreadable("has a category without an id or a name.")
    categories[item["id"]] = item["name"]
    if len(categories) > MAX_CATEGORIES:
        raise Unreadable(f"has more than {MAX_CATEGORIES:,} categories.")


class _Annotations:
    """Turns annotations into objects; counts what is told in the end."""

    def __init__(self, images: set[Any], categories: dict[Any, str], hints: Hints) -> None:
        self._images = images
        self._categories = categories
        self._hints = hints
        self._groups = 0
        self._parts = self._boxed = self._bare = 0

    def notes(self) -> list[str]:
        told = [(self._parts, "{n} objects of several parts became groups of polygons."),
                (self._boxed, "{n} outlines became rectangles around them: their labels are for rectangles."),
                (self._bare, "{n} outlines beside keypoints were left out: the keypoints became the shapes.")]
        return [counted(sentence, count) for count, sentence in told if count]

    def of(self, item: Any, number: int) -> Iterator[Found]:
        """What the annotation says, or one misfit."""
        key = _key(item.get("id")) if isinstance(item, dict) else None
        where = f"annotation {shown(key)}" if key is not None else f"annotation no. {number}"
        if not isinstance(item, dict):
            yield Misfit(where, "it is not an object.")
            return
        image = _key(item.get("image_id"))
        if image is None or image not in self._images:
            yield Misfit(where, "its image_id is not in the list of images.")
            return
        label = self._categories.get(_key(item.get("category_id")))
        if label is None:
            yield Misfit(where, "its category_id is not in the list of categories.", image)
            return
        attributes = item.get("attributes") or {}
        if not isinstance(attributes, dict):
            yield Misfit(where, "its attributes are not an object.", image)
            return
        try:
            outlines = self._outlines(item, label, attributes)
        except BadRuns as problem:
            yield Misfit(where, str(problem), image)
            return
        known = self._hints.attributes.get(label, set())
        answers = tuple((str(name), text_of(value)) for name, value in attributes.items()
                        if name in known or not (name in ("occluded", "rotation") or name.startswith(PREFIX)))
        occluded = "occluded" not in known and attributes.get("occluded") in (True, 1)
        for type_, points, extra in outlines:
            yield FoundObject(image, where, label, type_, points, occluded=occluded, answers=answers, **extra)

    def _outlines(self, item: dict[str, Any], label: str, attributes: dict[str, Any]) -> list[tuple[str, Any, dict[str, Any]]]:
        """(type, points, further fields of FoundObject) of each shape."""
        segmentation, keypoints = item.get("segmentation"), item.get("keypoints")
        if keypoints:
            self._bare += bool(segmentation)
            return [("points", _keypoints(keypoints), {})]
        if isinstance(segmentation, dict):
            points, size = mask_of(segmentation, self._hints)
            return [("mask", points, {"size": size})]
        wanted = self._hints.label_types.get(label)
        box = _box(item.get("bbox"))
        if not segmentation:
            if box is None:
                raise BadRuns("it has no bbox, no segmentation and no keypoints.")
            rotation = attributes.get("rotation") or 0
            return [("rectangle", box, {"rotation": rotation % 360 if type(rotation) in (int, float) else rotation})]
        if not isinstance(segmentation, list) or not all(isinstance(part, list) for part in segmentation):
            raise BadRuns("its segmentation is neither a list of polygons nor run lengths.")
        plain = len(segmentation) == 1 and box is not None and _is_box(segmentation[0], box)
        if box is not None and (wanted == "rectangle" or (plain and wanted != "polygon")):
            self._boxed += not plain
            return [("rectangle", box, {})]
        group = self._group(len(segmentation))
        return [("polygon", part, {"group": group}) for part in segmentation]

    def _group(self, parts: int) -> int:
        if parts < 2:
            return 0
        self._parts += 1
        self._groups += 1
        return self._groups


def _keypoints(raw: Any) -> list[Any]:
    """x y x y … of those that are labelled."""
    if not isinstance(raw, list) or len(raw) % 3:
        raise BadRuns("its keypoints are not x, y and visibility again and again.")
    points = [value for x, y, visible in zip(raw[0::3], raw[1::3], raw[2::3], strict=True) if visible for value in (x, y)]
    if not points:
        raise BadRuns("none of its keypoints is labelled.")
    return points


def _box(raw: Any) -> list[Any] | None:
    """`x1 y1 x2 y2` of COCO's x, y, width, height; the rules of shapes look at what is no number."""
    if raw is None or raw == []:
        return None
    if not isinstance(raw, list) or len(raw) != 4 or not all(type(value) in (int, float) for value in raw):
        raise BadRuns("its bbox is not x, y, width and height.")
    x, y, width, height = raw
    if width <= 0 or height <= 0:
        raise BadRuns("its bbox has no area.")
    # Six digits: the sum of two short numbers is a long one.
    return [x, y, *(round(float(value), 6) if abs(value) < 1e9 else value for value in (x + width, y + height))]


def _is_box(part: list[Any], box: list[Any]) -> bool:
    """Whether the polygon is the box, from whichever corner and in whichever direction."""
    if len(part) != 8 or not all(type(value) in (int, float) for value in part):
        return False
    x1, y1, x2, y2 = box
    around = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    points = list(zip(part[0::2], part[1::2], strict=True))
    return any(all(abs(x - around[(start + step * place) % 4][0]) <= _SAME and abs(y - around[(start + step * place) % 4][1]) <= _SAME
                   for place, (x, y) in enumerate(points)) for start in range(4) for step in (1, -1))
