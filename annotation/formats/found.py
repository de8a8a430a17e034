"""What readers find in a file, before anything of ours is asked: names as the file has them, points in our order."""
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_IMAGES = 1_000_000
_SHOWN = 120


class Unreadable(Exception):
    """The whole file cannot be used; the sentence says why, the caller puts the file's name in front."""


@dataclass(frozen=True, slots=True)
class FoundImage:
    """`key` is what objects call it; sizes are None where the file does not say. `stem`: the name lacks its suffix."""

    key: Any
    name: str
    width: int | None = None
    height: int | None = None
    task_id: int | None = None
    stem: bool = False


@dataclass(frozen=True, slots=True)
class FoundObject:
    """A shape, or a tag (`type` "tag"). `where` names it for people; `size` is that of the picture its pixels belong to. `relative`:
    its points are fractions of the picture's width and height."""

    image: Any
    where: str
    label: str
    type: str
    points: Any = ()
    rotation: Any = 0
    occluded: bool = False
    z_order: Any = 0
    group: Any = 0
    source: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    size: tuple[int, int] | None = None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that no shape can be made of, and why."""

    where: str
    reason: str
    image: Any = None


Found = FoundImage | FoundObject | Misfit


@dataclass
class Hints:
    """What a reader may ask about the project: label name -> type, label name -> names of its attributes; and what masks may still cost."""

    label_types: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, set[str]] = field(default_factory=dict)
    mask_pixels: int = 1_000_000_000
    one_mask_pixels: int = 100_000_000
    notes: list[str] = field(default_factory=list)
    # The file is imported as what is right.
    ground_truth: bool = False

    def pay(self, pixels: int) -> None:
        """Unreadable when the masks of a file cover too much together: each pixel of their boxes is work."""
        self.mask_pixels -= pixels
        if self.mask_pixels < 0:
            raise Unreadable("has masks that are too large together. Import it in parts.")


def shown(text: Any) -> str:
    """A name out of a file as it can be shown and stored: short, without control characters and halves of characters."""
    plain = "".join("\ufffd" if unicodedata.category(letter) in ("Cc", "Cs", "Cn") else letter for letter in str(text)[:_SHOWN + 1])
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"
