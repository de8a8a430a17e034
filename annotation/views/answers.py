"""What services raise, turned into what a page shows."""
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest

from annotation.errors import Forbidden, Refused


@contextmanager
def errors_on(form: forms.BaseForm, names: Mapping[str, str] = {}) -> Iterator[None]:
    """A service's complaint becomes an error of the form: at its field where the form has one, else above the form.

    `names`: the service's name of a field -> the form's, where they differ.
    """
    try:
        yield
    except ValidationError as error:
        for told, sentences in error_lists(error).items():
            field = names.get(told or "", told)
            form.add_error(field if field in form.fields else None, sentences)
    except Forbidden as error:
        raise PermissionDenied(error.sentence) from error
    except Refused as error:
        form.add_error(None, error.sentence)


@contextmanager
def refusals_as_messages(request: HttpRequest) -> Iterator[None]:
    """For verbs without a form: the reason is shown on the next page."""
    try:
        yield
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except Forbidden as error:
        raise PermissionDenied(error.sentence) from error
    except Refused as error:
        messages.warning(request, error.sentence)


def error_lists(error: ValidationError) -> dict[str | None, list[str]]:
    """{field: sentences}; None holds what belongs to no field."""
    if hasattr(error, "error_dict"):
        return {field: list(sentences) for field, sentences in error.message_dict.items()}
    return {None: list(error.messages)}
