"""/api/consensus: CVAT's doors to what is done here by a pool and its review policy."""
from typing import NoReturn

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

_SENTENCE = (
    "Consensus belongs to a crowd's pool here. Accepted work is merged by itself, and at once with POST "
    "/api/crowdsourcing/task-suites/{id}/merge; what counts as one object stands in the consensus block of the pool's review policy, "
    "/api/crowdsourcing/pools/{id}/policy.")


class ConsensusView(APIView):
    """Merges and settings as CVAT has them: a merge there takes work that nobody accepted, and its settings decide about nobody's pay."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(exclude=True)
    def elsewhere(self, request: Request, path: str = "") -> NoReturn:
        """404 with the way to what there is."""
        raise NotFound(_SENTENCE)

    get = post = patch = elsewhere


urlpatterns = [path("<path:path>", ConsensusView.as_view())]
