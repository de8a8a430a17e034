"""What the API shows and takes. The API key is write-only and in no answer."""
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.serializers.tasks import CorrectionSerializer
from annotation.models import Project, Task
from crowdsourcing import audience, selectors
from crowdsourcing.api import examples
from crowdsourcing.models import (
    Assignment,
    Consensus,
    CrowdProject,
    Pool,
    ProviderAccount,
    ProviderCommand,
    StatusChange,
    TaskSuite,
    TruthScore,
    Verdict,
)
from crowdsourcing.selectors.queue import LEVELS, suspicion_level
from crowdsourcing.selectors.reviews import automatic_acceptance
from crowdsourcing.services.assignments import MAX_COMMENT
from crowdsourcing.services.pools import CONFIG_FIELDS
from crowdsourcing.statuses import AssignmentStatus


@examples.shown("The sandbox", examples.ACCOUNT)
class AccountSerializer(serializers.ModelSerializer):
    owner = serializers.CharField(source="owner.username", read_only=True)

    class Meta:
        model = ProviderAccount
        fields = ("id", "provider", "environment", "base_url", "owner", "requester_id", "requester_name", "balance", "checked_at",
                  "created_at")
        read_only_fields = fields


@examples.shown("Done", examples.COMMAND)
class CommandSerializer(serializers.ModelSerializer):
    """An intent and how far it is. Poll until `status` is done or failed."""

    target = serializers.SerializerMethodField()
    actor = serializers.CharField(source="actor.username", default=None, read_only=True)

    class Meta:
        model = ProviderCommand
        fields = ("id", "kind", "status", "step", "error_code", "error", "attempts", "target", "actor", "created_at", "next_try_at",
                  "finished_at")
        read_only_fields = fields

    @extend_schema_field({"type": "object", "properties": {"type": {"type": "string"}, "id": {"type": "integer"}}})
    def get_target(self, command: ProviderCommand) -> dict[str, Any]:
        return {"type": command.target_type, "id": command.target_id}


class _TwinSerializer(serializers.ModelSerializer):
    remote_url = serializers.SerializerMethodField(help_text="The platform's own page; empty while it is not there yet.")
    open_command = serializers.UUIDField(read_only=True, allow_null=True, help_text="The command that is on its way, if any.")

    def get_remote_url(self, twin: CrowdProject | Pool) -> str:
        return selectors.remote_url(twin)


@examples.shown("A project", examples.CROWD_PROJECT)
class CrowdProjectSerializer(_TwinSerializer):
    account = AccountSerializer(read_only=True)

    class Meta:
        model = CrowdProject
        fields = ("id", "project", "account", "description", "remote_id", "remote_url", "status", "synced_at", "sync_error", "open_command",
                  "created_at", "updated_at")
        read_only_fields = fields


class ProjectSetupSerializer(serializers.Serializer):
    project = serializers.PrimaryKeyRelatedField(queryset=Project.objects.all())
    provider = serializers.ChoiceField(choices=["toloka"], default="toloka")
    environment = serializers.ChoiceField(choices=ProviderAccount.Environment.choices, default="sandbox")
    base_url = serializers.CharField(required=False, allow_blank=True, default="", max_length=512,
                                     help_text="Only with environment other: a server of TOLOKA_ALLOWED_URLS.")
    api_key = serializers.CharField(write_only=True, max_length=512, trim_whitespace=True, style={"input_type": "password"})
    description = serializers.CharField(required=False, allow_blank=True, default="", max_length=5_000)


@examples.taken("Other words", {"description": "Boxes around cars and vans."})
class ProjectChangeSerializer(serializers.Serializer):
    api_key = serializers.CharField(write_only=True, required=False, allow_blank=True, max_length=512,
                                    help_text="A new key of the same requester; left out: the present one stays.")
    description = serializers.CharField(required=False, allow_blank=True, max_length=5_000)


@examples.taken("Another price", {"reward_per_assignment": "0.070"})
class PoolConfigSerializer(serializers.ModelSerializer):
    """The fields that a requester decides, under the platform's names. USD, seconds, days."""

    filter = serializers.JSONField(required=False, help_text="Who may take part, in the platform's filter grammar; {} means everyone.")
    will_expire = serializers.DateTimeField(required=False)
    interface_options = serializers.JSONField(
        required=False, help_text="Only with interface image_annotation: {\"shapes\": of rectangle, polygon and point, \"needed\": whether "
                                  "every image has an object}. Chosen once, as the interface is.")

    class Meta:
        model = Pool
        fields = CONFIG_FIELDS

    def validate_filter(self, value: Any) -> Any:
        try:
            return audience.clean(value)
        except audience.AudienceError as error:
            raise serializers.ValidationError({path or "audience": [text] for path, text in error.errors.items()}) from None

    def validate_will_expire(self, value: Any) -> Any:
        if value <= timezone.now():
            raise serializers.ValidationError("Choose a date in the future.")
        return value


class PoolSetupSerializer(PoolConfigSerializer):
    # OneToOne in the model: a second pool of a task is refused by the service with its sentence, not as a duplicate value.
    task = serializers.PrimaryKeyRelatedField(queryset=Task.objects.all())

    class Meta(PoolConfigSerializer.Meta):
        fields = ("task", *CONFIG_FIELDS)  # type: ignore[assignment]


@examples.shown("An open pool", examples.POOL)
class PoolSerializer(_TwinSerializer):
    audience = serializers.SerializerMethodField(help_text="The filter in plain English.")
    project = serializers.IntegerField(source="task.project_id", read_only=True)

    class Meta:
        model = Pool
        fields = ("id", "task", "project", "crowd_project", *CONFIG_FIELDS, "audience", "remote_id", "remote_url", "status",
                  "last_close_reason", "remote_auto_accept",
                  "synced_at", "sync_error", "open_command", "created_at", "updated_at")
        read_only_fields = fields

    def get_audience(self, pool: Pool) -> str:
        return selectors.audience_of(pool)


@examples.shown("An open pool", examples.POOL_DETAIL)
class PoolDetailSerializer(PoolSerializer):
    counts = serializers.SerializerMethodField(help_text="Jobs, and assignments by status.")
    money = serializers.SerializerMethodField(help_text="USD: budget = reserved + spent + free; the fee is an estimate.")

    class Meta(PoolSerializer.Meta):
        fields = (*PoolSerializer.Meta.fields, "counts", "money")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    def get_counts(self, pool: Pool) -> dict[str, int]:
        return selectors.pool_counts(pool)

    def get_money(self, pool: Pool) -> dict[str, str]:
        return {name: str(amount) for name, amount in selectors.pool_money(pool).items()}


class ConsensusSerializer(serializers.ModelSerializer):
    """How those who did a job agree, and what of their work is on it. `frames`: number -> {"score", "agreed", "open", "dropped"};
    `agreements`: assignment -> {"score", "low", "high", "matched", "missed", "extra", "frames"}."""

    class Meta:
        model = Consensus
        fields = ("people", "outcome", "score", "frames", "agreements", "measured_at", "merged_people", "merged_frames", "merged_at",
                  "note")
        read_only_fields = fields


@examples.shown("One job", examples.TASK_SUITE)
class TaskSuiteSerializer(serializers.ModelSerializer):
    task = serializers.IntegerField(source="pool.task_id", read_only=True)
    consensus = serializers.SerializerMethodField(help_text="of a job that several Tolokers do, once somebody handed in; else null")

    class Meta:
        model = TaskSuite
        fields = ("id", "pool", "task", "job", "remote_task_id", "overlap", "consensus")
        read_only_fields = fields

    @extend_schema_field(ConsensusSerializer(allow_null=True))
    def get_consensus(self, suite: TaskSuite) -> dict[str, Any] | None:
        found = getattr(suite, "consensus", None)
        return None if found is None else dict(ConsensusSerializer(found).data)


class BriefVerdictSerializer(serializers.ModelSerializer):
    """Of a policy or a person; what it was made of is at /api/crowdsourcing/verdicts/{id}."""

    class Meta:
        model = Verdict
        fields = ("id", "outcome", "source", "explanation", "created_at")
        read_only_fields = fields


class TruthScoreSerializer(serializers.ModelSerializer):
    """How the work fits the ground truth of its frames. `score`: 0 to 1, the mean of its frames' scores. `frames`: of each frame with
    ground truth its score and how many objects were matched, missing, extra and relabelled (the right place under a wrong label)."""

    frames = serializers.DictField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = TruthScore
        fields = ("score", "frames", "measured_at")
        read_only_fields = fields


@examples.shown("Submitted work", examples.ASSIGNMENT)
class AssignmentSerializer(serializers.ModelSerializer):
    task = serializers.IntegerField(source="pool.task_id", read_only=True)
    job = serializers.IntegerField(source="job_id", read_only=True)
    toloker = serializers.CharField(source="toloker.user_id", read_only=True)
    snapshot = serializers.SerializerMethodField(help_text="The work that came with it; null: none.")
    correction = serializers.SerializerMethodField(help_text="The reviewer's version of it that counts; null: none was kept.")
    submitted_without_work = serializers.SerializerMethodField()
    accepted_automatically_at = serializers.SerializerMethodField(help_text="When the platform accepts by itself, for submitted ones.")
    suspicion = serializers.FloatField(read_only=True, help_text="0 to 1: how unusual it looks. An order for reviewers, never a verdict.")
    suspicion_level = serializers.SerializerMethodField(help_text="null: not judged yet.")
    suspicion_signals = serializers.SerializerMethodField(help_text="Why, the strongest first; texts carry the numbers.")
    truth_score = serializers.SerializerMethodField(help_text="null: no frame of it has ground truth, or nobody has looked yet.")
    verdicts = BriefVerdictSerializer(many=True, read_only=True, help_text="What policies and people decided, oldest first, and why.")

    class Meta:
        model = Assignment
        fields = ("id", "pool", "task", "task_suite", "job", "toloker", "remote_id", "status", "reward", "public_comment", "created",
                  "submitted",
                  "accepted", "rejected", "skipped", "expired", "snapshot", "correction", "submitted_without_work", "work_note",
                  "accepted_automatically_at", "suspicion", "suspicion_level", "suspicion_signals",
                  "truth_score", "verdicts")
        read_only_fields = fields

    @extend_schema_field({"type": "object", "nullable": True, "properties": {
        "id": {"type": "integer"}, "shape_count": {"type": "integer"}, "tag_count": {"type": "integer"}}})
    def get_snapshot(self, assignment: Assignment) -> dict[str, int] | None:
        found = assignment.snapshot
        return {"id": found.pk, "shape_count": found.shape_count, "tag_count": found.tag_count} if found else None

    @extend_schema_field(CorrectionSerializer(allow_null=True))
    def get_correction(self, assignment: Assignment) -> Any:
        of_job = assignment.job.corrections.all()
        kept = next((one for one in of_job if one.attempt == assignment.remote_id and one.snapshot_id), None)
        return CorrectionSerializer(kept).data if kept else None

    def get_submitted_without_work(self, assignment: Assignment) -> bool:
        judged = (AssignmentStatus.SUBMITTED, AssignmentStatus.ACCEPTED, AssignmentStatus.REJECTED)
        return assignment.status in judged and assignment.snapshot_id is None

    @extend_schema_field({"type": "string", "enum": list(LEVELS), "nullable": True})
    def get_suspicion_level(self, assignment: Assignment) -> str | None:
        return suspicion_level(assignment.suspicion) if assignment.suspicion_at is not None else None

    @extend_schema_field({"type": "array", "items": {"type": "object", "properties": {
        "code": {"type": "string"}, "weight": {"type": "number"}, "text": {"type": "string"}}}})
    def get_suspicion_signals(self, assignment: Assignment) -> list[dict[str, Any]]:
        return assignment.suspicion_signals

    @extend_schema_field(TruthScoreSerializer(allow_null=True))
    def get_truth_score(self, assignment: Assignment) -> Any:
        found = getattr(assignment, "truth_score", None)
        return TruthScoreSerializer(found).data if found else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_accepted_automatically_at(self, assignment: Assignment) -> Any:
        return automatic_acceptance(assignment)


@examples.taken("With a comment", {"comment": "Good boxes."})
class FixAndAcceptSerializer(serializers.Serializer):
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=MAX_COMMENT)


class DecisionSerializer(serializers.Serializer):
    despite_draft = serializers.BooleanField(
        default=False, help_text="Also while a reviewer has a correction open (else 409 “being_corrected”); the draft stays open.")


@examples.taken("With a comment", {"comment": "Good boxes."})
class AcceptSerializer(DecisionSerializer, FixAndAcceptSerializer):
    pass


class RejectSerializer(DecisionSerializer):
    comment = serializers.CharField(max_length=MAX_COMMENT, required=False, allow_blank=True, default="",
                                    help_text="The Toloker reads it. Required without issues.")
    issues = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, max_length=1000, default=list,
        help_text="Open issues about this attempt: listed after the comment, shortened to the platform's 2048 characters.")


@examples.shown("Accepted", examples.STATUS_CHANGE)
class StatusChangeSerializer(serializers.ModelSerializer):
    actor = serializers.CharField(source="actor.username", default=None, read_only=True)

    class Meta:
        model = StatusChange
        fields = ("id", "target_type", "target_id", "old", "new", "cause", "comment", "command", "actor", "at", "seen_at")
        read_only_fields = fields
