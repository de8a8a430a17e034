"""YOLO's archives, Darknet's and Ultralytics' (formats.yolo says how they look). A line of five numbers is a box; more are a polygon's
corners, or with the variant “oriented” those of a turned box. A sixth number behind a box (how sure a model is) is passed over."""
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from annotation.formats.found import MAX_IMAGES, Found, FoundImage, FoundObject, Hints, Misfit, Unreadable, shown
from annotation.formats.members import Members
from annotation.formats.numbers import number_of
from annotation.formats.stems import split_suffix
from annotation.shapes.geometry import MAX_NUMBERS

_DATA = re.compile(r"obj_[^/]*_data|labels|images", re.IGNORECASE)
# Degrees by which the corners of a turned box may differ from right angles.
_SQUARE = 0.5
_MAX_LABELS = 100_000


def read(members: Members, hints: Hints, variant: str) -> Iterator[Found]:
    """Each image before its objects. Unreadable."""
    labels = _darknet_labels(members) if variant == "darknet" else _ultralytics_labels(members)
    files = {_key(name): name for name in members.names if name.lower().endswith(".txt") and _DATA.search(name.rpartition("/")[0])}
    if not files:
        raise Unreadable("has no files with labels: they lie in obj_train_data (YOLO 1.1) or in labels (Ultralytics).")
    listed = _listed(members, set(files.values()))
    if len(files) + len(listed) > 2 * MAX_IMAGES:
        raise Unreadable(f"has more than {MAX_IMAGES:,} images.")
    for key in {**listed, **files}:
        name = listed.get(key)
        yield FoundImage(key, name or key, stem=name is None or key != split_suffix(name)[0])
        if key in files:
            yield from _objects(members.text(files[key]), key, files[key], labels, variant)


def _key(path: str) -> str:
    """What label file and image have in common: the path below the folder of labels or images, and its subset, without a suffix."""
    parts = path.split("/")
    at = next((place for place, part in enumerate(parts[:-1]) if _DATA.fullmatch(part)), None)
    if at is not None:
        darknet = parts[at].lower().startswith("obj_")
        parts = parts[at + 1:] if darknet or len(parts) - at < 3 else parts[at + 2:]
    return split_suffix("/".join(parts))[0]


def _listed(members: Members, taken: set[str]) -> dict[str, str]:
    """Key -> image's path, of the lists of images beside the labels."""
    found = {}
    for name in members.names:
        if name.lower().endswith(".txt") and name not in taken:
            for line in members.text(name).splitlines():
                path = line.strip().replace("\\", "/")
                if path:
                    key = _key(path)
                    found[key] = key + split_suffix(path)[1]
    return found


def _darknet_labels(members: Members) -> list[str]:
    name = next((name for name in members.names if name.lower().endswith(".names")), None)
    if name is None:
        raise Unreadable("has no obj.names: it lists the labels.")
    labels = [line.strip() for line in members.text(name).splitlines()]
    while labels and not labels[-1]:
        labels.pop()
    return labels


def _ultralytics_labels(members: Members) -> list[str]:
    name = next((name for name in members.names if name.lower().endswith((".yaml", ".yml"))), None)
    if name is None:
        raise Unreadable("has no data.yaml: it lists the labels.")
    try:
        data = yaml.safe_load(members.text(name))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(f"has a data.yaml that cannot be read ({shown(str(error).splitlines()[0])}).") from error
    names = data.get("names") if isinstance(data, dict) else None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict) or not all(type(key) is int and 0 <= key < _MAX_LABELS and isinstance(value, str | int | float)
                                              for key, value in names.items()):
        raise Unreadable("has a data.yaml without “names”: numbers and names of labels.")
    return [str(names.get(number, "")) for number in range(max(names, default=-1) + 1)]


def _objects(text: str, key: str, file: str, labels: list[str], variant: str) -> Iterator[Found]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where = f"line {number} of {shown(file)}"
        if line.count(" ") + line.count("\t") > MAX_NUMBERS + 10:
            yield Misfit(where, f"it has more than {MAX_NUMBERS:,} numbers.", key)
            continue
        words = line.split()
        label = labels[int(words[0])] if words[0].isascii() and words[0].isdigit() and len(words[0]) < 7 and int(words[0]) < len(labels) \
            else ""
        if not label:
            yield Misfit(where, f"{shown(words[0])} is not the number of a label.", key)
        elif None in (numbers := [number_of(word) for word in words[1:]]):
            yield Misfit(where, "it is not the number of a label and fractions of the image's size.", key)
        else:
            yield _object(numbers, key, where, label, variant)  # type: ignore[arg-type]


def _object(numbers: list[float], key: str, where: str, label: str, variant: str) -> Found:
    if len(numbers) in (4, 5):
        x, y, width, height = numbers[:4]
        # What detectors write may stick out by a rounding.
        return FoundObject(key, where, label, "rectangle", [x - width / 2, y - height / 2, x + width / 2, y + height / 2], relative=True)
    if len(numbers) < 6 or len(numbers) % 2:
        return Misfit(where, "it has neither four numbers for a box nor pairs of them for a polygon.", key)
    # Whether corners stand at right angles is told by pixels: the importer knows the size.
    oriented = variant == "oriented" and len(numbers) == 8
    return FoundObject(key, where, label, "oriented" if oriented else "polygon", numbers, relative=True)


def turned_box(corners: list[float]) -> tuple[list[float], float] | None:
    """(x1 y1 x2 y2, degrees) of four corners in pixels, from the one that is top left before turning; None where they are no rectangle."""
    points = list(zip(corners[0::2], corners[1::2], strict=True))
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    width, height = math.hypot(bx - ax, by - ay), math.hypot(dx - ax, dy - ay)
    if min(width, height) <= 0 or math.hypot(ax + cx - bx - dx, ay + cy - by - dy) > max(0.02 * min(width, height), 0.01):
        return None
    cosine: Any = ((bx - ax) * (dx - ax) + (by - ay) * (dy - ay)) / (width * height)
    if abs(cosine) > math.sin(math.radians(_SQUARE)):
        return None
    middle = (ax + cx) / 2, (ay + cy) / 2
    # Corners that go round the other way are the same box seen from another corner.
    if (bx - ax) * (dy - ay) - (by - ay) * (dx - ax) < 0:
        (bx, by), (dx, dy), width, height = (dx, dy), (bx, by), height, width
    angle = math.degrees(math.atan2(by - ay, bx - ax)) % 360
    angle = 0.0 if min(angle, 360 - angle) < 1e-4 else round(angle, 3)
    box = [middle[0] - width / 2, middle[1] - height / 2, middle[0] + width / 2, middle[1] + height / 2]
    return [round(value, 3) for value in box], angle
