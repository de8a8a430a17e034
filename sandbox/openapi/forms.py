"""Bodies: a form is run on samples while somebody listens to what it reads, and that makes its JSON schema.

Samples grow until nothing new is read: an object where the form looked for one, one item where it looked for a list, and every word of
every closed list once.
"""
import copy
import inspect
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from sandbox.errors import ApiError
from sandbox.forms.checker import LISTENER
from sandbox.http import Call
from sandbox.models import Requester, Toloker

Schema = dict[str, Any]
Form = Callable[[Any], Any]
_MOST_SAMPLES = 2_000


class _Asked:
    """What one form was heard to read, over all samples."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}
        self.runs: dict[str, int] = defaultdict(int)
        self.needed: dict[str, int] = defaultdict(int)

    def run(self, form: Form, sample: Any) -> dict[str, Schema]:
        """What is read of this sample, by path."""
        heard: dict[str, tuple[Schema, bool]] = {}

        def listen(path: str, schema: Schema, required: bool) -> None:
            before, needed = heard.get(path, ({}, False))
            heard[path] = ({**before, **{name: value for name, value in schema.items() if value is not None}}, needed or required)

        token = LISTENER.set(listen)
        try:
            # The samples are no good bodies, and are not meant to be.
            with suppress(ApiError):
                form(copy.deepcopy(sample))
        finally:
            LISTENER.reset(token)
        for parent in {path.rpartition(".")[0] for path in heard}:
            self.runs[parent] += 1
        for path, (schema, required) in heard.items():
            self.schemas[path] = _either(self.schemas[path], schema) if path in self.schemas else schema
            self.needed[path] += required
        return {path: schema for path, (schema, _) in heard.items()}

    def required(self, path: str) -> bool:
        """Whether it was asked for every time its object was looked at."""
        return self.needed[path] == self.runs[path.rpartition(".")[0]]


def schema_of(form: Form, **known: Schema) -> Schema:
    """The JSON schema of the object that a form reads.

    `known` are the schemas of fields that are checked by other means, by dotted path with `__` for the dot and `[]` left out.
    """
    asked = _Asked()
    waiting: deque[Any] = deque([{}])
    seen: set[tuple[str, str]] = set()
    for _ in range(_MOST_SAMPLES):
        if not waiting:
            break
        sample = waiting.popleft()
        heard = asked.run(form, sample)
        if _grow(sample, heard):
            waiting.appendleft(sample)
            continue
        for path, word in _words(heard):
            if (path, word) not in seen:
                seen.add((path, word))
                waiting.append(_with(sample, path, word))
    body = _object(asked, "")
    for name, schema in known.items():
        _put(body, name.split("__"), schema)
    return body


def of_handler(handler: Callable[..., Any], **known: Schema) -> Schema:
    """The same of a view that reads its body before anything else."""

    def form(body: Any) -> None:
        request = HttpRequest()
        request.now = datetime(2000, 1, 1, tzinfo=UTC)  # type: ignore[attr-defined]
        call = Call(request, Requester(), Toloker())
        call.__dict__["body"] = body
        unwrapped = inspect.unwrap(handler)
        unwrapped(call, *[""] * (len(inspect.signature(unwrapped).parameters) - 1))

    return schema_of(form, **known)


def _grow(sample: Any, heard: dict[str, Schema]) -> bool:
    """Put objects and items where the form looked for them; whether there was one to put."""
    grown = False
    for path, schema in heard.items():
        wanted: Any = {} if schema["type"] == "object" else [{}] if schema.get("items", {}).get("type") == "object" else None
        holder, name = _at(sample, path)
        if wanted is not None and name not in holder:
            holder[name] = wanted
            grown = True
    return grown


def _at(sample: Any, path: str) -> tuple[dict[str, Any], str]:
    *steps, name = path.split(".")
    for step in steps:
        sample = sample[int(step)] if step.isdigit() else sample[step]
    return sample, name


def _words(heard: dict[str, Schema]) -> Iterator[tuple[str, str]]:
    return ((path, word) for path, schema in heard.items() for word in schema.get("enum", ()))


def _with(sample: Any, path: str, word: str) -> Any:
    changed = copy.deepcopy(sample)
    holder, name = _at(changed, path)
    holder[name] = word
    return changed


def _either(one: Schema, other: Schema) -> Schema:
    """A schema for what fits one of two readings of the same field."""
    if one.get("type") != other.get("type"):
        return {"type": None}
    merged: Schema = {"type": one["type"]}
    if "enum" in one and "enum" in other:
        merged["enum"] = list(dict.fromkeys([*one["enum"], *other["enum"]]))
    for name, choose in (("minimum", min), ("maximum", max), ("maxLength", max), ("minLength", min)):
        if name in one and name in other:
            merged[name] = choose(one[name], other[name])
    merged.update({name: one[name] for name in ("items", "format") if one.get(name) == other.get(name) and name in one})
    return merged


def _object(asked: _Asked, path: str) -> Schema:
    """The schema of an object from what was read of its fields; other fields are kept, so they may be there."""
    prefix = f"{path}." if path else ""
    fields = {key.removeprefix(prefix): key for key in asked.schemas
              if key.startswith(prefix) and "." not in key.removeprefix(prefix)}
    body: Schema = {"type": "object", "properties": {name: _field(asked, key) for name, key in fields.items()}}
    required = [name for name, key in fields.items() if asked.required(key)]
    return {**body, "required": required} if required else body


def _field(asked: _Asked, path: str) -> Schema:
    schema: Schema = {name: float(value) if name in ("minimum", "maximum") and not isinstance(value, int) else value
              for name, value in asked.schemas[path].items()}
    if schema["type"] is None:
        return {}
    if schema["type"] == "object":
        schema = _object(asked, path)
    elif schema.get("items", {}).get("type") == "object":
        schema["items"] = _object(asked, f"{path}.0")
    if not schema.get("enum", True):
        del schema["enum"]
    return schema if asked.required(path) else or_null(schema)


def or_null(schema: Schema) -> Schema:
    """The same, or null: everything that may be left out may be null."""
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]} if schema else schema
    return {**schema, "type": [schema["type"], "null"], **({"enum": [*schema["enum"], None]} if "enum" in schema else {})}


def _put(body: Schema, steps: list[str], schema: Schema) -> None:
    """Set the schema of one field, passing through lists. `required: True` or False in it settles whether the field is."""
    *parents, name = steps
    for step in parents:
        body = body["properties"][step]
        body = body.get("items", body)
    body.setdefault("properties", {})[name] = {key: value for key, value in schema.items() if not isinstance(value, bool)}
    if isinstance(schema.get("required"), bool):
        others = [field for field in body.get("required", []) if field != name]
        body["required"] = [*others, name] if schema["required"] else others
