"""A JSON column that gives back exactly what was put in."""
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from django.db import models


def plain(value: Any) -> Any:
    """Decimal as a JSON number; everything else is a mistake."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field


class JsonField(AnyField):
    """JSON kept as text: jsonb would reorder keys and rewrite numbers, and nothing here is searched inside."""

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else orjson.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else orjson.dumps(value, default=plain).decode()

    def to_python(self, value: Any) -> Any:
        return value


class HexIdField(models.CharField):
    """An id compared byte by byte, as Python compares strings, whatever the database's language is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 36)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)


class Row(models.Model):
    """A table's row, named by its kind and key."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"
