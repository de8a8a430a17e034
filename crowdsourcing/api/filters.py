"""Simple filters of the lists: ?field=value."""
from datetime import UTC, timedelta
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db.models import Q, QuerySet
from django.utils import timezone

from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderCommand, StatusChange, TaskSuite, Verdict
from crowdsourcing.selectors.queue import LEVELS, QueueFilters, narrowed
from crowdsourcing.statuses import AssignmentStatus, Cause, CommandKind, CommandStatus, PoolStatus, ProjectStatus

TARGETS = ProviderCommand.Target.choices
# Statuses that are somebody's judgement.
VERDICTS = (AssignmentStatus.ACCEPTED.value, AssignmentStatus.REJECTED.value)
_AT_JOB = "{} this job; of a job that several do all of theirs."


def _at_job(job: int, path: str = "") -> Q:
    """`path`: to the assignment."""
    return Q(**{f"{path}job": job}) | Q(**{f"{path}job__parent_job": job})


class NumberFilter(django_filters.NumberFilter):
    """A foreign key by its number, without a query for the choices; an unknown one gives an empty list."""


class MomentField(django_filters.fields.IsoDateTimeField):
    """Times in UTC: PostgreSQL knows no zone that is more than 16 hours away, ISO 8601 does."""

    def to_python(self, value: Any) -> Any:
        """ValidationError for a moment that is no day of the calendar in UTC."""
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A moment, ISO 8601."""

    field_class = MomentField


class CrowdProjectFilter(django_filters.FilterSet):
    project = NumberFilter(field_name="project_id")
    status = django_filters.ChoiceFilter(choices=ProjectStatus.choices)

    class Meta:
        model = CrowdProject
        fields = ["project", "status"]


class PoolFilter(django_filters.FilterSet):
    task = NumberFilter(field_name="task_id")
    project = NumberFilter(field_name="task__project_id")
    crowd_project = NumberFilter(field_name="crowd_project_id")
    status = django_filters.ChoiceFilter(choices=PoolStatus.choices)

    class Meta:
        model = Pool
        fields = ["task", "project", "crowd_project", "status"]


class TaskSuiteFilter(django_filters.FilterSet):
    pool = NumberFilter(field_name="pool_id")
    job = NumberFilter(field_name="job_id")

    class Meta:
        model = TaskSuite
        fields = ["pool", "job"]


class Sort(django_filters.OrderingFilter):
    """`sort=-suspicion,submitted`; a minus turns it round. Equal rows stand in the order of their ids."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value in EMPTY_VALUES else qs.order_by(*(self.get_ordering_value(name) for name in value if name), "pk")


class AssignmentFilter(django_filters.FilterSet):
    project = NumberFilter(field_name="pool__task__project_id")
    pool = NumberFilter(field_name="pool_id")
    task = NumberFilter(field_name="pool__task_id")
    job = NumberFilter(method="at_job", help_text=_AT_JOB.format("Attempts at"))
    status = django_filters.MultipleChoiceFilter(choices=AssignmentStatus.choices, help_text="May be given several times.")
    toloker = django_filters.CharFilter(field_name="toloker__user_id")
    remote_id = django_filters.CharFilter()
    submitted_after = MomentFilter(field_name="submitted", lookup_expr="gt", help_text="Later than this (ISO 8601).")
    submitted_before = MomentFilter(field_name="submitted", lookup_expr="lt")
    due_within = django_filters.NumberFilter(
        method="due", min_value=1, max_value=2_400,
        help_text="Submitted, and accepted by the platform itself within so many hours.")
    suspicion = django_filters.ChoiceFilter(choices=[(level, level) for level in LEVELS], method="level", help_text="This level or more.")
    issues = django_filters.ChoiceFilter(
        choices=[("open", "open")], method="with_issues", help_text="With issues about this attempt that nobody has resolved.")
    sort = Sort(
        fields=(("created", "created"), ("submitted", "submitted"), ("suspicion", "suspicion"),
                ("accepted_by_itself_at", "accepted_automatically_at")),
        help_text="One or more of created, submitted, suspicion, accepted_automatically_at; a minus turns it round.")

    class Meta:
        model = Assignment
        fields = ["project", "pool", "task", "job", "status", "toloker", "remote_id"]

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(narrowed(queryset, QueueFilters()))

    def at_job(self, rows: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        return rows.filter(_at_job(value))

    def due(self, rows: QuerySet[Any], name: str, value: float) -> QuerySet[Any]:
        return rows.filter(status=AssignmentStatus.SUBMITTED, accepted_by_itself_at__lte=timezone.now() + timedelta(hours=float(value)))

    def level(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(suspicion__gte=LEVELS[value])

    def with_issues(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return narrowed(rows, QueueFilters(issues=value))


class CommandFilter(django_filters.FilterSet):
    target_type = django_filters.ChoiceFilter(choices=TARGETS)
    target = NumberFilter(field_name="target_id")
    kind = django_filters.ChoiceFilter(choices=CommandKind.choices)
    status = django_filters.MultipleChoiceFilter(choices=CommandStatus.choices)

    class Meta:
        model = ProviderCommand
        fields = ["target_type", "target", "kind", "status"]


class StatusChangeFilter(django_filters.FilterSet):
    target_type = django_filters.ChoiceFilter(choices=TARGETS)
    target = NumberFilter(field_name="target_id")
    new = django_filters.CharFilter()
    cause = django_filters.ChoiceFilter(choices=Cause.choices)
    after = MomentFilter(field_name="at", lookup_expr="gt", help_text="Later than this moment (ISO 8601).")
    before = MomentFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = StatusChange
        fields = ["target_type", "target", "new", "cause", "after", "before"]


class ReviewFilter(django_filters.FilterSet):
    assignment = NumberFilter(field_name="target_id")
    project = NumberFilter(method="of_assignments")
    task = NumberFilter(method="of_assignments")
    pool = NumberFilter(method="of_assignments")
    job = NumberFilter(method="of_assignments", help_text=_AT_JOB.format("Judgements of"))
    toloker = django_filters.CharFilter(method="of_toloker")
    verdict = django_filters.ChoiceFilter(field_name="new", choices=[(status, status) for status in VERDICTS])
    reviewer = django_filters.CharFilter(field_name="actor__username")
    cause = django_filters.ChoiceFilter(choices=Cause.choices)
    after = MomentFilter(field_name="at", lookup_expr="gt", help_text="Later than this moment (ISO 8601).")
    before = MomentFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = StatusChange
        fields = ["assignment", "project", "task", "pool", "job", "toloker", "verdict", "reviewer", "cause", "after", "before"]

    def of_assignments(self, rows: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        paths = {"project": "pool__task__project", "task": "pool__task", "pool": "pool"}
        wanted = _at_job(value) if name == "job" else Q(**{paths[name]: value})
        return rows.filter(target_id__in=Assignment.objects.filter(wanted).order_by().values("pk"))

    def of_toloker(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(target_id__in=Assignment.objects.filter(toloker__user_id=value).order_by().values("pk"))


class VerdictFilter(django_filters.FilterSet):
    assignment = NumberFilter(field_name="assignment_id")
    project = NumberFilter(field_name="assignment__pool__task__project_id")
    task = NumberFilter(field_name="assignment__pool__task_id")
    pool = NumberFilter(field_name="assignment__pool_id")
    job = NumberFilter(method="at_job", help_text=_AT_JOB.format("Verdicts on"))
    toloker = django_filters.CharFilter(field_name="assignment__toloker__user_id")
    outcome = django_filters.ChoiceFilter(choices=Verdict.Outcome.choices)
    source = django_filters.ChoiceFilter(
        choices=[(name, name) for name in ("automatic", "ground_truth", "consensus", "verification", "hand")])
    policy = NumberFilter(field_name="policy_id")
    policy_version = NumberFilter(field_name="policy__version")
    actor = django_filters.CharFilter(field_name="actor__username")
    after = MomentFilter(field_name="created_at", lookup_expr="gt", help_text="Later than this moment (ISO 8601).")
    before = MomentFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Verdict
        fields = ["assignment", "project", "task", "pool", "job", "toloker", "outcome", "source", "policy", "policy_version", "actor",
                  "after", "before"]

    def at_job(self, rows: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        return rows.filter(_at_job(value, "assignment__"))
