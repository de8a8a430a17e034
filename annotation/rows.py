"""Rows past the ORM, where its own work would cost more than the database's: of several tables at once, by SQL written once; many new
ones, by COPY."""
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

import orjson
from django.db import connection
from django.db.models import JSONField, Model

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Joined:
    """`SELECT` over the tables of `models`, each under its alias, with `tail` from FROM on. Columns that need a conversion are deferred,
    but for JSON.

    `more`: further columns, which are given behind the instances. `only`: alias -> names of fields; the others of that table are deferred.
    """

    def __init__(self, models: dict[str, type[Model]], tail: str, more: Sequence[str] = (),
                 only: Mapping[str, Collection[str]] | None = None) -> None:
        self.models = models
        self.tail = tail
        self.more = more
        self.only = only or {}

    @cached_property
    def _fields(self) -> dict[str, list[Any]]:
        return {alias: [field for field in _plain(model) if field.attname in self.only.get(alias, (field.attname,))]
                for alias, model in self.models.items()}

    @cached_property
    def _statement(self) -> str:
        columns = [f'{alias}."{field.column}"{"::text" if _is_json(field) else ""}'
                   for alias, fields in self._fields.items() for field in fields]
        return f"SELECT {', '.join([*columns, *self.more])} {self.tail}"

    @cached_property
    def _names(self) -> list[tuple[type[Model], list[str]]]:
        return [(self.models[alias], [field.attname for field in fields]) for alias, fields in self._fields.items()]

    @cached_property
    def _texts(self) -> list[int]:
        """Which columns are JSON's."""
        return [number for number, field in enumerate(chain(*self._fields.values())) if _is_json(field)]

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


def insert(instances: Sequence[Model]) -> None:
    """New rows of one model, with what the instances hold as it stands: no signal, no `pre_save`, so files are stored already and times are
    set. Their ids stay unknown."""
    if instances:
        names = [field.attname for field in instances[0]._meta.concrete_fields if not field.primary_key]
        # Past the descriptors, which make a file's object of each name.
        copy_in(type(instances[0]), names, ([row[name] for name in names] for row in map(vars, instances)))


def copy_in(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows; values in the order of `names` (attribute names such as pool_id). What is left out must allow null."""
    text = "".join("\t".join(map(_copied, row)) + "\n" for row in rows)
    if not text:
        return
    fields = {field.attname: field for field in model._meta.concrete_fields}
    columns = ", ".join(f'"{fields[name].column}"' for name in names)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', io.StringIO(text))


def _copied(value: Any) -> str:
    """Numbers, ids, names of files as they are written; times as PostgreSQL reads them."""
    if value is None:
        return "\\N"
    text = orjson.dumps(value).decode() if type(value) is dict else str(value)
    return text.translate(_ESCAPES) if "\\" in text or not text.isprintable() else text
