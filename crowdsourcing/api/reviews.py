"""/api/crowdsourcing/reviews: who judged which assignment, how, and whether that still stands."""
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from crowdsourcing import doors
from crowdsourcing.api import examples
from crowdsourcing.api.base import RoomViewSet
from crowdsourcing.api.filters import VERDICTS, ReviewFilter
from crowdsourcing.models import Assignment, ProviderCommand, StatusChange


@examples.shown("Accepted", examples.REVIEW)
class ReviewSerializer(serializers.ModelSerializer):
    """A judgement as the platform has it. `reviewer` is null where it was made in the platform's own pages, or by its rules."""

    assignment = serializers.IntegerField(source="target_id", read_only=True)
    verdict = serializers.ChoiceField(source="new", choices=list(VERDICTS), read_only=True)
    reviewer = serializers.CharField(source="actor.username", default=None, read_only=True, allow_null=True)
    project = serializers.IntegerField(source="judged.pool.task.project_id", read_only=True)
    task = serializers.IntegerField(source="judged.pool.task_id", read_only=True)
    pool = serializers.IntegerField(source="judged.pool_id", read_only=True)
    job = serializers.IntegerField(source="judged.job_id", read_only=True)
    toloker = serializers.CharField(source="judged.toloker.user_id", read_only=True)
    reward = serializers.DecimalField(source="judged.reward", max_digits=12, decimal_places=3, read_only=True)
    stands = serializers.SerializerMethodField(help_text="Whether nothing else was decided since.")

    class Meta:
        model = StatusChange
        fields = ("id", "assignment", "verdict", "comment", "cause", "reviewer", "command", "at", "project", "task", "pool", "job",
                  "toloker", "reward", "stands")
        read_only_fields = fields

    def get_stands(self, change: Any) -> bool:
        return bool(change.judged.status == change.new)


@extend_schema(tags=["crowdsourcing: reviews"])
class ReviewViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """Every acceptance and rejection that was seen, newest first. To judge: accept and reject at /api/crowdsourcing/assignments."""

    serializer_class = ReviewSerializer
    filterset_class = ReviewFilter
    queryset = StatusChange.objects.none()

    def get_queryset(self) -> Any:
        judged = doors.status_changes_for(self.request.user).filter(target_type=ProviderCommand.Target.ASSIGNMENT, new__in=VERDICTS)
        return judged.filter(target_id__in=Assignment.objects.order_by().values("pk"))

    def paginate_queryset(self, queryset: Any) -> Any:
        return _with_assignments(super().paginate_queryset(queryset) or [])

    def get_object(self) -> Any:
        return _with_assignments([super().get_object()])[0]


def _with_assignments(rows: list[Any]) -> list[Any]:
    """`judged` on each, in one query."""
    found = Assignment.objects.select_related("pool__task", "task_suite", "toloker").in_bulk([row.target_id for row in rows])
    for row in rows:
        row.judged = found[row.target_id]
    return rows
