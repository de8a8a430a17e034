"""Rules of labels and their attributes. Names and limits are CVAT's; the palette is ours."""
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from annotation.models import AttributeType, LabelType

MAX_LABELS = 1000
MAX_ATTRIBUTES = 100
MAX_VALUES = 1000
NAME_LENGTH = 64
VALUE_LENGTH = 128
# The blank choice of a select or radio.
UNDEFINED = "__undefined__"
# Told apart on photographs, in an order where neighbours differ most.
PALETTE = (
    "#3b82f6", "#ef4444", "#22c55e", "#f59e0b", "#a855f7", "#06b6d4", "#ec4899", "#84cc16", "#f97316", "#6366f1", "#14b8a6", "#eab308",
    "#d946ef", "#0ea5e9", "#10b981", "#f43f5e", "#8b5cf6", "#65a30d", "#b45309", "#0f766e",
)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class CleanAttribute:
    """A checked attribute; `id` names an existing row or is None."""

    name: str
    input_type: str
    mutable: bool
    values: list[str]
    default_value: str
    id: int | None = None


@dataclass(frozen=True)
class CleanLabel:
    """A checked label; `id` names an existing row or is None; `color` is lower case #rrggbb, or "" when the palette shall choose."""

    name: str
    color: str
    type: str
    attributes: list[CleanAttribute] = field(default_factory=list)
    id: int | None = None


class _Problems:
    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, path: str, sentence: str) -> None:
        self.sentences.append(f"{path}: {sentence}")


def clean_labels(raw: Any) -> list[CleanLabel]:
    """Check a list of label dicts: {id?, name, color?, type?, attributes?: [{id?, name, input_type, mutable?, values?, default_value?}]}.

    Raises ValidationError({"labels": [...]}) with one sentence for every problem, each starting with its path ("labels[0].name: ...").
    """
    problems = _Problems()
    if not isinstance(raw, list | tuple):
        raise ValidationError({"labels": ["labels: give a list of labels."]})
    if len(raw) > MAX_LABELS:
        raise ValidationError({"labels": [f"labels: at most {MAX_LABELS} labels are allowed, not {len(raw)}."]})
    cleaned = [label for number, entry in enumerate(raw) if (label := _label(entry, f"labels[{number}]", problems))]
    _unique([label.name for label in cleaned], "labels", "label", problems)
    _unique([label.id for label in cleaned if label.id is not None], "labels", "label id", problems)
    if problems.sentences:
        raise ValidationError({"labels": problems.sentences})
    return cleaned


def _label(raw: Any, path: str, problems: _Problems) -> CleanLabel | None:
    if not isinstance(raw, dict):
        problems.add(path, "give an object with a name.")
        return None
    name = _name(raw.get("name"), path, problems)
    color = raw.get("color") or ""
    if not isinstance(color, str) or (color and not _COLOR.fullmatch(color)):
        problems.add(f"{path}.color", f"“{color}” is not a colour like #3b82f6.")
        color = ""
    label_type = raw.get("type") or LabelType.ANY.value
    if label_type not in LabelType.values:
        problems.add(f"{path}.type", f"“{label_type}” is not one of {', '.join(LabelType.values)}.")
    attributes = raw.get("attributes") or []
    if not isinstance(attributes, list | tuple) or len(attributes) > MAX_ATTRIBUTES:
        problems.add(f"{path}.attributes", f"give a list of at most {MAX_ATTRIBUTES} attributes.")
        attributes = []
    cleaned = [a for number, entry in enumerate(attributes) if (a := _attribute(entry, f"{path}.attributes[{number}]", problems))]
    _unique([a.name for a in cleaned], f"{path}.attributes", "attribute", problems)
    return CleanLabel(name, color.lower(), str(label_type), cleaned, _id(raw.get("id"), path, problems))


def _attribute(raw: Any, path: str, problems: _Problems) -> CleanAttribute | None:
    if not isinstance(raw, dict):
        problems.add(path, "give an object with a name and an input_type.")
        return None
    name = _name(raw.get("name"), path, problems)
    input_type = raw.get("input_type") or ""
    if input_type not in AttributeType.values:
        problems.add(f"{path}.input_type", f"“{input_type}” is not one of {', '.join(AttributeType.values)}.")
        return None
    given = _texts(raw.get("values") or [], path, problems)
    if given is None:
        return None
    texts, sentence = _values(str(input_type), given)
    default = _text(raw.get("default_value") if raw.get("default_value") is not None else "")
    if not all(map(_is_storable, [*texts, default])):
        problems.add(f"{path}.values", "values may not contain the character NUL or halves of a character.")
        return None
    if sentence:
        problems.add(f"{path}.values", sentence)
    else:
        default = default or _default(str(input_type), texts)
        if sentence := value_problem(str(input_type), texts, default):
            problems.add(f"{path}.default_value", sentence)
    mutable = raw.get("mutable", False)
    if not isinstance(mutable, bool):
        problems.add(f"{path}.mutable", "is true or false.")
    return CleanAttribute(name, str(input_type), bool(mutable), texts, default, _id(raw.get("id"), path, problems))


def _texts(values: Any, path: str, problems: _Problems) -> list[str] | None:
    """A list, or lines of one text. None when it is told as a problem."""
    if isinstance(values, str):
        values = values.split("\n")
    if not isinstance(values, list | tuple) or len(values) > MAX_VALUES:
        problems.add(f"{path}.values", f"give a list of at most {MAX_VALUES} values.")
        return None
    texts = [_text(value) for value in values]
    if any(len(text) > VALUE_LENGTH for text in texts):
        problems.add(f"{path}.values", f"a value has at most {VALUE_LENGTH} characters.")
        return None
    return texts


def _values(input_type: str, values: list[str]) -> tuple[list[str], str | None]:
    if input_type == AttributeType.CHECKBOX:
        return ["false", "true"], None
    if input_type == AttributeType.NUMBER:
        bounds = [_decimal(value) for value in values]
        if len(bounds) != 3 or any(bound is None for bound in bounds):
            return values, "a number needs three values: smallest, largest, step."
        low, high, step = bounds
        if low >= high or step <= 0:  # type: ignore[operator]
            return values, "the smallest must be below the largest, and the step above 0."
        return values, None
    if input_type == AttributeType.TEXT:
        return values, None
    values = [value for value in values if value != ""]
    if not values:
        return values, "give at least one value to choose from."
    if len(set(values)) != len(values):
        return values, "each value may stand in the list once."
    return values, None


def _default(input_type: str, values: list[str]) -> str:
    return "" if input_type == AttributeType.TEXT else values[0]


def value_problem(input_type: str, values: list[str], value: str) -> str | None:
    """Why `value` is no answer to an attribute of this type, or None. Source of the rules: CVAT's attribute specification."""
    if len(value) > 4096:
        return "has more than 4096 characters."
    if input_type == AttributeType.TEXT:
        return None
    if input_type == AttributeType.CHECKBOX:
        return None if value in ("true", "false") else f"“{value}” is neither true nor false."
    if input_type == AttributeType.NUMBER:
        number = _decimal(value)
        low, high, step = (Decimal(bound) for bound in values)
        if number is None or not low <= number <= high:
            return f"“{value}” is not a number from {low} to {high}."
        return None if _is_step(number - low, step) else f"“{value}” is not a whole number of steps of {step} above {low}."
    return None if value in values or value == UNDEFINED else f"“{value}” is not one of {', '.join(values[:20])}."


def _is_step(distance: Decimal, step: Decimal) -> bool:
    try:
        return distance % step == 0
    except InvalidOperation:
        # More steps than the arithmetic's 28 digits: nobody counts them.
        return False


def with_colors(labels: list[CleanLabel], taken: set[str]) -> list[str]:
    """One colour a label: its own, else the first of the palette that nobody has, else the palette again from the start."""
    taken = taken | {label.color for label in labels if label.color}
    colors = []
    for number, label in enumerate(labels):
        color = label.color or next((c for c in PALETTE if c not in taken), PALETTE[number % len(PALETTE)])
        taken.add(color)
        colors.append(color)
    return colors


def _name(raw: Any, path: str, problems: _Problems) -> str:
    name = raw.strip() if isinstance(raw, str) else ""
    if not name:
        problems.add(f"{path}.name", "give a name.")
    elif len(name) > NAME_LENGTH:
        problems.add(f"{path}.name", f"has {len(name)} characters; at most {NAME_LENGTH} are allowed.")
    elif any(ord(character) < 32 for character in name) or not _is_storable(name):
        problems.add(f"{path}.name", "may not contain line breaks or control characters.")
    return name


def _is_storable(text: str) -> bool:
    """PostgreSQL keeps no NUL, UTF-8 no halves of a character; JSON can spell both."""
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text)


def _id(raw: Any, path: str, problems: _Problems) -> int | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 1:
        problems.add(f"{path}.id", "is a whole number; leave it out for something new.")
        return None
    return raw


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def _decimal(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _unique(things: list[Any], path: str, noun: str, problems: _Problems) -> None:
    seen: set[Any] = set()
    for thing in things:
        if thing in seen and thing != "":
            problems.add(path, f"the {noun} “{thing}” stands in the list twice.")
        seen.add(thing)
