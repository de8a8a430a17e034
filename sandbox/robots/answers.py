"""Answering ordinary tasks from nothing but their output spec, and from what the robots were told.

Where nobody told them, the right answer is one that follows from the question alone: robots of high accuracy agree on it.
"""
import io
import random
import re
from typing import Any

import httpx
import orjson
from PIL import Image, UnidentifiedImageError

from sandbox.robots import shapes
from sandbox.robots.editor import CannotWork, truth_of
from sandbox.robots.temper import Temper

_WORDS = ("yes", "cat on a mat", "1", "42", "A1", "a", "ABC-123", "2020-01-01", "name@example.com", "https://example.com/")
_TRIES = 30


def solve(output_spec: dict[str, Any], inputs: dict[str, Any], truth: dict[str, Any], temper: Temper) -> dict[str, Any]:
    """Output values for one task. CannotWork for what a robot cannot make (files, unguessable patterns)."""
    question = orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS).decode()
    known = _told(inputs, truth)
    values = {}
    for name, entry in output_spec.items():
        if isinstance(known, dict) and name in known:
            right = known[name]
        elif isinstance(known, list) and entry["type"].lower() == "json":
            values[name] = _regions(known, inputs, temper)
            continue
        else:
            right = _value(entry, random.Random(f"{name}:{question}"))
        chance = temper.about(f"{name}:{question}")
        values[name] = right if chance.random() < temper.accuracy and not temper.spams else _wrong(entry, right, chance)
    return values


def _told(inputs: dict[str, Any], truth: dict[str, Any]) -> Any:
    """The truth of the first input that names a picture or text the robots know."""
    for value in inputs.values():
        if isinstance(value, str):
            known = truth_of(truth, value)
            if known is not None:
                return known
    return None


def _wrong(entry: dict[str, Any], right: Any, chance: random.Random) -> Any:
    """Another legal value, if there is one."""
    for _ in range(_TRIES):
        value = _value(entry, chance)
        if value != right:
            return value
    return right


def _value(entry: dict[str, Any], chance: random.Random) -> Any:
    kind = entry["type"].lower()
    if not kind.startswith("array_"):
        return _single(kind, entry, chance)
    least = int(entry.get("min_size") or 0)
    most = int(entry["max_size"]) if entry.get("max_size") is not None else max(least, 2)
    return [_single(kind.removeprefix("array_"), entry, chance) for _ in range(chance.randint(max(least, min(1, most)), most))]


def _single(kind: str, entry: dict[str, Any], chance: random.Random) -> Any:
    if entry.get("allowed_values"):
        return chance.choice(entry["allowed_values"])
    if kind == "boolean":
        return chance.random() < 0.5
    if kind in ("integer", "float"):
        low, high = _range(entry)
        return chance.randint(round(low), round(high)) if kind == "integer" else round(chance.uniform(low, high), 4)
    if kind == "string":
        return _text(entry, chance)
    if kind == "url":
        return f"https://example.com/{chance.randrange(1000)}"
    if kind == "coordinates":
        return f"{chance.uniform(-60, 60):.6f},{chance.uniform(-170, 170):.6f}"
    if kind == "json":
        return []
    raise CannotWork(f"a robot has no {kind} to give")


def _range(entry: dict[str, Any]) -> tuple[float, float]:
    low, high = entry.get("min_value"), entry.get("max_value")
    if low is None:
        low = 0 if high is None else min(0, high)
    return low, low + 10 if high is None else high


def _text(entry: dict[str, Any], chance: random.Random) -> str:
    least, most = int(entry.get("min_length") or 0), entry.get("max_length")
    words = list(_WORDS)
    chance.shuffle(words)
    for word in words:
        text = (word + " " + "x" * least)[:max(least, len(word))]
        text = text if most is None else text[:int(most)]
        if entry.get("pattern") is None or re.fullmatch(entry["pattern"], text):
            return text
    raise CannotWork(f"no word fits {entry['pattern']}")


def _regions(known: list[dict[str, Any]], inputs: dict[str, Any], temper: Temper) -> list[dict[str, Any]]:
    """Shapes as Toloka's field.image-annotation writes them: fractions of the picture's size."""
    address = next(value for value in inputs.values() if isinstance(value, str) and value)
    size = _picture_size(address)
    names = sorted({shape["label"] for shape in known if shape.get("label")})
    drawn = shapes.drawn(known, names, size, temper.about(address), temper.accuracy, temper.spams)
    return [_region(shape, size) for shape in drawn]


def _region(shape: dict[str, Any], size: tuple[float, float]) -> dict[str, Any]:
    fractions = [round(min(max(value / size[index % 2], 0.0), 1.0), 6) for index, value in enumerate(shape["points"])]
    label = {"label": shape["label"]} if shape.get("label") else {}
    if shape["type"] == "rectangle":
        x1, y1, x2, y2 = fractions
        return {"shape": "rectangle", "left": x1, "top": y1, "width": round(x2 - x1, 6), "height": round(y2 - y1, 6), **label}
    points = [{"left": x, "top": y} for x, y in zip(fractions[::2], fractions[1::2], strict=True)]
    return {"shape": "point", **points[0], **label} if shape["type"] == "points" else {"shape": "polygon", "points": points, **label}


def _picture_size(address: str) -> tuple[float, float]:
    try:
        answer = httpx.get(address, timeout=60, follow_redirects=True).raise_for_status()
        with Image.open(io.BytesIO(answer.content)) as picture:
            return float(picture.width), float(picture.height)
    except (httpx.HTTPError, httpx.InvalidURL, UnidentifiedImageError, OSError) as error:
        raise CannotWork(f"{address} cannot be seen: {error}") from error
