"""The document itself: OpenAPI 3.1."""
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from sandbox.api.description import serve
from sandbox.api.listing import SUFFIXES, Listing
from sandbox.errors import MESSAGES, STATUS_BY_CODE
from sandbox.http import Call
from sandbox.openapi.nouns import doors, people, projects, work
from sandbox.openapi.routes import Route, routes
from sandbox.openapi.shapes import OBJECT, TEXT, TIME_GIVEN, UUID, Described, Schema, array, ref, thing, word, words

_NOUNS = (projects, work, people, doors)
_SECURITY: dict[str, list[dict[str, list[str]]]] = {"api": [{"requester": []}], "worker": [{"toloker": []}], "control": []}
_HEADER = {"type": "apiKey", "in": "header", "name": "Authorization"}
_WHY = {400: "The request is wrong: `payload` says where", 401: "No or an unknown token", 403: "Another's object, or not allowed",
        404: "There is no such object", 409: "Not now", 413: "Too large", 415: "Not the media type that is expected, or packed",
        429: "Too many requests: `payload.interval` says in which time", 431: "Headers or address too long",
        503: "The database or the disk did not answer, or a planned fault"}


def descriptions() -> dict[Callable[..., Any], Described]:
    """Every view's description."""
    own = {serve: Described("This description", {200: OBJECT})}
    return {**own, **{view: one for noun in _NOUNS for view, one in noun.described().items()}}


@cache
def document() -> dict[str, Any]:
    """Made once: it follows from the code alone. KeyError if an address has no description."""
    known = descriptions()
    paths: dict[str, dict[str, Any]] = {}
    for route in routes():
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known[route.handler])
    return {
        "openapi": "3.1.0",
        "info": {"title": "cvatoloka sandbox", "version": "1",
                 "description": "Toloka's requester API, the Toloker API of the desk and the robots, and the control API."},
        "paths": paths,
        "components": {
            "schemas": {"Error": _error(), **{name: schema for noun in _NOUNS for name, schema in noun.components().items()}},
            "securitySchemes": {
                "requester": {**_HEADER, "description": "`OAuth <token>` or `ApiKey <token>`"},
                "toloker": {**_HEADER, "description": "`Toloker <token>`"}}},
    }


def _error() -> Schema:
    problem = thing({"code": TEXT, "message": TEXT}, params=OBJECT)
    return {**thing({"request_id": TEXT, "code": TEXT, "message": TEXT}, payload=OBJECT), "$defs": {"problem": problem},
            "description": "VALIDATION_ERROR has a problem by dotted path in `payload`. Codes: "
                           + ", ".join(sorted({*STATUS_BY_CODE, *MESSAGES}))}


def _operation(route: Route, one: Described) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route), "summary": one.summary, "tags": [route.door],
        "security": [] if _is_public(route) else _SECURITY[route.door],
        "parameters": [*_path_parameters(route), *_query_parameters(one)], "responses": {**_answers(one), **_refusals(route, one)}}
    notes = (route.handler.__doc__ or "").strip()
    if notes:
        operation["description"] = re.sub(r"\s+", " ", notes)
    if one.body is not None:
        operation["requestBody"] = {"required": one.body_required, "content": {one.sends or "application/json": {"schema": one.body}}}
    return operation


def _name(route: Route) -> str:
    """`get_v1_projects_id`: stable, and of the address alone."""
    words_of = re.findall(r"[A-Za-z0-9]+", route.path)
    return "_".join([route.method.lower(), *words_of])


def _is_public(route: Route) -> bool:
    return route.door == "control" or route.view.identify is Call  # type: ignore[attr-defined]


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [{"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}] if route.names_one else []


def _query_parameters(one: Described) -> list[dict[str, Any]]:
    fields = {**({} if one.listing is None else _listed(one.listing)), **one.query}
    return [{"name": name, "in": "query", "schema": schema, **({"required": True} if name in one.query_required else {}),
             **({"style": "form", "explode": False} if schema.get("type") == "array" else {})} for name, schema in fields.items()]


def _listed(listing: Listing) -> dict[str, Schema]:
    """The parameters that a Listing reads."""
    kinds = ((listing.times, TIME_GIVEN), (listing.numbers, {"type": "string", "pattern": "^-?[0-9]{1,18}$"}), (listing.texts, TEXT),
             (listing.uuids, UUID))
    ranges = {f"{name}_{suffix}": schema for names, schema in kinds for name in names for suffix in SUFFIXES}
    sortable = sorted({*listing.times, *listing.numbers, *listing.texts, *listing.uuids, *listing.sortable})
    closed = {name: words(*among) for name, among in listing.words.items()}
    sort = array(word(*sortable, *(f"-{name}" for name in sortable)), minItems=1)
    limit = {"type": "integer", "minimum": 1, "maximum": listing.most, "default": listing.default}
    return {**ranges, **closed, "sort": sort, "limit": limit}


def _answers(one: Described) -> dict[str, Any]:
    return {str(status): {"description": one.summary, **({} if schema is None else {"content": {
        one.gives or "application/json": {"schema": schema}}})} for status, schema in one.answers.items()}


def _refusals(route: Route, one: Described) -> dict[str, Any]:
    """What any such request may be answered with instead."""
    statuses = {400, 415, 431, 503}
    if not _is_public(route):
        statuses |= {401}
    names_others = one.names_others or any(name.endswith("_id") for name in one.query)
    if route.names_one or names_others:
        statuses |= {403, 404}
    if route.door == "control":
        statuses |= {403, 404}
    if route.door == "api":
        statuses |= {429}
    if one.body is not None:
        statuses |= {413}
    if one.conflicts:
        statuses |= {409}
    why = {**_WHY, 409: f"Not now: {', '.join(one.conflicts)}"}
    return {str(status): {"description": why[status], "content": {"application/json": {"schema": ref("Error")}}}
            for status in sorted(statuses)}
