"""The import map: bare names of our modules and of the bundled libraries -> the (hashed) address of the static file.

Modules import each other by bare name only ("@/editor/store.js", "ol"). A relative import would ask for the unhashed file, which a
browser must not cache for long and would load a second time.
"""
import json
from functools import lru_cache
from pathlib import Path

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

LIBRARIES = ("ol", "lit", "immer", "idb")
EDITOR_FOLDER = Path(__file__).resolve().parent.parent / "static" / "annotation" / "editor"


@lru_cache(maxsize=1)
def editor_modules() -> tuple[str, ...]:
    """Paths of the editor's modules below its folder, e.g. "canvas/canvas.js"."""
    return tuple(sorted(file.relative_to(EDITOR_FOLDER).as_posix() for file in EDITOR_FOLDER.rglob("*.js")))


def addresses() -> dict[str, str]:
    """Bare name -> address of every module."""
    libraries = {name: static(f"vendor/{name}.js") for name in LIBRARIES}
    return libraries | {f"@/editor/{path}": static(f"annotation/editor/{path}") for path in editor_modules()}


@register.simple_tag(takes_context=True)
def importmap(context: template.Context) -> SafeString:
    """The <script type="importmap"> element; it carries the nonce `csp_nonce` of the context when there is one."""
    # Inside a script element only "<" could end the JSON early.
    body = mark_safe(json.dumps({"imports": addresses()}, indent=1).replace("<", "\\u003c"))
    nonce = context.get("csp_nonce")
    attribute = format_html(' nonce="{}"', nonce) if nonce else ""
    return format_html('<script type="importmap"{}>{}</script>', attribute, body)


@register.simple_tag
def modulepreloads() -> SafeString:
    """A <link rel="modulepreload"> for every module: all are asked for at once, not each after the one that imports it."""
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', ((address,) for address in addresses().values()))
