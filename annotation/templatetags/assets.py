"""The import map: bare names of the editor's modules and of the bundled libraries -> the (hashed) address of the static file.

Modules import each other by bare name only ("@/editor/store.js", "ol"). A relative import would ask for the unhashed file, which a
browser must not cache for long and would load a second time.

The page takes the editor as the two files that bin/assets bundled. With DEBUG, and where the bundle is missing or older than the modules
(a system check says so), it takes the modules themselves: slower in a new browser, never out of date.
"""
import json
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from annotation import editor_bundle

register = template.Library()

LIBRARIES = ("ol", "lit", "immer", "idb")
OPENING = "@/editor/opening.js"


@lru_cache(maxsize=1)
def editor_modules() -> tuple[str, ...]:
    """Paths of the editor's modules below its folder, e.g. "canvas/canvas.js"."""
    return tuple(editor_bundle.module_paths())


@lru_cache(maxsize=1)
def bundle_is_current() -> bool:
    """Whether there is a bundle of the very modules that are here. Looked at once a process."""
    made_from = finders.find(editor_bundle.MADE_FROM)
    return made_from is not None and Path(made_from).read_text().strip() == editor_bundle.sources_digest()


def is_bundled() -> bool:
    """Whether pages take the bundle. With DEBUG a change is seen at the next reload."""
    return not settings.DEBUG and bundle_is_current()


def addresses() -> dict[str, str]:
    """Bare name -> address of every module that the page may import."""
    libraries = {name: static(f"vendor/{name}.js") for name in LIBRARIES}
    if is_bundled():
        return libraries | {OPENING: static("editor/opening.js"), "@/editor/main.js": static("editor/main.js")}
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
def editor_module(name: str) -> str:
    """The address of the editor's module of that name, as the import map has it: a script begins the module that others import."""
    return addresses()[f"@/editor/{name}"]


@register.simple_tag
def modulepreloads() -> SafeString:
    """A <link rel="modulepreload"> for every module: all are asked for at once, not each after the one that imports it."""
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', ((address,) for address in addresses().values()))
