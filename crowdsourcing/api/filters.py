"""Simple filters of the lists: ?field=value."""
import django_filters

from crowdsourcing.models import Assignment, CrowdProject, Pool, ProviderCommand, StatusChange, TaskSuite
from crowdsourcing.statuses import AssignmentStatus, Cause, CommandKind, CommandStatus, PoolStatus, ProjectStatus

TARGETS = ProviderCommand.Target.choices


class NumberFilter(django_filters.NumberFilter):
    """A foreign key by its number, without a query for the choices; an unknown one gives an empty list."""


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


class AssignmentFilter(django_filters.FilterSet):
    pool = NumberFilter(field_name="pool_id")
    task = NumberFilter(field_name="pool__task_id")
    job = NumberFilter(field_name="task_suite__job_id")
    status = django_filters.MultipleChoiceFilter(choices=AssignmentStatus.choices, help_text="May be given several times.")
    toloker = django_filters.CharFilter(field_name="toloker__user_id")
    remote_id = django_filters.CharFilter()

    class Meta:
        model = Assignment
        fields = ["pool", "task", "job", "status", "toloker", "remote_id"]


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
    after = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gt", help_text="Later than this moment (ISO 8601).")
    before = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = StatusChange
        fields = ["target_type", "target", "new", "cause", "after", "before"]
