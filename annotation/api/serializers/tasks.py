"""Tasks, jobs, data."""
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation import reach, selectors
from annotation.api.constants import Constant
from annotation.api.serializers.job_rows import has_guide, job_row, job_status
from annotation.api.serializers.people import BasicUserSerializer
from annotation.api.serializers.projects import Extended
from annotation.models import Job, JobStage, JobState, SortingMethod, Task, ValidationMode


class TaskWriteSerializer(serializers.Serializer):
    """Body of POST (name and one of project_id and labels required) and PATCH."""

    name = serializers.CharField(max_length=256, required=False)
    project_id = serializers.IntegerField(required=False, allow_null=True)
    organization_id = serializers.IntegerField(required=False, allow_null=True, help_text="its project's: projects move, with their tasks")
    labels = serializers.ListField(child=serializers.DictField(), required=False,
                                   help_text="POST without project_id: a project of the task's name is made for these labels")
    segment_size = serializers.IntegerField(required=False, min_value=0, help_text="frames a job; 0: one job for all")
    overlap = serializers.IntegerField(required=False, min_value=0, help_text="frames that neighbouring jobs share")
    sorting_method = serializers.ChoiceField(SortingMethod.choices, required=False)
    initial_replicas = serializers.IntegerField(required=False, min_value=0, help_text="0: replicas are made when people come for a job")
    consensus_replicas = serializers.IntegerField(required=False, min_value=0, help_text="CVAT's older name of initial_replicas")
    show_preannotations = serializers.BooleanField(
        required=False, help_text="PATCH only: jobs that are begun from now on start with the task's pre-annotations")

    def validate_initial_replicas(self, value: int) -> int:
        return _no_replicas(value)

    def validate_consensus_replicas(self, value: int) -> int:
        return _no_replicas(value)


def _no_replicas(value: int) -> int:
    if value:
        raise serializers.ValidationError(
            "Several people do a job here only where it is given to a crowd: leave this out, or 0, and say how many when the crowd is set "
            "up for the task. Each who comes then gets a replica of the job, and their work is merged.")
    return value


class TaskSerializer(Extended):
    """A task; `jobs` holds counts with an address."""

    kind = "task"
    url = serializers.SerializerMethodField()
    project_id = serializers.IntegerField(read_only=True)
    owner = BasicUserSerializer(read_only=True)
    assignee = Constant(None)
    overlap = serializers.IntegerField(source="frame_overlap", read_only=True)
    mode = serializers.SerializerMethodField()
    dimension = Constant("2d")
    subset = Constant("")
    bug_tracker = Constant("")
    status = serializers.SerializerMethodField()
    image_quality = Constant(100)
    data_chunk_size = Constant(1)
    data_original_chunk_type = Constant("imageset")
    data_compressed_chunk_type = Constant("imageset")
    organization = serializers.IntegerField(source="project.organization_id", read_only=True, allow_null=True)
    organization_id = serializers.IntegerField(source="project.organization_id", read_only=True, allow_null=True)
    source_storage = Constant(None)
    target_storage = Constant(None)
    show_preannotations = serializers.BooleanField(read_only=True)
    initial_replicas = Constant(0)
    validation_mode = serializers.SerializerMethodField(help_text="gt: it has a ground truth job; gt_pool: and honeypots; null: neither")
    guide_id = serializers.SerializerMethodField()
    jobs = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields = ("id", "url", "name", "project_id", "mode", "owner", "assignee", "size", "segment_size", "overlap", "sorting_method",
                  "status", "dimension", "subset", "bug_tracker", "image_quality", "data_chunk_size", "data_original_chunk_type",
                  "data_compressed_chunk_type", "organization", "organization_id", "source_storage", "target_storage",
                  "show_preannotations", "initial_replicas", "validation_mode", "guide_id", "jobs", "labels", "created_date",
                  "updated_date")

    def get_url(self, task: Any) -> str:
        return self.link(f"tasks/{task.pk}")

    def get_guide_id(self, task: Any) -> int | None:
        """Its project's."""
        return task.project_id if task.project.guide else None

    @extend_schema_field(serializers.ChoiceField(ValidationMode.choices, allow_null=True))
    def get_validation_mode(self, task: Any) -> str | None:
        return task.validation_mode or None

    def get_mode(self, task: Any) -> str:
        if not task.size:
            return ""
        return "interpolation" if task.from_video else "annotation"

    def get_status(self, task: Any) -> str:
        """CVAT's derived word."""
        if task.job_count and task.completed_count == task.job_count:
            return "completed"
        return "validation" if task.job_count and task.validation_count + task.completed_count == task.job_count else "annotation"

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_jobs(self, task: Any) -> dict[str, Any]:
        return {"count": task.job_count, "completed": task.completed_count, "validation": task.validation_count,
                "url": self.link(f"jobs?task_id={task.pk}")}

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_labels(self, task: Any) -> dict[str, Any]:
        return {"url": self.link(f"labels?task_id={task.pk}")}


class JobWriteSerializer(serializers.Serializer):
    """Body of PATCH."""

    stage = serializers.ChoiceField(JobStage.choices, required=False)
    state = serializers.ChoiceField(JobState.choices, required=False)
    assignee = serializers.IntegerField(required=False, allow_null=True, help_text="user id")


class CorrectionSerializer(serializers.Serializer):
    """A reviewer's version of an attempt: the id of its snapshot, who made it, and when it was kept."""

    snapshot = serializers.IntegerField(source="snapshot_id")
    author = serializers.CharField(source="snapshot.author.username", default=None, allow_null=True)
    created_date = serializers.DateTimeField(source="snapshot.created_date")


class JobSerializer(Extended):
    """A job; frames are task-absolute and inclusive."""

    kind = "job"
    url = serializers.SerializerMethodField()
    task_id = serializers.IntegerField(read_only=True)
    task_name = serializers.CharField(source="task.name", read_only=True)
    project_id = serializers.IntegerField(source="task.project_id", read_only=True)
    project_name = serializers.CharField(source="task.project.name", read_only=True)
    assignee = BasicUserSerializer(read_only=True)
    mode = serializers.SerializerMethodField()
    dimension = Constant("2d")
    status = serializers.SerializerMethodField()
    frame_count = serializers.IntegerField(read_only=True)
    replicas_count = serializers.IntegerField(source="replica_count", read_only=True, help_text="places at the job that people came for")
    bug_tracker = Constant("")
    data_chunk_size = Constant(1)
    data_original_chunk_type = Constant("imageset")
    data_compressed_chunk_type = Constant("imageset")
    organization = serializers.IntegerField(source="task.project.organization_id", read_only=True, allow_null=True)
    organization_id = serializers.IntegerField(source="task.project.organization_id", read_only=True, allow_null=True)
    source_storage = Constant(None)
    target_storage = Constant(None)
    guide_id = serializers.SerializerMethodField()
    issues = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()
    correction = serializers.SerializerMethodField(help_text="The reviewer's version that is on the job; null: what the annotator made.")

    class Meta:
        model = Job
        fields = ("id", "url", "task_id", "task_name", "project_id", "project_name", "assignee", "type", "parent_job_id",
                  "replicas_count", "mode", "dimension", "status", "stage", "state", "start_frame", "stop_frame", "frame_count",
                  "revision", "bug_tracker", "data_chunk_size", "data_original_chunk_type", "data_compressed_chunk_type",
                  "organization", "organization_id", "source_storage", "target_storage", "guide_id", "issues", "labels", "correction",
                  "created_date", "updated_date")

    def seen_in_full(self, rows: list[Any]) -> list[Any]:
        """Without jobs that the caller sees only because they were given to them: a worker learns nothing of the crowd and its prices."""
        user = getattr(self.context.get("request"), "user", None)
        given = {row.task.project_id for row in rows if user is not None and row.assignee_id == user.pk
                 and not reach.obvious(user, row.task.project)}
        if user is None or not given:
            return rows
        seen = set(selectors.projects_for(user).filter(pk__in=given).order_by().values_list("pk", flat=True))
        return [row for row in rows if row.task.project_id not in given or row.assignee_id != user.pk or row.task.project_id in seen]

    def plain(self, instance: Any) -> dict[str, Any]:
        return job_row(instance, self.link, self.get_correction(instance))

    def get_url(self, job: Any) -> str:
        return self.link(f"jobs/{job.pk}")

    def get_mode(self, job: Any) -> str:
        return "interpolation" if job.task.from_video else "annotation"

    def get_status(self, job: Any) -> str:
        """CVAT's older word, derived from stage and state."""
        return job_status(job)

    def get_guide_id(self, job: Any) -> int | None:
        """Its project's."""
        return job.task.project_id if has_guide(job) else None

    @extend_schema_field(CorrectionSerializer(allow_null=True))
    def get_correction(self, job: Any) -> Any:
        if not job.attempt:
            return None
        kept = next((one for one in job.corrections.all() if one.attempt == job.attempt and one.snapshot_id), None)
        return CorrectionSerializer(kept).data if kept else None

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_issues(self, job: Any) -> dict[str, Any]:
        return {"count": job.issue_count, "url": self.link(f"issues?job_id={job.pk}")}

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_labels(self, job: Any) -> dict[str, Any]:
        return {"url": self.link(f"labels?job_id={job.pk}")}


class DataStatusSerializer(serializers.Serializer):
    """How far the filling of a task is."""

    state = serializers.ChoiceField(["Queued", "Started", "Finished", "Failed"])
    message = serializers.CharField()
    progress = serializers.FloatField(help_text="0..1")


class RqIdSerializer(serializers.Serializer):
    """Background work began: poll /api/requests/{rq_id}."""

    rq_id = serializers.CharField()


class DataSerializer(serializers.Serializer):
    """Body of POST /api/tasks/{id}/data/: one or several kinds of sources."""

    client_files = serializers.ListField(child=serializers.FileField(), required=False,
                                         help_text="multipart: client_files[0], client_files[1], …; images or zip archives")
    remote_files = serializers.ListField(child=serializers.CharField(), required=False, help_text="addresses")
    server_files = serializers.ListField(
        child=serializers.CharField(), required=False,
        help_text="names on the server's share or, with cloud_storage_id, in that bucket; a folder, ending in a slash, is all below it")
    server_files_exclude = serializers.ListField(child=serializers.CharField(), required=False, help_text="files and folders to leave out")
    cloud_storage_id = serializers.IntegerField(required=False, allow_null=True)
    filename_pattern = serializers.CharField(required=False, allow_null=True, help_text="such names of server_files only, like *.jpg")
    start_frame = serializers.IntegerField(required=False, min_value=0, help_text="of the files in their order, or of the video's frames")
    stop_frame = serializers.IntegerField(required=False, min_value=0, help_text="the last one, inclusive")
    frame_filter = serializers.CharField(required=False, help_text="step=N: every Nth")
    job_file_mapping = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="names of files, a list a job")
    upload_file_order = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="names in their order, with the sorting method predefined")
    validation_params = serializers.DictField(required=False, help_text="mode gt or gt_pool (honeypots), "
                                              "frame_selection_method, frame_count or frame_share, frames, frames_per_job_count or "
                                              "frames_per_job_share, random_seed: as POST /api/jobs has them, frames by name")
    table = serializers.FileField(required=False, help_text="multipart: TSV or CSV")
    column = serializers.CharField(required=False, help_text="the table's column with addresses")
    sorting_method = serializers.ChoiceField(SortingMethod.choices, required=False)
    skip_bad = serializers.BooleanField(required=False, help_text="leave bad files out instead of failing")
    image_quality = serializers.IntegerField(required=False, help_text="accepted and not used: originals are kept as they are")


class FrameMetaSerializer(serializers.Serializer):
    """One frame."""

    name = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    has_related_context = serializers.BooleanField()
    related_files = serializers.IntegerField()


class DataMetaSerializer(serializers.Serializer):
    """The frames of a task or job."""

    size = serializers.IntegerField()
    chunk_size = serializers.IntegerField()
    image_quality = serializers.IntegerField()
    start_frame = serializers.IntegerField()
    stop_frame = serializers.IntegerField()
    frame_filter = serializers.CharField()
    frames = FrameMetaSerializer(many=True)
    deleted_frames = serializers.ListField(child=serializers.IntegerField())
    included_frames = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    chunks_updated_date = serializers.DateTimeField()
    storage = serializers.CharField()
    cloud_storage_id = serializers.IntegerField(allow_null=True)
