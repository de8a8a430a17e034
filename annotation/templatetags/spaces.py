"""`{% spaces as here %}`: here.space, here.space_name and here.places for the switcher of the top menu."""
from typing import Any

from django import template

from annotation.views.spaces import space_context

register = template.Library()


@register.simple_tag(takes_context=True)
def spaces(context: template.Context) -> dict[str, Any]:
    request = context.get("request")
    return space_context(request) if request is not None and request.user.is_authenticated and hasattr(request, "session") else {}
