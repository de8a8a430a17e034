"""Short words for JSON schemas, and the shapes that several nouns share."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.api.listing import Listing

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WORD: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
NUMBER_ID: Schema = {"type": "string", "pattern": "^[0-9]{1,18}$"}
HEX_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
ITEM_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{10}--[0-9a-f]{24}$"}
UUID: Schema = {"type": "string", "format": "uuid"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$", "description": "UTC, no zone, milliseconds"}
TIME_GIVEN: Schema = {"type": "string", "format": "date-time", "description": "UTC unless it names a zone"}
BOOLEAN: Schema = {"type": "boolean"}
INTEGER: Schema = {"type": "integer"}
AMOUNT: Schema = {"type": "number", "minimum": 0, "description": "USD"}
OBJECT: Schema = {"type": "object"}
ANYTHING: Schema = {}
# What the spec of a project's field says of a value is checked against that project, not here.
VALUES: Schema = {"type": "object", "description": "Values by field name, as the project's spec has them"}


def word(*among: str) -> Schema:
    return {"type": "string", "enum": list(among)}


def array(items: Schema, **bounds: Any) -> Schema:
    return {"type": "array", "items": items, **bounds}


def words(*among: str) -> Schema:
    """Several of a closed list, in a query: joined by commas."""
    return array(word(*among), minItems=1)


def thing(needed: Mapping[str, Schema], /, **optional: Schema) -> Schema:
    """An object; what it may have beside these fields is left open."""
    return {"type": "object", "properties": {**needed, **optional}, "required": list(needed)}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def page_of(item: Schema) -> Schema:
    return thing({"items": array(item), "has_more": BOOLEAN})


def as_stored(form: Schema, needed: Mapping[str, Schema], /, **optional: Schema) -> Schema:
    """An object as it is given back: what was sent, and what the server adds."""
    return {"type": "object", "properties": {**form["properties"], **needed, **optional}, "required": list(needed)}


OWNER = thing({"id": HEX_ID, "myself": BOOLEAN})
LANGUAGES: Schema = {"type": "object", "additionalProperties": {"type": "string"}, "description": "A text by language's code"}
SOLUTION = thing({"output_values": VALUES})


@dataclass(frozen=True)
class Described:
    """One operation of the API. `answers` maps status to the schema of its JSON, None for no body; `conflicts` are codes of 409."""

    summary: str
    answers: Mapping[int, Schema | None]
    body: Schema | None = None
    # Not JSON: the media type of what is sent, or of the answer.
    sends: str = ""
    gives: str = ""
    body_required: bool = True
    query: Mapping[str, Schema] = field(default_factory=dict)
    query_required: tuple[str, ...] = ()
    listing: Listing | None = None
    conflicts: tuple[str, ...] = ()
    # A body names objects by id that may be another requester's.
    names_others: bool = False


def listed(summary: str, listing: Listing, item: Schema, **query: Schema) -> Described:
    """GET of a page."""
    return Described(summary, {200: page_of(item)}, listing=listing, query=query)
