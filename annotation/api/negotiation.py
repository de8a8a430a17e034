"""Which renderer answers whom. REST framework's own rule; what programs say in every request is read once."""
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation

# Longer headers are read anew each time, so that nobody fills the memory with theirs.
LONGEST = 256


class Negotiation(DefaultContentNegotiation):
    """NotAcceptable as always."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        header = request.headers.get("accept", "*/*")
        if format_suffix or len(header) > LONGEST:
            return super().select_renderer(request, renderers, format_suffix)
        place, media_type = _chosen(header, tuple(map(type, renderers)))
        return renderers[place], media_type


@lru_cache(maxsize=256)
def _chosen(header: str, kinds: tuple[type[Any], ...]) -> tuple[int, str]:
    """The renderer's place among `kinds`, and the media type of the answer."""
    asked: Any = SimpleNamespace(headers={"accept": header}, query_params={})
    renderer, media_type = DefaultContentNegotiation().select_renderer(asked, [kind() for kind in kinds])
    return kinds.index(type(renderer)), media_type
