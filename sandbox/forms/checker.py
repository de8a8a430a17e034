"""A small reader of JSON objects that notes what is wrong with each field."""
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox import times
from sandbox.errors import ValidationError
from sandbox.specs import fail, has_nul

LONGEST_ID = 64
# Hears (dotted path, JSON schema, required) of every field that is read: this is how sandbox.openapi learns what a form may say.
LISTENER: ContextVar[Callable[[str, dict[str, Any], bool], None] | None] = ContextVar("listener", default=None)


class Checker:
    """Reads fields of one object; `errors` is shared with the checkers of its parts."""

    def __init__(self, data: Any, path: str = "", errors: dict[str, Any] | None = None) -> None:
        self.errors: dict[str, Any] = {} if errors is None else errors
        self.path = path
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.fail("", "OBJECT_EXPECTED" if data is not None else "NOT_NULL_BODY", "An object is expected")
        elif not path and has_nul(data):
            self.fail("", "CHARACTER_NOT_ALLOWED", "The NUL character is not allowed")

    def at(self, name: str) -> str:
        return ".".join(part for part in (self.path, name) if part)

    def fail(self, name: str, code: str, message: str, **params: Any) -> Any:
        """Note what is wrong with a field; always None, so that a reader can return it."""
        fail(self.errors, self.at(name), code, message, **params)

    def finish(self) -> None:
        """400 if anything was wrong; a form that somebody listens to never gets further."""
        if self.errors or LISTENER.get() is not None:
            raise ValidationError(self.errors)

    def _get(self, name: str, required: bool, **schema: Any) -> Any:
        listener = LISTENER.get()
        if listener is not None:
            listener(self.at(name), schema, required)
        value = self.data.get(name)
        if value is None and required:
            self.fail(name, "VALUE_REQUIRED", "Value must be present and not equal to null")
        return value

    def text(self, name: str, *, required: bool = False, longest: int | None = None) -> str | None:
        value = self._get(name, required, type="string", maxLength=longest, minLength=1 if required else None)
        if value is None:
            return None
        if not isinstance(value, str):
            return self.fail(name, "STRING_EXPECTED", "A string is expected")
        if required and not value.strip():
            return self.fail(name, "BLANK_STRING_NOT_ALLOWED", "A text is expected")
        if longest is not None and len(value) > longest:
            return self.fail(name, "STRING_LENGTH_GREATER_THAN_MAX", f"At most {longest} characters", max=longest)
        return value

    def boolean(self, name: str, *, required: bool = False) -> bool | None:
        value = self._get(name, required, type="boolean")
        if value is not None and not isinstance(value, bool):
            return self.fail(name, "BOOLEAN_EXPECTED", "true or false is expected")
        return value

    def integer(self, name: str, low: int | None = None, high: int | None = None, *, required: bool = False) -> int | None:
        value = self._get(name, required, type="integer", minimum=low, maximum=high)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            return self.fail(name, "INTEGER_EXPECTED", "A whole number is expected")
        return self._bounded(name, value, low, high)

    def number(self, name: str, low: Any = None, high: Any = None, *, required: bool = False) -> Decimal | None:
        value = self._get(name, required, type="number", minimum=low, maximum=high)
        if value is None:
            return None
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return self.fail(name, "FLOAT_EXPECTED", "A number is expected")
        return self._bounded(name, Decimal(str(value)), low, high)

    def _bounded(self, name: str, value: Any, low: Any, high: Any) -> Any:
        if low is not None and value < low:
            return self.fail(name, "VALUE_LESS_THAN_MIN", f"At least {low} is expected", min=str(low))
        if high is not None and value > high:
            return self.fail(name, "VALUE_GREATER_THAN_MAX", f"At most {high} is expected", max=str(high))
        return value

    def choice(self, name: str, among: tuple[str, ...], *, required: bool = False) -> str | None:
        value = self._get(name, required, type="string", enum=list(among))
        if value is not None and value not in among:
            return self.fail(name, "UNKNOWN_ENUM_VALUE", f"One of {', '.join(among)} is expected")
        return value

    def time(self, name: str, *, required: bool = False) -> datetime | None:
        value = self._get(name, required, type="string", format="date-time")
        at = None if value is None else times.read(value)
        if value is not None and at is None:
            return self.fail(name, "INVALID_DATE_TIME_SYNTAX", "A date and time like 2030-01-31T00:00:00 is expected")
        return at

    def array(self, name: str, *, required: bool = False, **items: Any) -> list[Any]:
        """`items` is the JSON schema of what is in it, for listeners."""
        value = self._get(name, required, type="array", items=items)
        if value is not None and not isinstance(value, list):
            return self.fail(name, "ARRAY_EXPECTED", "An array is expected") or []
        return value or []

    def ids(self, name: str) -> list[str]:
        """A list of ids, or of other short words."""
        values = self.array(name, type="string", maxLength=LONGEST_ID)
        if any(not isinstance(value, str) for value in values):
            self.fail(name, "STRING_EXPECTED", "An array of strings is expected")
            return []
        if any(len(value) > LONGEST_ID for value in values):
            self.fail(name, "STRING_LENGTH_GREATER_THAN_MAX", f"At most {LONGEST_ID} characters each", max=LONGEST_ID)
        return values

    def part(self, name: str, *, required: bool = False) -> "Checker | None":
        """A checker of a nested object, or None if it is absent or no object."""
        value = self._get(name, required, type="object")
        if value is None:
            return None
        if not isinstance(value, dict):
            return self.fail(name, "OBJECT_EXPECTED", "An object is expected")
        return Checker(value, self.at(name), self.errors)

    def parts(self, name: str, *, required: bool = False) -> "list[Checker]":
        items = self.array(name, required=required, type="object")
        return [Checker(item, f"{self.at(name)}.{index}", self.errors) for index, item in enumerate(items)]


def form_of(data: dict[str, Any], read_only: tuple[str, ...]) -> dict[str, Any]:
    """What is stored of a body: everything the requester may say, unknown fields too, nulls dropped as Toloka drops them."""
    return {key: value for key, value in data.items() if key not in read_only and value is not None}
