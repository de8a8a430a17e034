"""Ground truth jobs and validation layouts, in CVAT's words."""
from rest_framework import serializers

from annotation.models import JobType, ValidationMode
from annotation.sampling import MANUAL, PER_JOB, UNIFORM


class NewJobSerializer(serializers.Serializer):
    """Body of POST /api/jobs: a task's ground truth job over chosen frames."""

    type = serializers.ChoiceField([JobType.GROUND_TRUTH.value], help_text="other jobs are cut when a task gets its images")
    task_id = serializers.IntegerField()
    assignee = serializers.IntegerField(required=False, allow_null=True, help_text="user id")
    frame_selection_method = serializers.ChoiceField([UNIFORM, PER_JOB, MANUAL])
    frame_count = serializers.IntegerField(required=False, allow_null=True, min_value=1, help_text="random_uniform: of the task")
    frame_share = serializers.FloatField(required=False, allow_null=True, help_text="random_uniform: above 0, at most 1")
    frames_per_job_count = serializers.IntegerField(required=False, allow_null=True, min_value=1, help_text="random_per_job: of each job")
    frames_per_job_share = serializers.FloatField(required=False, allow_null=True, help_text="random_per_job: above 0, at most 1")
    random_seed = serializers.IntegerField(required=False, allow_null=True, help_text="the same frames for the same seed")
    frames = serializers.ListField(child=serializers.IntegerField(), required=False, allow_null=True, help_text="manual: their numbers")


class TaskLayoutSerializer(serializers.Serializer):
    """What a task's work is measured by. `honeypot_real_frames`: of each honeypot the frame whose picture it is."""

    mode = serializers.ChoiceField(ValidationMode.choices, allow_null=True)
    frames_per_job_count = serializers.IntegerField(allow_null=True, help_text="honeypots in each job")
    validation_frames = serializers.ListField(child=serializers.IntegerField(), help_text="of the ground truth job")
    disabled_frames = serializers.ListField(child=serializers.IntegerField(), help_text="of those: what nobody is measured by")
    honeypot_count = serializers.IntegerField()
    honeypot_frames = serializers.ListField(child=serializers.IntegerField())
    honeypot_real_frames = serializers.ListField(child=serializers.IntegerField())


class JobLayoutSerializer(serializers.Serializer):
    """A job's honeypots."""

    honeypot_count = serializers.IntegerField()
    honeypot_frames = serializers.ListField(child=serializers.IntegerField())
    honeypot_real_frames = serializers.ListField(child=serializers.IntegerField())


class JobLayoutWriteSerializer(serializers.Serializer):
    """Body of PATCH …/validation_layout of a job: other honeypots, while nobody has begun it."""

    frame_selection_method = serializers.ChoiceField(
        [UNIFORM, MANUAL], required=False, allow_null=True, help_text="random_uniform: dealt by chance, the least used first")
    honeypot_real_frames = serializers.ListField(
        child=serializers.IntegerField(min_value=0), required=False,
        help_text="manual: for each of honeypot_frames the ground truth's frame whose picture it is to be")


class TaskLayoutWriteSerializer(JobLayoutWriteSerializer):
    """Body of PATCH …/validation_layout of a task: honeypots of the jobs that nobody has begun."""

    disabled_frames = serializers.ListField(child=serializers.IntegerField(min_value=0), required=False,
                                            help_text="of the ground truth: what nobody is measured by from now on")
