"""How much of the platform's requests questions take: it counts the bytes of all input values of one together (1,048,576 at most)."""
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson

from crowdsourcing.providers.asking import Question

# Less than the platform's, which counts its own way of writing numbers.
MOST_BYTES = 800_000
# Names and signs around the values of one question.
_AROUND = 100
# Outlines with fewer corners are left as they are.
_FEWEST_CORNERS = 16


def size_of(question: Question) -> int:
    """Bytes of its input values."""
    return len(orjson.dumps(question.regions)) + len(question.image) + len(question.key) + _AROUND


def fitting(question: Question) -> Question | None:
    """The question with outlines of so many corners that it fits into a request alone, every second one left out as often as it takes;
    None where there is nothing to leave out any more."""
    while size_of(question) > MOST_BYTES:
        coarser = [_coarser(region) for region in question.regions]
        if coarser == question.regions:
            return None
        question = replace(question, regions=coarser)
    return question


def _coarser(region: dict[str, Any]) -> dict[str, Any]:
    corners = region.get("points", [])
    return region if len(corners) < _FEWEST_CORNERS else {**region, "points": corners[::2]}


def parts(questions: Iterable[tuple[int, Question]]) -> list[list[tuple[int, Question]]]:
    """In order, each as many as fit into one request; each fits alone."""
    found: list[list[tuple[int, Question]]] = []
    room = 0
    for pk, question in questions:
        size = size_of(question)
        if not found or size > room:
            found.append([])
            room = MOST_BYTES
        found[-1].append((pk, question))
        room -= size
    return found
