"""The annotator's guide: Markdown in, safe HTML out.

Two fences, each enough alone: markdown-it never passes raw HTML through and refuses dangerous link schemes; nh3 keeps only the tags below.
The result goes to our pages, to the editor and, as instructions, to a crowd platform.

A picture that was uploaded for the guide is `/api/assets/<uuid>` in Markdown, as at CVAT. That address asks who looks; annotators of a
crowd have no account here. So what is shown names it by an address that is a key to this one picture (`picture_address`).
"""
import re
import uuid
from functools import lru_cache

import nh3
from django.core import signing
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}
ATTRIBUTES = {"a": {"href", "title", "target"}, "img": {"src", "alt", "title"}, "ol": {"start"}, "code": {"class"}}
SCHEMES = {"http", "https", "mailto"}


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True}).enable(["table", "strikethrough", "linkify"])


_SALT = "annotation.guides.picture"
_ASSET = re.compile(r"/api/assets/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})/?")


def picture_address(project_id: int, asset: uuid.UUID) -> str:
    """Path of a guide's picture for whoever reads the guide, with an account or without. It shows that picture of that project only."""
    return f"/guides/pictures/{signing.Signer(salt=_SALT).sign(f'{project_id}.{asset.hex}')}"


def picture_of(key: str) -> tuple[int, uuid.UUID] | None:
    """(project, picture) of the last part of such a path; None when we did not write it."""
    try:
        project_id, _, asset = signing.Signer(salt=_SALT).unsign(key).partition(".")
    except signing.BadSignature:
        return None
    return int(project_id), uuid.UUID(asset)


def assets_in(markdown: str) -> set[uuid.UUID]:
    """Pictures that a guide names."""
    return {uuid.UUID(key) for key in _ASSET.findall(markdown)}


class _Attributes:
    """What may stand in the attributes of a guide."""

    def __init__(self, project_id: int | None, base: str) -> None:
        self._project_id = project_id
        self._base = base

    def __call__(self, tag: str, attribute: str, value: str) -> str | None:
        """Classes survive on code blocks only, as the name of their language; a picture comes from the web or is one of the guide's own,
        not from another relative address (it would point at whatever host shows the guide)."""
        if attribute == "class":
            return value if value.startswith("language-") and " " not in value else None
        if tag == "img" and attribute == "src":
            own = _ASSET.fullmatch(value)
            if own is not None:
                return self._base + picture_address(self._project_id, uuid.UUID(own[1])) if self._project_id is not None else None
            return value if value.startswith(("https://", "http://")) else None
        return value


def render_guide(markdown: str | None, project_id: int | None = None, base: str = "") -> SafeString:
    """HTML of a guide; "" for an empty one. Links open apart and tell nothing about where they were.

    `project_id`: whose pictures it may show. `base`: our address, for HTML that is shown elsewhere.
    """
    if not markdown or not markdown.strip():
        return mark_safe("")
    html = nh3.clean(
        _markdown().render(markdown), tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow",
        attribute_filter=_Attributes(project_id, base), set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return mark_safe(html)
