"""/api/crowdsourcing/pools and /task-suites."""
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing import doors
from crowdsourcing.api.base import VERB_ANSWERS, RoomViewSet, with_open_command
from crowdsourcing.api.errors import ERRORS
from crowdsourcing.api.filters import PoolFilter, TaskSuiteFilter
from crowdsourcing.api.policies import PolicyActions
from crowdsourcing.api.quality import PoolQuality
from crowdsourcing.api.serializers import (
    PoolConfigSerializer,
    PoolDetailSerializer,
    PoolSerializer,
    PoolSetupSerializer,
    TaskSuiteSerializer,
)
from crowdsourcing.api.verifications import VerificationActions
from crowdsourcing.models import Pool, TaskSuite
from crowdsourcing.services import assignments as assignment_services, pools as services
from crowdsourcing.services.consensus import merge_now

SETUP_EXAMPLE = OpenApiExample("A small pool", request_only=True, value={
    "task": 7, "reward_per_assignment": "0.05", "assignment_max_duration_seconds": 600, "auto_accept_period_day": 14,
    "reissue_policy": "after_dispute", "filter": {"and": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]}})


@extend_schema(tags=["crowdsourcing: pools"])
class PoolViewSet(PolicyActions, PoolQuality, VerificationActions, ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """Pools on the platform, twins of tasks. One job of the task is one unit of paid work."""

    filterset_class = PoolFilter
    queryset = Pool.objects.none()

    def get_serializer_class(self) -> Any:
        return PoolSerializer if self.action == "list" else PoolDetailSerializer

    def get_queryset(self) -> Any:
        return with_open_command(doors.pools_for(self.request.user).prefetch_related("crowd_project__account__skills"), "pool")

    @extend_schema(request=PoolSetupSerializer, responses=VERB_ANSWERS, examples=[SETUP_EXAMPLE], summary="Setup Toloka pool")
    def create(self, request: Request) -> Response:
        """Create the pool, closed, with one platform task a job. Not visible to Tolokers until started."""
        data = dict(self.checked(PoolSetupSerializer))
        task = doors.task(request.user, data.pop("task").pk, edit=True)
        return self.asked_of(services.setup_pool(actor=request.user, task=task, config=data))

    @extend_schema(request=PoolConfigSerializer, responses=VERB_ANSWERS, summary="Update pool")
    def partial_update(self, request: Request, pk: str) -> Response:
        """Fields left out stay as they are. An open pool must be stopped first."""
        pool = self.editable()
        data = self.checked(PoolConfigSerializer, partial=True)
        return self.asked(services.update_pool(actor=request.user, pool=pool, config=dict(data)))

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Start Toloka pool")
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Tolokers see it from then on."""
        return self.asked(services.start_pool(actor=request.user, pool=self.editable()))

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Stop Toloka pool")
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Nothing new is given out; who is at work may finish."""
        return self.asked(services.stop_pool(actor=request.user, pool=self.editable()))

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Archive Toloka pool")
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """Final. All jobs must be complete, nothing active, unreviewed or disputed."""
        return self.asked(services.archive_pool(actor=request.user, pool=self.editable()))

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Sync Toloka pool")
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, pk: str) -> Response:
        """Look at the pool and its assignments now."""
        return self.asked(services.sync_pool(actor=request.user, pool=self.editable()))


@extend_schema(tags=["crowdsourcing: task suites"])
class TaskSuiteViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """What one Toloker is given: one job."""

    serializer_class = TaskSuiteSerializer
    filterset_class = TaskSuiteFilter
    queryset = TaskSuite.objects.none()

    def get_queryset(self) -> Any:
        return doors.task_suites_for(self.request.user)

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Give to another Toloker")
    @action(detail=True, methods=["post"])
    def reissue(self, request: Request, pk: str) -> Response:
        """Offer a job whose latest attempt was rejected to another Toloker."""
        return self.asked(assignment_services.reissue_job(actor=request.user, task_suite=self.editable()))

    @extend_schema(request=None, responses={200: TaskSuiteSerializer, **ERRORS}, summary="Merge now")
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Merge what is accepted of a job that several Tolokers do, in the place of what is on the job."""
        merge_now(actor=request.user, task_suite=self.editable())
        return Response(TaskSuiteSerializer(self.get_object()).data)
