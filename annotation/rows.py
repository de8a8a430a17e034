"""Rows of several tables at once, by SQL written once: where the ORM's own making of a statement would cost more than the answer."""
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Model


class Joined:
    """`SELECT` over the tables of `models`, each under its alias, with `tail` from FROM on. Columns that need a conversion are deferred."""

    def __init__(self, models: dict[str, type[Model]], tail: str) -> None:
        self.models = models
        self.tail = tail

    @cached_property
    def _statement(self) -> str:
        columns = ", ".join(f'{alias}."{field.column}"' for alias, model in self.models.items() for field in _plain(model))
        return f"SELECT {columns} {self.tail}"

    @cached_property
    def _names(self) -> list[tuple[type[Model], list[str]]]:
        return [(model, [field.attname for field in _plain(model)]) for model in self.models.values()]

    def first(self, parameters: Sequence[Any]) -> list[Any] | None:
        """One instance a model, or None when there is no row."""
        with connection.cursor() as cursor:
            cursor.execute(self._statement, parameters)
            row = cursor.fetchone()
        if row is None:
            return None
        found, start = [], 0
        for model, names in self._names:
            found.append(model.from_db(connection.alias, names, row[start:start + len(names)]))
            start += len(names)
        return found


def _plain(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not hasattr(field, "from_db_value")]
