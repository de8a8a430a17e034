"""/api/requests."""
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.request import Request as HttpRequest

from annotation import selectors
from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND, ApiView
from annotation.api.lists import REQUESTS
from annotation.api.serializers.requests import RequestSerializer
from annotation.models import Request
from annotation.services.requests import cancel_request


class RequestView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Background work of the caller."""

    serializer_class = RequestSerializer
    terms = REQUESTS
    space_paths = ("project__organization", "task__project__organization", "job__task__project__organization")
    search_fields = ("message", "task__name", "project__name")
    sort_fields = {"created_date": "created_date", "status": "status", "action": "action"}

    def get_queryset(self) -> QuerySet[Request]:
        return selectors.requests_for(self.request.user).select_related("owner", "task")

    @extend_schema(request=None, responses={200: None, **CONFLICT_ERRORS})
    def cancel(self, request: HttpRequest, pk: str) -> HttpResponseBase:
        """Stop it; it then counts as failed, with a message. A running one stops at its next step; 409 for one that is over."""
        cancel_request(actor=request.user, request=self.get_object())
        return HttpResponse()

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY, **NOT_FOUND})
    def result(self, request: HttpRequest, pk: str) -> HttpResponseBase:
        """The file of a finished export; it is kept for 14 days."""
        background = self.get_object()
        if not background.result:
            raise Http404("There is no file: the export is not finished, or it is older than 14 days.")
        try:
            file = background.result.open("rb")
        except FileNotFoundError:
            raise Http404("The file is gone from the server: export again.") from None
        return FileResponse(file, as_attachment=True, filename=background.result_name, content_type="application/zip")
