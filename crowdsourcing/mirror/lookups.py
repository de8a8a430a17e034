"""`field__any_of=[...]`: one array parameter instead of thousands of single ones, which Django prepares one by one."""
from typing import Any

from django.db.models import Field, Lookup


@Field.register_lookup
class AnyOf(Lookup):  # type: ignore[type-arg]
    """`column = ANY(array)`. Values are passed as they are: ints or strings."""

    lookup_name = "any_of"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [list(value)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, list(self.rhs)]
