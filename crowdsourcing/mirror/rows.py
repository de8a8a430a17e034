"""Fast roads into the tables for pages of news, beside COPY (annotation.rows): ids for new rows, one UPDATE for changed ones."""
from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection, models
from psycopg2.extras import Json, execute_values


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids from the table's own sequence, for rows that others name before they are written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def update_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """UPDATE by id: each row is (id, *values in the order of `names`)."""
    if not rows:
        return
    fields = [_field(model, name) for name in names]
    table = model._meta.db_table
    sets = ", ".join(f'"{field.column}" = v."{field.column}"' for field in fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    template = ", ".join(["%s::bigint", *(f"%s::{_type_of(field)}" for field in fields)])
    # Names are the models' own; values go by parameters.
    statement = f'UPDATE "{table}" SET {sets} FROM (VALUES %s) AS v(id, {columns}) WHERE "{table}".id = v.id'  # noqa: S608
    with connection.cursor() as cursor:
        values = [(row[0], *map(_adapted, row[1:])) for row in rows]
        execute_values(cursor.cursor, statement, values, template=f"({template})", page_size=1000)


def _field(model: type[models.Model], name: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == name)


def _type_of(field: Any) -> str:
    return str(field.rel_db_type(connection) if field.is_relation and not field.primary_key else field.db_type(connection))


def _adapted(value: Any) -> Any:
    return Json(value, dumps=lambda thing: orjson.dumps(thing).decode()) if isinstance(value, dict | list) else value
