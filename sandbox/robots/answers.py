"""Answering tasks from their output spec and view, and from what the robots were told.

Where nobody told them, the right answer is one that follows from the question alone: robots of high accuracy agree on it.
"""
import random
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.robots import regions, views
from sandbox.robots.editor import CannotWork, truth_of
from sandbox.robots.made_files import make
from sandbox.robots.temper import Temper
from sandbox.robots.texts import text

_TRIES = 30
_GOOD = frozenset(("ok", "yes", "true", "good", "correct", "right", "1", "y", "accept", "accepted", "match", "approve"))
_BAD = frozenset(("bad", "no", "false", "wrong", "incorrect", "0", "n", "reject", "rejected", "not_ok", "nok", "mismatch", "decline"))
_NUMBERS = ("minimum", "maximum")


@dataclass(frozen=True)
class Question:
    """One task as a robot sees it. `known` are output values that are certainly right, for control and training tasks."""

    inputs: dict[str, Any]
    output_spec: dict[str, Any]
    view: views.View = field(default_factory=views.View)
    known: dict[str, Any] = field(default_factory=dict)
    input_spec: dict[str, Any] = field(default_factory=dict)


def solve(question: Question, truth: dict[str, Any], temper: Temper) -> dict[str, Any]:
    """Output values for one task; files as made_files.NewFile, not yet uploaded. CannotWork for what a robot cannot make."""
    asked = orjson.dumps(question.inputs, option=orjson.OPT_SORT_KEYS).decode()
    told = _told(question.inputs, truth)
    values = {}
    for name, entry in question.output_spec.items():
        component = question.view.of(name)
        if isinstance(told, dict) and name in told:
            right = told[name]
        elif name in question.known:
            right = question.known[name]
        elif component.get("type") == "field.image-annotation" or (isinstance(told, list) and entry["type"].lower() == "json"):
            address = _picture(question, component)
            values[name] = regions.draw(address, truth, component, temper, views.is_required(component))
            continue
        else:
            verdict = _verdict(question, entry, component, truth)
            right = _value(question, name, entry, random.Random(f"{name}:{asked}")) if verdict is None else verdict
        values[name] = _given(question, name, entry, right, temper, temper.about(f"{name}:{asked}"))
    return values


def _given(question: Question, name: str, entry: dict[str, Any], right: Any, temper: Temper, chance: random.Random) -> Any:
    """What this robot answers where `right` is right. A spammer answers anything, which may be right."""
    if temper.spams:
        return _value(question, name, entry, chance)
    return right if chance.random() < temper.accuracy else _wrong(question, name, entry, right, chance)


def _told(inputs: dict[str, Any], truth: dict[str, Any]) -> Any:
    """The truth of the first input that names a picture or text the robots know."""
    for value in inputs.values():
        if isinstance(value, str):
            known = truth_of(truth, value)
            if known is not None:
                return known
    return None


def _picture(question: Question, component: dict[str, Any]) -> str:
    """The address of the picture that a component annotates, or else of the first that there is."""
    own = [name for name in question.view.pictures if isinstance(question.inputs.get(name), str)]
    image = component.get("image")
    if isinstance(image, dict) and image.get("path") in own:
        own = [image["path"]]
    kinds = {name: str(entry.get("type", "")).lower() for name, entry in question.input_spec.items() if isinstance(entry, dict)}
    addresses = [name for name, value in question.inputs.items() if isinstance(value, str) and value and kinds.get(name, "url") == "url"]
    for name in [*own, *addresses]:
        return str(question.inputs[name])
    if isinstance(image, str):
        return image
    raise CannotWork("the task names no picture")


def _verdict(question: Question, entry: dict[str, Any], component: dict[str, Any], truth: dict[str, Any]) -> Any:
    """The right word about regions that somebody else drew; None where nothing of that kind is asked."""
    good, bad = _words(entry, component)
    shown = [name for name in question.view.shown if name in question.inputs]
    drawn = shown or [name for name, value in question.inputs.items() if _looks_drawn(value)]
    if not drawn or good is None or bad is None:
        return None
    annotation = question.view.shown.get(drawn[0], {})
    return good if regions.fits(question.inputs[drawn[0]], _picture(question, annotation), truth, annotation) else bad


def _words(entry: dict[str, Any], component: dict[str, Any]) -> tuple[Any, Any]:
    """The values that mean "it is right" and "it is wrong"."""
    if entry["type"].lower() == "boolean":
        return True, False
    choices = _choices(entry, component)
    found = [next((value for value, label in choices if str(value).lower() in words or label.lower() in words), None)
             for words in (_GOOD, _BAD)]
    return found[0], found[1]


def _choices(entry: dict[str, Any], component: dict[str, Any]) -> list[tuple[Any, str]]:
    """(value, label) of what may be chosen: by the spec, by the view, by both if they agree on something."""
    options = views.options_of(component)
    allowed = entry.get("allowed_values")
    if not allowed:
        return options
    labels = {str(value): label for value, label in options}
    both = [(value, labels[str(value)]) for value in allowed if str(value) in labels]
    return both or [(value, "") for value in allowed]


def _looks_drawn(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(
        isinstance(region, dict) and ({"shape", "left", "points"} & set(region) or "data" in region) for region in value)


def _wrong(question: Question, name: str, entry: dict[str, Any], right: Any, chance: random.Random) -> Any:
    """Another legal value, if there is one."""
    for _ in range(_TRIES):
        value = _value(question, name, entry, chance)
        if value != right:
            return value
    return right


def _value(question: Question, name: str, entry: dict[str, Any], chance: random.Random) -> Any:
    kind, component = entry["type"].lower(), question.view.of(name)
    if not kind.startswith("array_"):
        return _json(question.view, name, component, chance) if kind == "json" else _single(kind, entry, component, question.view, chance)
    least = int(entry.get("min_size") or 0)
    most = int(entry["max_size"]) if entry.get("max_size") is not None else max(least, 2)
    one = kind.removeprefix("array_")
    count = chance.randint(max(least, min(1, most)), most)
    choices = [value for value, _ in _choices(entry, component)]
    if len(choices) >= count:
        return chance.sample(choices, count)
    return [_single(one, entry, component, question.view, chance) for _ in range(count)]


def _single(kind: str, entry: dict[str, Any], component: dict[str, Any], view: views.View, chance: random.Random) -> Any:
    choices = _choices(entry, component)
    if choices and kind in ("string", "integer", "float", "url"):
        return chance.choice(choices)[0]
    if kind == "boolean":
        return chance.random() < 0.5
    if kind in ("integer", "float"):
        low, high = _range(entry, component)
        return chance.randint(round(low), round(high)) if kind == "integer" else round(chance.uniform(low, high), 4)
    if kind == "string":
        return text(entry, component, chance)
    if kind == "url":
        return f"https://example.com/{chance.randrange(1000)}"
    if kind == "coordinates":
        return f"{chance.uniform(-60, 60):.6f},{chance.uniform(-170, 170):.6f}"
    if kind == "file":
        return make(component or list(view.files), chance)
    raise CannotWork(f"a robot has no {kind} to give")


def _range(entry: dict[str, Any], component: dict[str, Any]) -> tuple[float, float]:
    found = []
    for name, own in (("min_value", _NUMBERS[0]), ("max_value", _NUMBERS[1])):
        given = [value for value in (entry.get(name), component.get(own)) if isinstance(value, (int, float))]
        found.append((max(given) if name == "min_value" else min(given)) if given else None)
    low, high = found
    if low is None:
        low = 0 if high is None else min(0, high)
    return low, low + 10 if high is None else high


def _json(view: views.View, name: str, component: dict[str, Any], chance: random.Random) -> Any:
    """What the component that writes it would write; where several write parts of it, an object of them."""
    parts = view.parts_of(name)
    if not component and parts:
        whole: dict[str, Any] = {}
        for path, part in parts.items():
            *above, last = path.split(".")
            place = whole
            for step in above:
                place = place.setdefault(step, {})
            place[last] = _json(view, f"{name}.{path}", part, chance)
        return whole
    kind, options = component.get("type", ""), [value for value, _ in views.options_of(component)]
    if kind == "field.checkbox-group":
        return {str(value): chance.random() < 0.5 for value in options}
    if options:
        return chance.choice(options)
    simple = {"field.checkbox": "boolean", "field.number": "float", "field.text": "string", "field.textarea": "string",
              "field.date": "string", "field.email": "string", "field.phone-number": "string"}
    return _single(simple[kind], {"type": simple[kind]}, component, view, chance) if kind in simple else []
