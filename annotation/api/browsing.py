"""Answers of the API as pages, for people who follow its addresses in a browser."""
from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer


class PageRenderer(BrowsableAPIRenderer):
    """To look at only: no forms, which would be made from serializers that many doors do not have."""

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Any) -> None:
        """None."""

    def get_raw_data_form(self, data: Any, view: Any, method: str, request: Any) -> None:
        """None."""

    def get_filter_form(self, data: Any, view: Any, request: Any) -> None:
        """None."""
