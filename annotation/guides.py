"""The annotator guide: Markdown in, safe HTML out."""
import nh3
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"linkify": True, "html": False}).enable(["table", "strikethrough", "linkify"])
_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}


def render_guide(markdown: str) -> str:
    """Sanitised HTML of the guide; raw HTML in it is shown as text, links open apart and tell nothing about where they were."""
    return nh3.clean(
        _markdown.render(markdown or ""), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow", set_tag_attribute_values={"a": {"target": "_blank"}})
