"""Fields that CVAT's programs look for and that say the same for everything here."""
from typing import Any

from rest_framework import serializers

_TYPES = {str: "string", int: "integer", bool: "boolean"}


class Constant(serializers.Field):
    """Always `value`; described in the API schema by its type, None as a nullable object."""

    def __init__(self, value: Any) -> None:
        super().__init__(read_only=True)
        self.value = value
        schema = {"type": "object", "nullable": True} if value is None else {"type": _TYPES[type(value)], "example": value}
        self._spectacular_annotation = {"field": schema}

    def get_attribute(self, instance: Any) -> Any:
        # Not None: REST framework would leave to_representation out, which is the same, but only by chance.
        return instance

    def to_representation(self, value: Any) -> Any:
        """The constant."""
        return self.value
