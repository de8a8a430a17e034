"""The annotator's guide: Markdown in, safe HTML out.

Two fences, each enough alone: markdown-it never passes raw HTML through and refuses dangerous link schemes; nh3 keeps only the tags below.
The result goes to our pages, to the editor and, as instructions, to a crowd platform.
"""
from functools import lru_cache

import nh3
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


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    """Classes survive on code blocks only, as the name of their language; a picture comes from the web, not from a relative address
    (it would point at whatever host shows the guide)."""
    if attribute == "class":
        return value if value.startswith("language-") and " " not in value else None
    if tag == "img" and attribute == "src":
        return value if value.startswith(("https://", "http://")) else None
    return value


def render_guide(markdown: str | None) -> SafeString:
    """HTML of a guide; "" for an empty one. Links open apart and tell nothing about where they were."""
    if not markdown or not markdown.strip():
        return mark_safe("")
    html = nh3.clean(
        _markdown().render(markdown), tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow",
        attribute_filter=_attribute, set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return mark_safe(html)
