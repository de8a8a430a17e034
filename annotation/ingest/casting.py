"""Which frames a task gets its jobs from, which its ground truth, and which pictures are in it a second time as honeypots."""
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace as replaced
from typing import Any

from annotation.ingest.names import base_name
from annotation.models import Frame
from annotation.sampling import GT_POOL, MANUAL, Choice, mix


@dataclass(frozen=True)
class Cast:
    """Rows in the order of their numbers, first and last frame of each job, and numbers of the ground truth's frames."""

    frames: list[Frame]
    spans: list[tuple[int, int]]
    truth: list[int] = field(default_factory=list)
    mode: str = ""
    per_job: int = 0


def cast_of(frames: list[Frame], spans: list[tuple[int, int]], segment_size: int, params: dict[str, Any]) -> Cast:
    """`frames` are numbered and have their names; `params` are those of a Choice, {} for none. ValueError with a sentence."""
    if not params:
        return Cast(frames, spans)
    choice = Choice(**params)
    if choice.method == MANUAL:
        choice = replaced(choice, frames=_numbers(frames, choice.frames))
    rng = choice.generator()
    truth = choice.chosen(len(frames), spans, rng)
    if choice.mode != GT_POOL:
        return Cast(frames, spans, truth, choice.mode)
    mixed = mix(len(frames), truth, segment_size, choice, rng)
    # Where the pictures of the ground truth stand in the end.
    real = {place: mixed.first_truth + at for at, place in enumerate(truth)}
    rows = [_again(frames[place], real[place]) if honeypot else frames[place] for place, honeypot in mixed.places]
    for number, frame in enumerate(rows):
        frame.number = number
    return Cast(rows, mixed.spans, list(real.values()), choice.mode, mixed.per_job)


def _again(frame: Frame, real: int) -> Frame:
    """The same picture, from the same files."""
    row = copy(frame)
    row._state = copy(frame._state)
    row.honeypot_of = real
    return row


def _numbers(frames: Sequence[Frame], names: Sequence[str]) -> list[int]:
    """By whole names, or by their last part where only one frame has it."""
    whole = {frame.name: frame.number for frame in frames}
    parts: dict[str, list[int]] = {}
    for frame in frames:
        parts.setdefault(base_name(frame.name), []).append(frame.number)
    found = []
    for name in names:
        numbers = [whole[name]] if name in whole else parts.get(base_name(name), [])
        if len(numbers) != 1:
            why = "no frame has this name" if not numbers else "several frames have this name, in different folders"
            raise ValueError(f"“{name[:200]}” shall be ground truth, but {why}.")
        found.append(numbers[0])
    return found
