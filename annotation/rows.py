"""Rows of several tables at once, by SQL written once: where the ORM's own making of a statement would cost more than the answer."""
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import orjson
from django.db import connection
from django.db.models import JSONField, Model


class Joined:
    """`SELECT` over the tables of `models`, each under its alias, with `tail` from FROM on. Columns that need a conversion are deferred,
    but for JSON.

    `more`: further columns, which are given behind the instances.
    """

    def __init__(self, models: dict[str, type[Model]], tail: str, more: Sequence[str] = ()) -> None:
        self.models = models
        self.tail = tail
        self.more = more

    @cached_property
    def _statement(self) -> str:
        columns = [f'{alias}."{field.column}"{"::text" if _is_json(field) else ""}'
                   for alias, model in self.models.items() for field in _plain(model)]
        return f"SELECT {', '.join([*columns, *self.more])} {self.tail}"

    @cached_property
    def _names(self) -> list[tuple[type[Model], list[str]]]:
        return [(model, [field.attname for field in _plain(model)]) for model in self.models.values()]

    @cached_property
    def _texts(self) -> list[int]:
        """Which columns are JSON's."""
        fields = [field for model in self.models.values() for field in _plain(model)]
        return [number for number, field in enumerate(fields) if _is_json(field)]

    def first(self, parameters: Sequence[Any]) -> list[Any] | None:
        """One instance a model and what `more` gives, or None when there is no row."""
        with connection.cursor() as cursor:
            cursor.execute(self._statement, parameters)
            row = cursor.fetchone()
        if row is None:
            return None
        if self._texts:
            row = list(row)
            for number in self._texts:
                row[number] = row[number] and orjson.loads(row[number])
        found: list[Any] = []
        start = 0
        for model, names in self._names:
            found.append(model.from_db(connection.alias, names, row[start:start + len(names)]))
            start += len(names)
        return [*found, *row[start:]]


def _plain(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if _is_json(field) or not hasattr(field, "from_db_value")]


def _is_json(field: Any) -> bool:
    return isinstance(field, JSONField) and field.decoder is None
