"""Lists: ranges, sorting, limit, `{items, has_more}`.

Every order ends with the id, so equal values cannot make a page lose or repeat a row.
"""
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from sandbox import times
from sandbox.errors import ValidationError
from sandbox.http import Call

SUFFIXES = ("gt", "gte", "lt", "lte")
Serialise = Callable[[list[Any]], list[dict[str, Any]]]


@dataclass(frozen=True)
class Listing:
    """What one list can do. `times`, `numbers`, `texts`, `uuids` are the fields that take ranges; `words` are exact filters
    whose values come from a closed list, several separated by commas; `sortable` adds fields without ranges; `order` is how
    it sorts unasked."""

    times: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    uuids: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sortable: tuple[str, ...] = ()
    most: int = 300
    columns: Mapping[str, str] = field(default_factory=dict)
    default: int = 50
    order: str = "id"

    def page(self, call: Call, rows: QuerySet[Any, Any], serialise: Serialise) -> dict[str, Any]:
        """The answer for this call's query. 400 with the parameter's name as path."""
        query = call.request.GET
        rows = self._filtered(rows, query)
        limit = self._limit(query.get("limit"))
        found = list(rows.order_by(*self._order(query.get("sort")))[:limit + 1])
        return {"items": serialise(found[:limit]), "has_more": len(found) > limit}

    def _column(self, name: str) -> str:
        return self.columns.get(name, name)

    def _filtered(self, rows: QuerySet[Any, Any], query: Mapping[str, str]) -> QuerySet[Any, Any]:
        for names, read, code in ((self.times, times.read, "INVALID_DATE_TIME_SYNTAX"), (self.numbers, _number, "INTEGER_EXPECTED"),
                                  (self.texts, str, "STRING_EXPECTED"), (self.uuids, _uuid, "UUID_EXPECTED")):
            for name in names:
                for suffix in SUFFIXES:
                    text = query.get(f"{name}_{suffix}")
                    if text is None:
                        continue
                    value = read(text)
                    if value is None:
                        raise _wrong(f"{name}_{suffix}", code)
                    rows = rows.filter(**{f"{self._column(name)}__{suffix}": value})
        for name, among in self.words.items():
            if query.get(name) is not None:
                values = [word for word in query[name].split(",") if word]
                if not values or any(word not in among for word in values):
                    raise _wrong(name, "UNKNOWN_ENUM_VALUE")
                rows = rows.filter(**{f"{self._column(name)}__in": values})
        return rows

    def _order(self, sort: str | None) -> list[str]:
        known = {*self.times, *self.numbers, *self.texts, *self.uuids, *self.sortable}
        order = []
        for word in (sort or self.order).split(","):
            name = word.removeprefix("-").strip()
            if name not in known:
                raise _wrong("sort", "UNKNOWN_ENUM_VALUE")
            order.append(("-" if word.startswith("-") else "") + self._column(name))
        return order if any(name.lstrip("-") == "id" for name in order) else [*order, "-id" if order[-1].startswith("-") else "id"]

    def _limit(self, text: str | None) -> int:
        if text is None:
            return self.default
        value = _number(text)
        if value is None or value < 1:
            raise _wrong("limit", "VALUE_LESS_THAN_MIN")
        if value > self.most:
            raise _wrong("limit", "VALUE_GREATER_THAN_MAX")
        return value


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 18 else None


def number(call: Call, name: str) -> int | None:
    """A whole number of the query, None if it is not there. 400 INTEGER_EXPECTED."""
    text = call.request.GET.get(name)
    value = None if text is None else _number(text)
    if text is not None and value is None:
        raise _wrong(name, "INTEGER_EXPECTED")
    return value


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _wrong(name: str, code: str) -> ValidationError:
    return ValidationError({name: {"code": code, "message": "This value is not understood here"}})


def each(one: Callable[[Any], dict[str, Any]]) -> Serialise:
    """A serialiser of a page from one of an object."""
    return lambda rows: [one(row) for row in rows]


def without_nothing(body: dict[str, Any]) -> dict[str, Any]:
    """Absent values are left out, as Toloka does."""
    return {key: value for key, value in body.items() if value is not None}
