"""From JSON of a client to what is stored on a frame."""
from typing import Any, NamedTuple

from annotation.shapes.geometry import TYPES, clean_points
from annotation.shapes.vocabulary import Vocabulary

MAX_SHAPES_A_FRAME = 20_000
MAX_ERRORS = 100
SOURCES = ("manual", "semi-auto", "auto", "file", "consensus")
_INTEGER_LIMIT = 2**31 - 1


class FrameSize(NamedTuple):
    """Of the upright original, pixels."""

    width: int
    height: int


def clean_frame(raw: Any, path: str, size: FrameSize, vocabulary: Vocabulary, errors: dict[str, str]) -> dict[str, Any]:
    """{"shapes": [...], "tags": [...], "nothing_here"?: True, "starting_point"?: True} in stored form. Problems go to `errors` under
    `path`; ids stay as given (None: new)."""
    if not isinstance(raw, dict):
        errors[path] = "give an object with shapes and tags."
        return {"shapes": [], "tags": []}
    cleaned: dict[str, Any] = {"shapes": [], "tags": []}
    for kind in ("shapes", "tags"):
        entries = raw.get(kind, [])
        if not isinstance(entries, list):
            errors[f"{path}.{kind}"] = "give a list."
        elif len(entries) > MAX_SHAPES_A_FRAME:
            errors[f"{path}.{kind}"] = f"at most {MAX_SHAPES_A_FRAME} a frame, not {len(entries)}."
        else:
            clean = _shape if kind == "shapes" else _tag
            for number, entry in enumerate(entries):
                if len(errors) >= MAX_ERRORS:
                    break
                cleaned[kind].append(clean(entry, f"{path}.{kind}.{number}", size, vocabulary, errors))
    return {**cleaned, **_marks(raw, path, errors)}


def _marks(raw: dict[str, Any], path: str, errors: dict[str, str]) -> dict[str, bool]:
    """What is said of the frame as a whole; named only where it is true."""
    filled = bool(raw.get("shapes") or raw.get("tags"))
    # Mark -> when it cannot be, and why.
    rules = {"nothing_here": (filled, "only a frame without shapes and tags can have nothing on it."),
             "starting_point": (not filled, "only a frame with shapes or tags can be a starting point.")}
    marks = {}
    for name, (impossible, sentence) in rules.items():
        marked = raw.get(name, False)
        if not isinstance(marked, bool):
            errors[f"{path}.{name}"] = "is true or false."
        elif marked and impossible:
            errors[f"{path}.{name}"] = sentence
        elif marked:
            marks[name] = True
    return marks


def _shape(raw: Any, path: str, size: FrameSize, vocabulary: Vocabulary, errors: dict[str, str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        errors[path] = "give an object."
        return {}
    shape_type = raw.get("type")
    if shape_type not in TYPES:
        errors[f"{path}.type"] = f"is one of {', '.join(TYPES)}."
        return {}
    rotation = _rotation(raw.get("rotation", 0), path, errors)
    if rotation and shape_type not in ("rectangle", "ellipse"):
        errors[f"{path}.rotation"] = "only rectangles and ellipses are turned."
    points = clean_points(shape_type, raw.get("points"), rotation, size.width, size.height)
    if isinstance(points, str):
        errors[f"{path}.points"] = points
        points = []
    occluded = raw.get("occluded", False)
    if not isinstance(occluded, bool):
        errors[f"{path}.occluded"] = "is true or false."
    return {
        **_identity(raw, path, errors), "type": shape_type, **_meaning(raw, path, str(shape_type), vocabulary, errors),
        "points": points, "rotation": rotation, "occluded": bool(occluded),
        "z_order": _integer(raw, "z_order", path, errors, least=-_INTEGER_LIMIT)}


def _tag(raw: Any, path: str, size: FrameSize, vocabulary: Vocabulary, errors: dict[str, str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        errors[path] = "give an object."
        return {}
    return {**_identity(raw, path, errors), **_meaning(raw, path, "tag", vocabulary, errors)}


def _identity(raw: dict[str, Any], path: str, errors: dict[str, str]) -> dict[str, Any]:
    identity: dict[str, Any] = {"id": None}
    given = raw.get("id")
    if given is not None:
        # Programs of CVAT send 0 or negative ids for new objects.
        if isinstance(given, bool) or not isinstance(given, int):
            errors[f"{path}.id"] = "is a whole number; leave it out for something new."
        elif given > 0:
            identity["id"] = given
    client_id = raw.get("client_id")
    if client_id is not None:
        if not isinstance(client_id, str) or not 0 < len(client_id) <= 64 or "\x00" in client_id:
            errors[f"{path}.client_id"] = "is a text of 1 to 64 characters."
        else:
            identity["client_id"] = client_id
    return identity


def _meaning(raw: dict[str, Any], path: str, shape_type: str, vocabulary: Vocabulary, errors: dict[str, str]) -> dict[str, Any]:
    """Label, group, source and attributes: what shapes and tags have in common."""
    label_id = raw.get("label_id")
    problem = vocabulary.label_problem(label_id, shape_type)
    if problem:
        errors[f"{path}.label_id"] = problem
    source = raw.get("source", "manual")
    if source not in SOURCES:
        errors[f"{path}.source"] = f"is one of {', '.join(SOURCES)}."
    attributes = [] if problem else _attributes(raw.get("attributes") or [], path, int(label_id or 0), vocabulary, errors)
    return {"label_id": label_id, "group": _integer(raw, "group", path, errors, least=0), "source": source, "attributes": attributes}


def _attributes(raw: Any, path: str, label_id: int, vocabulary: Vocabulary, errors: dict[str, str]) -> list[dict[str, Any]]:
    if not isinstance(raw, list):
        errors[f"{path}.attributes"] = "give a list."
        return []
    cleaned: dict[int, str] = {}
    for number, entry in enumerate(raw):
        spec_id, value = (entry.get("spec_id"), entry.get("value")) if isinstance(entry, dict) else (None, None)
        problem = vocabulary.attribute_problem(label_id, spec_id, value)
        if not problem and spec_id in cleaned:
            problem = "is answered twice."
        if not problem and "\x00" in str(value):
            problem = "may not contain the character NUL."
        if problem:
            errors[f"{path}.attributes.{number}"] = problem
            return []
        cleaned[int(spec_id or 0)] = str(value)
    return [{"spec_id": spec_id, "value": value} for spec_id, value in cleaned.items()]


def _rotation(raw: Any, path: str, errors: dict[str, str]) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not -360 <= raw <= 360:
        errors[f"{path}.rotation"] = "is degrees from 0 to 360."
        return 0.0
    return float(raw) % 360 + 0.0


def _integer(raw: dict[str, Any], name: str, path: str, errors: dict[str, str], *, least: int) -> int:
    value = raw.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _INTEGER_LIMIT:
        errors[f"{path}.{name}"] = f"is a whole number from {least} to {_INTEGER_LIMIT}."
        return 0
    return value
