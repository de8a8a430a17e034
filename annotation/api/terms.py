"""The names that a list may be filtered by: what each reads in the database, and which values fit it."""
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

MAX_TEXT = 1024
BIGGEST = 2**63 - 1


class Unfit(ValueError):
    """The value is none of the term's; the text is the end of a sentence about it."""


class Kind(StrEnum):
    """What values of a term are. The schema's words follow from it."""

    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    MOMENT = "moment"


@dataclass(frozen=True)
class Term:
    """One name of a list. Reads the ORM path `path`, or what `expression` computes. `simple_only`: of `?name=value`, not of `filter=`."""

    kind: Kind
    path: str = ""
    expression: Callable[[], Any] | None = None
    choices: tuple[str, ...] = ()
    simple_only: bool = False
    help: str = ""

    def column(self, name: str) -> str:
        """The ORM name to compare."""
        return self.path if self.expression is None else f"term_{name}"

    def of_text(self, text: str) -> Any:
        """The value of `?name=text`. Unfit."""
        if self.kind == Kind.NUMBER:
            if not (text.removeprefix("-").isdigit() and text.isascii() and len(text) < 30):
                raise Unfit("is not a whole number.")
            return self.value(int(text))
        if self.kind == Kind.FLAG:
            flags = {"true": True, "1": True, "false": False, "0": False}
            if text.lower() not in flags:
                raise Unfit("is neither true nor false.")
            return flags[text.lower()]
        return self.value(text)

    def value(self, raw: Any) -> Any:
        """The value that JSON gave. Unfit."""
        value = _READ[self.kind](raw)
        if self.choices and value not in self.choices:
            raise Unfit(f"is not one of {', '.join(self.choices)}.")
        return value

    def schema(self) -> dict[str, Any]:
        """Of its parameter in OpenAPI."""
        described: dict[str, Any] = {
            Kind.NUMBER: {"type": "integer", "format": "int64"}, Kind.TEXT: {"type": "string"}, Kind.FLAG: {"type": "boolean"},
            Kind.MOMENT: {"type": "string", "format": "date-time"}}[self.kind]
        return {**described, "enum": list(self.choices)} if self.choices else described


Terms = Mapping[str, Term]


def number(path: str, **more: Any) -> Term:
    """A whole number."""
    return Term(Kind.NUMBER, path, **more)


def text(path: str = "", **more: Any) -> Term:
    """Letters, compared as they are; `choices` where only some are possible."""
    return Term(Kind.TEXT, path, **more)


def moment(path: str) -> Term:
    """A date and time."""
    return Term(Kind.MOMENT, path)


def flag(condition: Q) -> Term:
    """True where the condition holds."""
    return Term(Kind.FLAG, expression=lambda: ExpressionWrapper(condition, output_field=BooleanField()))


def with_columns(queryset: QuerySet[Any], terms: Terms, names: set[str]) -> QuerySet[Any]:
    """The queryset, able to compare the named terms that are computed."""
    computed = {terms[name].column(name): make() for name in sorted(names) if (make := terms[name].expression) is not None}
    return queryset.alias(**computed) if computed else queryset


def _whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw) or raw != int(raw):
        raise Unfit("is not a whole number.")
    if abs(raw) > BIGGEST:
        raise Unfit("is larger than any number here.")
    return int(raw)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise Unfit("is not a text.")
    if len(raw) > MAX_TEXT:
        raise Unfit(f"is longer than {MAX_TEXT} characters.")
    if "\x00" in raw:
        raise Unfit("holds the character NUL.")
    return raw


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise Unfit("is neither true nor false.")
    return raw


def _moment(raw: Any) -> datetime:
    try:
        read = parse_datetime(_text(raw))
        day: date | None = parse_date(raw) if read is None else None
        if day is not None:
            read = datetime.combine(day, time(), UTC)
        if read is None:
            raise Unfit("is not a time like 2026-11-22T10:00:00Z.")
        # A zone may carry the first and last days of the calendar out of it.
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, Unfit) else Unfit("is not a time like 2026-11-22T10:00:00Z.") from error


_READ: dict[Kind, Callable[[Any], Any]] = {Kind.NUMBER: _whole, Kind.TEXT: _text, Kind.FLAG: _flag, Kind.MOMENT: _moment}
