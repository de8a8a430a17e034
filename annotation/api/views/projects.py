"""/api/projects, /api/labels."""
from typing import Any

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import mixins, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import reach, selectors
from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND, WRITE_ERRORS, ApiView
from annotation.api.lists import LABELS, PROJECTS
from annotation.api.serializers.projects import (
    LabelSerializer,
    LabelWriteSerializer,
    ProjectBodySerializer,
    ProjectSerializer,
    ProjectWriteSerializer,
)
from annotation.api.spaces import WHERE, organization_of
from annotation.api.views.backups import BackupMixin
from annotation.api.views.datasets import DatasetMixin
from annotation.api.views.exports import ExportMixin
from annotation.frames import frame_response
from annotation.locks import lock_labels
from annotation.models import Frame, Job, JobStage, JobType, Label, Organization, Project, Task
from annotation.services import projects
from annotation.services.organizations import move_project

_EXAMPLE = OpenApiExample("two labels", {"name": "Streets", "guide": "# Draw every car", "labels": [
    {"name": "car", "color": "#3b82f6", "type": "rectangle", "attributes": [
        {"name": "parked", "input_type": "checkbox", "mutable": False, "values": ["false", "true"], "default_value": "false"}]},
    {"name": "person", "type": "polygon"}]}, request_only=True)


def counted(queryset: QuerySet[Any], **path: str) -> Any:
    """A count as a subquery: one query for the page, no GROUP BY over its columns."""
    key, = path.values()
    rows = queryset.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def _counts(rows: QuerySet[Project]) -> QuerySet[Project]:
    return rows.select_related("owner").annotate(
        task_count=counted(Task.objects.all(), path="project"),
        open_job_count=counted(Job.objects.filter(type=JobType.ANNOTATION).exclude(stage=JobStage.ACCEPTANCE), path="task__project"))


class ProjectView(BackupMixin, DatasetMixin, ExportMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Projects the caller sees."""

    serializer_class = ProjectSerializer
    terms = PROJECTS
    space_paths = ("organization",)
    search_fields = ("name", "owner__username")
    sort_fields = {"id": "id", "name": "name", "owner": "owner__username", "created_date": "created_date", "updated_date": "updated_date"}

    def get_queryset(self) -> QuerySet[Project]:
        return _counts(selectors.projects_for(self.request.user))

    @extend_schema(request=ProjectBodySerializer, parameters=WHERE, examples=[_EXAMPLE], responses={201: ProjectSerializer, **WRITE_ERRORS})
    def create(self, request: Request) -> Response:
        """A new project of the caller, in the organization that the request names or in the personal space."""
        body = ProjectWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        project = projects.create_project(
            actor=request.user, name=data.get("name", ""), labels=_raw_labels(request, []), guide=data.get("guide", ""),
            organization=organization_of(request))
        return Response(self.answer(project), status=status.HTTP_201_CREATED)

    @extend_schema(request=ProjectBodySerializer, responses={200: ProjectSerializer, **CONFLICT_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is given. Labels as CVAT does: with `id` changed, with `deleted` removed, without `id` added; others stay."""
        project = self.get_object()
        body = ProjectWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        with transaction.atomic():
            projects.update_project(
                actor=request.user, project=project, name=body.validated_data.get("name"), guide=body.validated_data.get("guide"))
            if "labels" in body.validated_data:
                _patch_labels(request, project, _raw_labels(request, []))
            # The last: who moves a project may lose sight of it.
            if "organization_id" in body.validated_data:
                move_project(actor=request.user, project=project, organization=_target(request, body.validated_data["organization_id"]))
        return Response(self.get_serializer(_counts(Project.objects.filter(pk=project.pk)).get()).data)

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete with all tasks and files; 409 while a crowd still works on it."""
        projects.delete_project(actor=request.user, project=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY, **NOT_FOUND})
    def preview(self, request: Request, pk: int) -> HttpResponseBase:
        """The first frame's thumbnail."""
        frame = Frame.objects.filter(task__project=self.get_object()).order_by("task_id", "number").first()
        if frame is None:
            raise Http404("There is no image yet.")
        return frame_response(request._request, frame, "thumbnail")


def _target(request: Request, organization_id: int | None) -> Organization | None:
    """Where a project shall go."""
    if organization_id is None:
        return None
    found = selectors.organizations_for(request.user).filter(pk=organization_id).first()
    if found is None:
        raise ValidationError({"organization_id": ["Give the id of an organization that you are in."]})
    return found


def _raw_labels(request: Request, default: list[Any]) -> Any:
    """As sent: annotation.labels checks them and says more than a serializer would."""
    return request.data.get("labels", default) if isinstance(request.data, dict) else default


def _patch_labels(request: Request, project: Project, patch: Any) -> None:
    """Read and written under one lock: of two programs that add a label at once, neither removes the other's."""
    with transaction.atomic():
        lock_labels(project.pk, exclusive=True)
        projects.set_labels(actor=request.user, project=project, labels=_patched_labels(project, patch))


def _patched_labels(project: Project, patch: Any) -> list[dict[str, Any]]:
    """The whole list that `set_labels` wants, from CVAT's partial one."""
    labels = {label["id"]: dict(label) for label in LabelSerializer(project.labels.all(), many=True).data}
    added = []
    for number, entry in enumerate(patch):
        known = entry.get("id") if isinstance(entry, dict) else None
        if known is None:
            added.append(entry)
        elif isinstance(known, bool) or not isinstance(known, int) or known not in labels:
            raise ValidationError({"labels": [f"labels[{number}].id: this project has no label {known}."]})
        elif entry.get("deleted"):
            del labels[known]
        else:
            labels[known] |= entry
    return [*labels.values(), *added]


class LabelView(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiView):
    """Labels of the projects the caller sees or works on; all at once they are changed through their project."""

    serializer_class = LabelSerializer
    terms = LABELS
    space_paths = ("project__organization",)
    search_fields = ("name",)
    sort_fields = {"id": "id", "name": "name", "type": "type", "color": "color"}

    @extend_schema(request=LabelWriteSerializer, responses={200: LabelSerializer, **CONFLICT_ERRORS})
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is given; `attributes` is the whole list, with `id` those that stay. 409 when shapes need what would go."""
        if not isinstance(request.data, dict):
            raise ValidationError({"labels": ["Give an object with what shall change."]})
        label = self.get_object()
        _patch_labels(request, label.project, [{**request.data, "id": label.pk, "deleted": False}])
        return Response(self.answer(label))

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Remove the label and its attributes; 409 when shapes carry it."""
        label = self.get_object()
        _patch_labels(request, label.project, [{"id": label.pk, "deleted": True}])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def get_queryset(self) -> QuerySet[Label]:
        job = self.request.query_params.get("job_id", "") if self.action == "list" else ""
        labels = self._of_job(int(job)) if job.isascii() and job.isdigit() else selectors.labels_for(self.request.user)
        return labels if self.action == "list" else labels.prefetch_related("attributes")

    def _of_job(self, key: int) -> QuerySet[Label]:
        """What every editor asks for when it opens a job: the job answers for its labels, they need not be found through it again."""
        self.terms = {name: term for name, term in LABELS.items() if name != "job_id"}
        job = reach.job_seen(self.request.user, key, given=True)
        return Label.objects.filter(project=job.task.project_id) if job is not None else Label.objects.none()
