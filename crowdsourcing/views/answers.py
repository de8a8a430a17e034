"""What services raise, turned into what a page shows."""
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotation.views.answers import error_lists
from crowdsourcing.transitions import Refused

# The service's name of a field -> the form's, where they differ.
RENAMED = {"base_url": "environment", "interface_options": "shapes"}


@contextmanager
def errors_on(form: forms.BaseForm) -> Iterator[None]:
    """A service's complaint becomes an error of the form: at its field where the form has one, else above the form."""
    try:
        yield
    except ValidationError as error:
        for name, sentences in error_lists(error).items():
            field = RENAMED.get(name or "", name)
            form.add_error(field if field in form.fields else None, sentences)
    except Refused as error:
        form.add_error(None, error.sentence)


@contextmanager
def refusals_as_messages(request: HttpRequest) -> Iterator[None]:
    """For verbs without a form: the reason is shown on the next page."""
    try:
        yield
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Refused as error:
        messages.warning(request, error.sentence)


def render_dialog(request: HttpRequest, name: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
    """A question: as a dialog over the page when htmx asks for it, as a page of its own otherwise."""
    asked_by_htmx = bool(getattr(request, "htmx", False))
    template = f"crowdsourcing/_{name}.html" if asked_by_htmx else "crowdsourcing/dialog_page.html"
    response = render(request, template, {"dialog": f"crowdsourcing/_{name}.html", "as_page": not asked_by_htmx, **context}, status=status)
    # The address serves both; a cache must not mix them up.
    response["Vary"] = "HX-Request"
    return response
