"""Every address of the three doors, as the URL resolver has them."""
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

DOORS = ("/api/", "/worker/", "/control/")
_PART = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One method of one address. `path` has `{id}` where the pattern has `<str:key>`."""

    method: str
    path: str
    view: Callable[..., Any]
    handler: Callable[..., Any]

    @property
    def door(self) -> str:
        return self.path.split("/")[1]

    @property
    def names_one(self) -> bool:
        return "{id}" in self.path


def routes() -> Iterator[Route]:
    """In order of the resolver. Pages for people and the answer to unknown addresses are not among them."""
    for path, pattern in _patterns(get_resolver(), "/"):
        handlers = getattr(pattern.callback, "handlers", None)
        if path.startswith(DOORS) and handlers is not None:
            yield from (Route(method, path, pattern.callback, handler) for method, handler in handlers.items())


def _patterns(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = prefix + _PART.sub(lambda found: "{id}" if found[1] == "key" else "{" + found[1] + "}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern
