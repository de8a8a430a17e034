"""/api/tasks, /api/jobs."""
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Case, QuerySet, When, prefetch_related_objects
from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import reach, selectors
from annotation.api.base import CONFLICT_ERRORS, ERROR, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.lists import JOBS, TASKS
from annotation.api.serializers.job_rows import COLUMNS
from annotation.api.serializers.tasks import DataMetaSerializer, JobSerializer, JobWriteSerializer, TaskSerializer, TaskWriteSerializer
from annotation.api.spaces import WHERE, organization_of
from annotation.api.views.annotations import AnnotationsMixin
from annotation.api.views.backups import BackupMixin
from annotation.api.views.comparisons import ComparisonMixin
from annotation.api.views.data import (
    LOOK,
    DeletedFramesSerializer,
    TaskDataMixin,
    frames_of_job,
    job_meta,
    look,
    preview,
    refuse_deleted,
)
from annotation.api.views.exports import ExportMixin
from annotation.api.views.ground_truth import GroundTruthMixin, TaskLayoutMixin
from annotation.api.views.imports import AnnotationFilesMixin, TaskImportMixin
from annotation.api.views.projects import counted
from annotation.models import Issue, Job, JobStage, JobState, JobType, Project, Task
from annotation.services import jobs, projects, tasks
from annotation.services.corrections import KEPT_CORRECTIONS

_EXAMPLE = OpenApiExample("ten frames a job", {"name": "Monday", "project_id": 1, "segment_size": 10, "overlap": 0}, request_only=True)


class TaskView(BackupMixin, ExportMixin, TaskImportMixin, TaskDataMixin, TaskLayoutMixin, AnnotationsMixin, mixins.ListModelMixin,
               mixins.RetrieveModelMixin, ApiView):
    """Tasks the caller sees."""

    serializer_class = TaskSerializer
    terms = TASKS
    space_paths = ("project__organization",)
    search_fields = ("name", "owner__username", "project__name")
    sort_fields = {"id": "id", "name": "name", "owner": "owner__username", "project_id": "project", "project_name": "project__name",
                   "size": "size", "created_date": "created_date", "updated_date": "updated_date"}

    def get_queryset(self) -> QuerySet[Task]:
        jobs = Job.objects.filter(type=JobType.ANNOTATION)
        completed = jobs.filter(stage=JobStage.ACCEPTANCE, state=JobState.COMPLETED)
        return selectors.tasks_for(self.request.user).select_related("owner", "project").annotate(
            job_count=counted(jobs, path="task"), completed_count=counted(completed, path="task"),
            validation_count=counted(jobs.filter(stage=JobStage.VALIDATION), path="task"))

    def get_object(self) -> Any:
        """Doors that do not show the task itself need no counts."""
        if self.action == "retrieve":
            return super().get_object()
        task = reach.task_seen(self.request.user, int(self.kwargs["pk"]))
        if task is None:
            raise Http404("No Task matches the given query.")
        return task

    @extend_schema(request=TaskWriteSerializer, parameters=WHERE, examples=[_EXAMPLE], responses={201: TaskSerializer, **WRITE_ERRORS})
    def create(self, request: Request) -> Response:
        """An empty task; fill it at /api/tasks/{id}/data/."""
        body = TaskWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        cutting = {"segment_size": data.get("segment_size", 0), "frame_overlap": data.get("overlap", 0)}
        if "sorting_method" in data:
            cutting["sorting_method"] = data["sorting_method"]
        with transaction.atomic():
            project = _project_of_new(request, data)
            task = tasks.create_task(actor=request.user, project=project, name=data.get("name", ""), **cutting)
        return Response(self.answer(task), status=status.HTTP_201_CREATED)

    @extend_schema(request=TaskWriteSerializer, responses={200: TaskSerializer, **CONFLICT_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change the name and whether jobs start with the pre-annotations; the cutting only while there are no images."""
        task = self.get_object()
        body = TaskWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        if data.get("project_id", task.project_id) != task.project_id:
            raise ValidationError({"project_id": ["A task stays in its project."]})
        if data.get("organization_id", task.project.organization_id) != task.project.organization_id:
            raise ValidationError({"organization_id": ["A task is where its project is: move the project."]})
        tasks.update_task(actor=request.user, task=task, name=data.get("name"), segment_size=data.get("segment_size"),
                          frame_overlap=data.get("overlap"), sorting_method=data.get("sorting_method"),
                          show_preannotations=data.get("show_preannotations"))
        return Response(self.answer(task))

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete with all jobs and files; 409 while a crowd still works on it."""
        tasks.delete_task(actor=request.user, task=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _project_of_new(request: Request, data: dict[str, Any]) -> Project:
    """The project that was named; for a task that brings its own labels, as CVAT's programs may, a new one of the task's name."""
    labels = data.get("labels")
    project_id: int | None = data.get("project_id")
    if project_id is None and labels:
        return projects.create_project(actor=request.user, name=data.get("name", ""), labels=labels, organization=organization_of(request))
    if project_id is not None and labels:
        raise ValidationError({"labels": ["A task inside a project uses the project's labels: give project_id or labels, not both."]})
    project = selectors.projects_for(request.user).filter(pk=project_id).first() if project_id is not None else None
    if project is None:
        raise ValidationError({"project_id": ["Give the id of a project of yours, or labels: then a project is made for them."]})
    return project


# What a worker needs of a job given to them, and no more: exports, attempts and comparisons are for people of the project.
_OPEN_TO_WORKERS = frozenset((
    "list", "retrieve", "partial_update", "look_at_data", "data_meta", "preview", "annotations", "put_annotations", "patch_annotations",
    "delete_annotations"))


class JobView(ExportMixin, AnnotationFilesMixin, ComparisonMixin, GroundTruthMixin, AnnotationsMixin, mixins.ListModelMixin,
              mixins.RetrieveModelMixin, ApiView):
    """Jobs the caller sees."""

    serializer_class = JobSerializer
    terms = JOBS
    space_paths = ("task__project__organization",)
    search_fields = ("task__name", "task__project__name", "assignee__username", "stage", "state")
    sort_fields = {"id": "id", "task_id": "task", "task_name": "task__name", "project_id": "task__project", "stage": "stage",
                   "state": "state", "start_frame": "start_frame", "assignee": "assignee__username", "created_date": "created_date",
                   "updated_date": "updated_date"}

    def get_queryset(self) -> QuerySet[Job]:
        seen = reach.jobs_seen(self.request.user, given=self.action in _OPEN_TO_WORKERS)
        return seen.select_related("task__project", "assignee").only(*COLUMNS).annotate(
            issue_count=counted(Issue.objects.all(), path="job"), replica_count=counted(Job.objects.all(), path="parent_job"),
            has_guide=Case(When(task__project__guide="", then=False), default=True))

    def paginate_queryset(self, queryset: Any) -> Any:
        """What a correction hangs on is read only of jobs that may have one."""
        page = super().paginate_queryset(queryset)
        if self.action == "list":
            prefetch_related_objects([job for job in page or [] if job.attempt], KEPT_CORRECTIONS)
        return page

    def get_object(self) -> Any:
        """Doors that do not show the job itself need no counts."""
        key = int(self.kwargs["pk"])
        job = (reach.job_shown(self.request.user, key) if self.action == "retrieve"
               else reach.job_seen(self.request.user, key, given=self.action in _OPEN_TO_WORKERS))
        if job is None:
            raise Http404("No Job matches the given query.")
        return job

    @extend_schema(request=JobWriteSerializer, responses={200: JobSerializer, **CONFLICT_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Stage, state, assignee; whom the job is given to changes the state only. A new stage without a state starts as new. 409 for a
        crowd's job."""
        job = self.get_object()
        body = JobWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changes: dict[str, Any] = dict(body.validated_data)
        if changes.get("assignee") is not None:
            changes["assignee"] = get_user_model().objects.filter(pk=changes["assignee"], is_active=True).first()
            if changes["assignee"] is None:
                raise ValidationError({"assignee": ["There is no such user."]})
        jobs.update_job(actor=request.user, job=job, **changes)
        return Response(self.answer(job))

    @extend_schema(parameters=LOOK, responses={(200, "image/*"): OpenApiTypes.BINARY, 400: ERROR, **NOT_FOUND})
    def look_at_data(self, request: Request, pk: int) -> HttpResponseBase:
        """One frame, by its number in the task, or a chunk, which holds one; a chunk's `index` counts from the job's first."""
        job = self.get_object()
        return look(request, frames_of_job(job), job)

    @extend_schema(responses={200: DataMetaSerializer, **NOT_FOUND})
    def data_meta(self, request: Request, pk: int) -> Response:
        """Names and sizes of the job's frames."""
        job = self.get_object()
        return Response(job_meta(job))

    @extend_schema(request=DeletedFramesSerializer, responses={200: DataMetaSerializer, **WRITE_ERRORS})
    def change_data_meta(self, request: Request, pk: int) -> Response:
        """As for a task: only an empty list of deleted frames is taken."""
        refuse_deleted(request)
        return self.data_meta(request, pk)

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY, **NOT_FOUND})
    def preview(self, request: Request, pk: int) -> HttpResponseBase:
        """The first frame's thumbnail."""
        return preview(request, frames_of_job(self.get_object()))
