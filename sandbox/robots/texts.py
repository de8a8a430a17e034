"""Words that a robot writes where a text is asked for."""
import random
import re
from collections.abc import Iterator
from typing import Any

from sandbox.robots.editor import CannotWork

_WORDS = ("yes", "cat on a mat", "1", "42", "A1", "a", "ABC-123", "2020-01-01", "name@example.com", "https://example.com/", "12:30",
          "+15550100200", "00042", "1234567", "John Smith", "1.50")
_SENTENCES = ("a cat sits on a mat", "two people cross the street", "the shop opens at nine", "a red car behind a tree",
              "it is a good product at a fair price", "the meter shows three numbers", "nothing can be heard here",
              "the answer is in the second paragraph", "a dog runs along the beach", "the light is green")
_OF_COMPONENT = {"field.email": ("name@example.com", "other.name@example.org"), "field.phone-number": ("+15550100200", "+442079460000"),
                 "field.date": ("2020-01-01", "2021-12-24")}


def text(entry: dict[str, Any], component: dict[str, Any], chance: random.Random) -> str:
    """One that the field's pattern and lengths allow. CannotWork if none of those a robot knows is."""
    rules = [entry, *_schemas(component.get("validation"))]
    least = max(int(rule.get("min_length") or rule.get("minLength") or 0) for rule in rules)
    longest = [int(rule[name]) for rule in rules for name in ("max_length", "maxLength") if rule.get(name) is not None]
    most = min(longest, default=None)
    patterns = [rule["pattern"] for rule in rules if isinstance(rule.get("pattern"), str)]
    words = list(_OF_COMPONENT.get(component.get("type", "")) or (() if patterns else _SENTENCES))
    others = list(_WORDS)
    chance.shuffle(words)
    chance.shuffle(others)
    for word in [*words, *others]:
        made = (word + " " + "x" * least)[:max(least, len(word))]
        made = made if most is None else made[:most]
        if all(_matches(pattern, made) for pattern in patterns):
            return made
    raise CannotWork(f"no word fits {patterns}")


def _matches(pattern: str, made: str) -> bool:
    """A pattern of another language's regular expressions that Python does not know keeps nobody from answering."""
    try:
        return re.fullmatch(pattern, made) is not None
    except re.error:
        return True


def _schemas(node: Any) -> Iterator[dict[str, Any]]:
    """JSON schemas inside a component's conditions."""
    if isinstance(node, list):
        for child in node:
            yield from _schemas(child)
    elif isinstance(node, dict):
        if node.get("type") == "condition.schema" and isinstance(node.get("schema"), dict):
            yield node["schema"]
        for child in node.values():
            yield from _schemas(child)
