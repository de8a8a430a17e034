"""What services raise, turned into what a page shows; and questions as dialogs."""
from collections.abc import Mapping
from contextlib import AbstractContextManager

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotation.views import answers
from annotation.views.answers import refusals_as_messages

__all__ = ["errors_on", "refusals_as_messages", "render_dialog"]
# The service's name of a field -> the form's, where they differ.
RENAMED = {"base_url": "environment", "interface_options": "shapes"}


def errors_on(form: forms.BaseForm) -> AbstractContextManager[None]:
    """The same with this room's names of fields."""
    return answers.errors_on(form, RENAMED)


def render_dialog(request: HttpRequest, name: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """A question: as a dialog over the page when htmx asks for it, as a page of its own otherwise."""
    asked_by_htmx = bool(getattr(request, "htmx", False))
    template = f"crowdsourcing/_{name}.html" if asked_by_htmx else "crowdsourcing/dialog_page.html"
    response = render(request, template, {"dialog": f"crowdsourcing/_{name}.html", "as_page": not asked_by_htmx, **context}, status=status)
    # The address serves both; a cache must not mix them up.
    response["Vary"] = "HX-Request"
    return response
