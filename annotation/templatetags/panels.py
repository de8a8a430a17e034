"""`{% panels "project.actions" project %}`: what rooms above registered for a place of this page (annotation.extensions)."""
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from annotation import extensions

register = template.Library()


@register.simple_tag(takes_context=True)
def panels(context: template.Context, place: str, thing: Any = None) -> SafeString:
    """Every template registered for `place`, rendered in order with `object` = thing and the context its callable gives.

    A callable that answers None leaves its panel out. An unknown place is a ValueError: a typing mistake must not stay silent.
    """
    request = context["request"]
    parts = []
    for _order, template_name, context_of in extensions.panels(place):
        panel_context = context_of(request, thing)
        if panel_context is not None:
            parts.append(render_to_string(template_name, {"object": thing, **panel_context}, request=request))
    return mark_safe("".join(parts))
