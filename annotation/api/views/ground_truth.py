"""Ground truth jobs: POST /api/jobs, DELETE /api/jobs/{id}, and what work is measured by: …/validation_layout."""
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import reach, selectors
from annotation.api.base import CONFLICT_ERRORS, NOT_FOUND
from annotation.api.serializers.ground_truth import (
    JobLayoutSerializer,
    JobLayoutWriteSerializer,
    NewJobSerializer,
    TaskLayoutSerializer,
    TaskLayoutWriteSerializer,
)
from annotation.api.serializers.tasks import JobSerializer
from annotation.models import Job, Task
from annotation.sampling import UNIFORM, clean_choice
from annotation.services import ground_truth, honeypots
from annotation.services.guards import require_edit

_EXAMPLE = OpenApiExample("five frames by chance", {
    "type": "ground_truth", "task_id": 1, "frame_selection_method": "random_uniform", "frame_count": 5, "random_seed": 42},
    request_only=True)
_CHOICE = ("frame_selection_method", "frame_count", "frame_share", "frames_per_job_count", "frames_per_job_share", "random_seed", "frames")


class GroundTruthMixin:
    """Of jobs."""

    @extend_schema(request=NewJobSerializer, examples=[_EXAMPLE], responses={201: JobSerializer, **CONFLICT_ERRORS})
    def create(self, request: Request) -> Response:
        """A ground truth job over frames of a task: what is drawn on it and finished is what others' work is measured by. One a task."""
        body = NewJobSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        task = reach.task_seen(request.user, data["task_id"]) if 0 <= data["task_id"] < 2**63 else None
        if task is None:
            raise ValidationError({"task_id": ["Give the id of a task of yours."]})
        choice = clean_choice({name: data[name] for name in _CHOICE if name in data}, names=False)
        job = ground_truth.create_ground_truth_job(actor=request.user, task=task, choice=choice, assignee=_assignee(data, task))
        return Response(self.answer(job), status=status.HTTP_201_CREATED)  # type: ignore[attr-defined]

    @extend_schema(responses={204: None, **CONFLICT_ERRORS})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a ground truth job with what is drawn on it; 409 for other jobs, and where its frames are mixed in as honeypots."""
        ground_truth.delete_ground_truth_job(actor=request.user, job=self.get_object())  # type: ignore[attr-defined]
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={200: JobLayoutSerializer, **NOT_FOUND})
    def validation_layout(self, request: Request, pk: int) -> Response:
        """The job's honeypots."""
        job: Job = self.get_object()  # type: ignore[attr-defined]
        return Response(_honeypots(ground_truth.layout_of(task=job.task, job=job)))

    @extend_schema(request=JobLayoutWriteSerializer, responses={200: JobLayoutSerializer, **CONFLICT_ERRORS})
    def change_validation_layout(self, request: Request, pk: int) -> Response:
        """Other honeypots for a job that nobody has begun: named ones, or dealt by chance. 409 once somebody has."""
        job: Job = self.get_object()  # type: ignore[attr-defined]
        body = JobLayoutWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        require_edit(request.user, job.task.project)
        _move(request, body.validated_data, job.task, job)
        return Response(_honeypots(ground_truth.layout_of(task=job.task, job=job)))


class TaskLayoutMixin:
    """Of tasks."""

    @extend_schema(responses={200: TaskLayoutSerializer, **NOT_FOUND})
    def validation_layout(self, request: Request, pk: int) -> Response:
        """Which frames are ground truth, and where their pictures are mixed in."""
        return Response(_layout(ground_truth.layout_of(task=self.get_object())))  # type: ignore[attr-defined]

    @extend_schema(request=TaskLayoutWriteSerializer, responses={200: TaskLayoutSerializer, **CONFLICT_ERRORS})
    def change_validation_layout(self, request: Request, pk: int) -> Response:
        """Disable frames of the ground truth: nobody is measured by them from then on. Give jobs other honeypots: `manual` names one for
        each, and jobs that somebody has begun must keep theirs (409); `random_uniform` deals anew to those that nobody has begun."""
        task: Task = self.get_object()  # type: ignore[attr-defined]
        body = TaskLayoutWriteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        require_edit(request.user, task.project)
        with transaction.atomic():
            if "disabled_frames" in body.validated_data:
                ground_truth.disable_frames(actor=request.user, task=task, frames=body.validated_data["disabled_frames"])
            _move(request, body.validated_data, task)
        return Response(_layout(ground_truth.layout_of(task=task)))


def _assignee(data: dict[str, Any], task: Task) -> Any:
    if data.get("assignee") is None:
        return None
    found = get_user_model().objects.filter(pk=data["assignee"], is_active=True).first()
    if found is None:
        raise ValidationError({"assignee": ["There is no such user."]})
    if not selectors.may_be_given(found, task.project):
        raise ValidationError({"assignee": ["Share the project with this user first, or invite them to its organization."]})
    return found


def _honeypots(layout: ground_truth.Layout) -> dict[str, Any]:
    return {"honeypot_count": len(layout.honeypots), "honeypot_frames": list(layout.honeypots),
            "honeypot_real_frames": list(layout.honeypots.values())}


def _layout(layout: ground_truth.Layout) -> dict[str, Any]:
    return {"mode": layout.mode or None, "frames_per_job_count": layout.frames_per_job or None, "validation_frames": layout.frames,
            "disabled_frames": layout.disabled, **_honeypots(layout)}


def _move(request: Request, data: dict[str, Any], task: Task, job: Job | None = None) -> None:
    """Other honeypots, as the body wants them; nothing where it names none. Names without a method are those of `manual`."""
    method, frames = data.get("frame_selection_method"), data.get("honeypot_real_frames")
    if method == UNIFORM:
        if frames is not None:
            raise ValidationError({"honeypot_real_frames": ["Frames are named with the method manual only."]})
        honeypots.deal_honeypots(actor=request.user, task=task, job=job)
    elif frames is not None:
        honeypots.place_honeypots(actor=request.user, task=task, real_frames=frames, job=job)
    elif method:
        raise ValidationError({"honeypot_real_frames": ["Name the frames: one for each honeypot, in the order of honeypot_frames."]})
