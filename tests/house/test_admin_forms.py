"""The administration's forms are made without warnings of what the next Django changes."""
import warnings
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils.deprecation import RemovedInDjango60Warning

pytestmark = pytest.mark.unit


def test_no_form_of_the_administration_relies_on_what_goes_away() -> None:
    assert get_resolver().url_patterns, "the administration is registered"
    request: Any = RequestFactory().get("/")
    request.user = get_user_model()(username="ada", is_staff=True, is_superuser=True)
    assert len(admin.site._registry) > 20
    with warnings.catch_warnings():
        warnings.simplefilter("error", RemovedInDjango60Warning)
        for model, shown in admin.site._registry.items():
            assert shown.get_form(request, None, change=True) is not None, model
