"""`field__any_of=[...]`: one array parameter instead of thousands of single ones, which Django prepares one by one."""
from typing import Any

from django.db.models import Field, Lookup


@Field.register_lookup
class AnyOf(Lookup):
    """`column = ANY(array)`. Values are passed as they are: ints or strings. Of a relation, ask its id: `suite__id__any_of`."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*parameters, list(self.rhs))
