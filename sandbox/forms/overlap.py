"""Checking changes of overlap, of tasks and of task suites alike."""
from dataclasses import dataclass

from sandbox.forms.checker import Checker
from sandbox.forms.tasks import MAX_OVERLAP, check_overlap


@dataclass(frozen=True)
class OverlapChange:
    """What to set; both None: leave it as it is."""

    overlap: int | None = None
    infinite: bool | None = None


def overlap_change(check: Checker, issued: int, infinite_now: bool) -> OverlapChange:
    """`overlap` and `infinite_overlap` of a PATCH. Below what was issued is refused."""
    overlap, infinite = check.data.get("overlap"), check.data.get("infinite_overlap")
    if isinstance(overlap, (int, float)) and overlap < issued:
        check.fail("overlap", "VALUE_LESS_THAN_MIN", f"{issued} were issued already", min=issued)
    check_overlap(check)
    if infinite is False and overlap is None and infinite_now:
        check.fail("overlap", "VALUE_REQUIRED", "A finite overlap needs a number")
    return OverlapChange(overlap, infinite)


def overlap_or_least(check: Checker, issued: int) -> OverlapChange:
    """The same of a set-overlap-or-min: cut to what was issued, so that 0 stops issuing."""
    overlap = check.integer("overlap", 0, MAX_OVERLAP)
    infinite = check.boolean("infinite_overlap")
    if overlap is None and not infinite:
        check.fail("overlap", "VALUE_REQUIRED", "Value must be present and not equal to null")
    return OverlapChange(None if infinite else max(int(overlap or 0), issued), infinite)
