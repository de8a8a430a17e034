"""Lists: `?field=value`, `search=`, `sort=name,-id` (CVAT's conventions)."""
from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend

from annotation.models import Comment, Issue, Job, JobStage, JobState, Label, LabelType, Project, Request, Task

# A name that no list knows is 400; these belong to paging or choose the answer's form.
MAX_SEARCH = 256


class FieldFilters(filters.DjangoFilterBackend):
    """django-filter; bad values are 400 with the field's name."""


class Search(BaseFilterBackend):
    """Every word must be found in one of the view's `search_fields`."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        text = request.query_params.get("search", "").replace("\x00", "")[:MAX_SEARCH]
        for word in text.split() if view.search_fields else []:
            found = Q()
            for field in view.search_fields:
                found |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(found)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the API schema."""
        return [_parameter("search", f"Words to find in {', '.join(view.search_fields)}")] if getattr(view, "search_fields", ()) else []


class Sort(BaseFilterBackend):
    """`sort=name,-id`; 400 for a field that is not one of the view's `sort_fields`."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        wanted = [part.strip() for part in request.query_params.get("sort", "").split(",") if part.strip()]
        paths = []
        for part in wanted if view.sort_fields else []:
            name = part.removeprefix("-")
            if name not in view.sort_fields:
                raise exceptions.ValidationError({"sort": [f"“{name}” is not one of {', '.join(view.sort_fields)}."]})
            paths.append(("-" if part.startswith("-") else "") + view.sort_fields[name])
        # The key last, so that pages never overlap.
        return queryset.order_by(*paths, "-pk") if paths else queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """For the API schema."""
        fields = getattr(view, "sort_fields", {})
        return [_parameter("sort", f"Comma-separated, - for descending: {', '.join(fields)}")] if fields else []


def _parameter(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "required": False, "in": "query", "description": description, "schema": {"type": "string"}}


class ProjectFilter(filters.FilterSet):
    """Of GET /api/projects."""

    name = filters.CharFilter()
    owner = filters.CharFilter(field_name="owner__username")

    class Meta:
        model = Project
        fields = ("id", "name", "owner")


class TaskFilter(filters.FilterSet):
    """Of GET /api/tasks."""

    name = filters.CharFilter()
    owner = filters.CharFilter(field_name="owner__username")
    project_id = filters.NumberFilter(field_name="project")
    project_name = filters.CharFilter(field_name="project__name")

    class Meta:
        model = Task
        fields = ("id", "name", "owner", "project_id", "project_name")


class JobFilter(filters.FilterSet):
    """Of GET /api/jobs."""

    task_id = filters.NumberFilter(field_name="task")
    task_name = filters.CharFilter(field_name="task__name")
    project_id = filters.NumberFilter(field_name="task__project")
    project_name = filters.CharFilter(field_name="task__project__name")
    assignee = filters.CharFilter(field_name="assignee__username")
    stage = filters.ChoiceFilter(choices=JobStage.choices)
    state = filters.ChoiceFilter(choices=JobState.choices)

    class Meta:
        model = Job
        fields = ("id", "task_id", "task_name", "project_id", "project_name", "assignee", "stage", "state")


class LabelFilter(filters.FilterSet):
    """Of GET /api/labels. Labels belong to projects; task_id and job_id name those of the project around them."""

    project_id = filters.NumberFilter(field_name="project")
    task_id = filters.NumberFilter(field_name="project__tasks")
    job_id = filters.NumberFilter(field_name="project__tasks__jobs")
    name = filters.CharFilter()
    type = filters.ChoiceFilter(choices=LabelType.choices)
    color = filters.CharFilter()

    class Meta:
        model = Label
        fields = ("id", "project_id", "task_id", "job_id", "name", "type", "color")


class RequestFilter(filters.FilterSet):
    """Of GET /api/requests."""

    status = filters.ChoiceFilter(choices=Request.Status.choices)
    action = filters.ChoiceFilter(choices=Request.Action.choices)
    project_id = filters.NumberFilter(field_name="project")
    task_id = filters.NumberFilter(field_name="task")

    class Meta:
        model = Request
        fields = ("status", "action", "project_id", "task_id")


class IssueFilter(filters.FilterSet):
    """Of GET /api/issues."""

    job_id = filters.NumberFilter(field_name="job")
    task_id = filters.NumberFilter(field_name="job__task")
    frame_id = filters.NumberFilter(field_name="frame")
    owner = filters.CharFilter(field_name="owner__username")
    resolved = filters.BooleanFilter(field_name="resolved_date", lookup_expr="isnull", exclude=True)
    attempt = filters.CharFilter()

    class Meta:
        model = Issue
        fields = ("id", "job_id", "task_id", "frame_id", "owner", "resolved", "attempt")


class CommentFilter(filters.FilterSet):
    """Of GET /api/comments."""

    issue_id = filters.NumberFilter(field_name="issue")
    job_id = filters.NumberFilter(field_name="issue__job")
    frame_id = filters.NumberFilter(field_name="issue__frame")
    owner = filters.CharFilter(field_name="owner__username")

    class Meta:
        model = Comment
        fields = ("id", "issue_id", "job_id", "frame_id", "owner")
