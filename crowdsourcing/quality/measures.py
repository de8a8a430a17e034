"""What can be counted about one submitted attempt. Pure: annotations in, numbers out."""
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

# Pixels: a shape smaller than this in both directions is tiny. Share of both sides of the frame from which one is huge.
TINY_PIXELS = 6.0
HUGE_SHARE = 0.95
# With fewer shapes equal sizes are chance.
_LEAST_FOR_SIZES = 3


@dataclass(frozen=True)
class Measure:
    """Fields as in models.WorkMeasure. `seconds` from taking to submitting; `marks` are shapes and tags.

    Frames without marks are `nothing_here_frames` where somebody said so, else `untouched_frames`; what a pre-annotation put on a frame
    and nobody changed is nobody's work: that frame is untouched, too.
    """

    with_work: bool
    frames: int
    seconds: float
    marks: int = 0
    nothing_here_frames: int = 0
    untouched_frames: int = 0
    areas: int = 0
    tiny: int = 0
    huge: int = 0
    places: str = ""
    sizes: str = ""

    @property
    def seconds_a_frame(self) -> float:
        return self.seconds / max(1, self.frames)

    @property
    def marks_a_frame(self) -> float:
        return self.marks / max(1, self.frames)


def measure(frames: Mapping[str, Any] | None, numbers: Iterable[int], sizes: Mapping[int, tuple[int, int]], seconds: float) -> Measure:
    """`frames`: a snapshot's {"<number>": {"shapes", "tags", ...}}, None without work; `numbers`: the job's frames; `sizes`: (width,
    height) of frames in pixels, where known."""
    wanted = list(numbers)
    if frames is None:
        return Measure(with_work=False, frames=len(wanted), seconds=seconds)
    shapes: list[tuple[Any, tuple[int, int] | None]] = []
    marks = nothing = untouched = 0
    for number in wanted:
        content = frames.get(str(number)) or {}
        drawn, tags = content.get("shapes") or [], content.get("tags") or []
        if content.get("starting_point") or not (drawn or tags or content.get("nothing_here")):
            untouched += 1
            continue
        nothing += bool(content.get("nothing_here"))
        marks += len(drawn) + len(tags)
        shapes += [(shape, sizes.get(number)) for shape in drawn]
    boxes = [(str(shape.get("type")), box, size) for shape, size in shapes if (box := _extent(shape)) is not None]
    return Measure(
        with_work=True, frames=len(wanted), seconds=seconds, marks=marks, nothing_here_frames=nothing, untouched_frames=untouched,
        areas=len(boxes), tiny=sum(max(box) < TINY_PIXELS for _, box, _ in boxes), huge=sum(_is_huge(box, size) for _, box, size in boxes),
        places=_places(shapes), sizes=_sizes(boxes))


def _extent(shape: Mapping[str, Any]) -> tuple[float, float] | None:
    """Width and height in pixels of what has an area; None for lines, points and what is not readable."""
    points = shape.get("points") or []
    if len(points) < 4:
        return None
    match shape.get("type"):
        case "rectangle":
            return abs(points[2] - points[0]), abs(points[3] - points[1])
        case "ellipse":
            return 2 * abs(points[2] - points[0]), 2 * abs(points[3] - points[1])
        case "mask":
            left, top, right, bottom = points[-4:]
            return right - left + 1, bottom - top + 1
        case "polygon":
            return max(points[::2]) - min(points[::2]), max(points[1::2]) - min(points[1::2])
    return None


def _is_huge(box: tuple[float, float], size: tuple[int, int] | None) -> bool:
    return size is not None and box[0] >= HUGE_SHARE * size[0] and box[1] >= HUGE_SHARE * size[1]


def _places(shapes: list[tuple[Any, tuple[int, int] | None]]) -> str:
    """The same for jobs whose shapes stand at the same whole pixels, whatever their frames, order and labels.

    A shape over the whole frame is at the same place in any job, and says nothing.
    """
    found = []
    for shape, size in shapes:
        box = _extent(shape)
        if box is None or not _is_huge(box, size):
            found.append(f"{shape.get('type')} {shape.get('rotation', 0):.0f} " + " ".join(f"{at:.0f}" for at in shape.get("points") or []))
    return _digest(found)


def _sizes(boxes: list[tuple[str, tuple[float, float], tuple[int, int] | None]]) -> str:
    found = [f"{kind} {box[0]:.0f} {box[1]:.0f}" for kind, box, size in boxes if not _is_huge(box, size)]
    return _digest(found) if len(found) >= _LEAST_FOR_SIZES else ""


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:32] if lines else ""
