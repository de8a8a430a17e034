"""What a parameter or a condition of a rule may hold: checked, shown in a form, written in words."""
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

IDENTITY = ("EQ", "NE")
COMPARISON = ("GT", "GTE", "LT", "LTE", "EQ", "NE")
# The platform's ids are whole numbers, sent as text.
SKILL_DIGITS = 18


@dataclass(frozen=True)
class Value:
    """`kind`: count (whole number), rate (per cent, 0 to 100), money (USD), choice (one of `choices`), bool, skill (id), text.

    `default` is what a new rule begins with; None leaves it empty.
    """

    key: str
    label: str
    kind: str
    lowest: float = 0
    highest: float = 1_000_000_000
    choices: Mapping[str, str] = field(default_factory=dict)
    required: bool = True
    default: Any = None
    unit: str = ""
    help: str = ""

    @property
    def operators(self) -> tuple[str, ...]:
        return IDENTITY if self.kind in ("choice", "bool", "skill") else COMPARISON

    def problem(self, value: Any) -> str:
        """What is wrong with `value` and what is allowed; empty when nothing is."""
        if value is None or value == "":
            return f"{self.label}: {_MISSING.get(self.kind, 'fill this in')}." if self.required else ""
        return _CHECKS[self.kind](self, value)

    def typed(self, raw: Any) -> Any:
        """What a form's text means; the text itself where it means nothing."""
        text = str(raw).strip() if raw is not None else ""
        if self.kind == "bool":
            return text in ("true", "on", "True")
        if text == "" or self.kind in ("choice", "skill", "text"):
            return text or None
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            return text
        return int(number) if math.isfinite(number) and number == int(number) else number


_MISSING = {"skill": "choose a skill, or make one first", "choice": "choose one"}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _between(value: "Value") -> str:
    top = "" if value.highest >= 1_000_000_000 else f" to {value.highest:,.10g}"
    return f"from {value.lowest:,.10g}{top}" if top else f"{value.lowest:,.10g} or more"


def _number(value: "Value", given: Any) -> str:
    if not _is_number(given) or not value.lowest <= given <= value.highest:
        return f"{value.label}: give a number, {_between(value)}."
    return ""


def _whole(value: "Value", given: Any) -> str:
    if not _is_number(given) or given != int(given) or not value.lowest <= given <= value.highest:
        return f"{value.label}: give a whole number, {_between(value)}."
    return ""


def _rate(value: "Value", given: Any) -> str:
    if not _is_number(given) or not 0 <= given <= 100:
        return f"{value.label}: give per cent, from 0 to 100."
    return ""


def _choice(value: "Value", given: Any) -> str:
    if not isinstance(given, str) or given not in value.choices:
        return f"{value.label}: choose one of {', '.join(value.choices)}."
    return ""


def _bool(value: "Value", given: Any) -> str:
    return "" if isinstance(given, bool) else f"{value.label}: must be true or false."


def _skill(value: "Value", given: Any) -> str:
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) <= SKILL_DIGITS:
        return ""
    return f"{value.label}: a skill is named by its id on the platform, as text, for example \"100024\"."


def _text(value: "Value", given: Any) -> str:
    if not isinstance(given, str):
        return f"{value.label}: must be text."
    if "\0" in given:
        return f"{value.label}: holds a NUL character. Take it out."
    return "" if len(given) <= value.highest else f"{value.label}: at most {value.highest:,.0f} characters."


_CHECKS = {"count": _whole, "rate": _rate, "money": _number, "choice": _choice, "bool": _bool, "skill": _skill, "text": _text}
