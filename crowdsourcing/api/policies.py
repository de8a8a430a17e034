"""/api/crowdsourcing/pools/{id}/policy: by what a pool's work is decided; /api/crowdsourcing/verdicts: what was decided and why."""
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing import doors
from crowdsourcing.api import examples
from crowdsourcing.api.base import RoomViewSet
from crowdsourcing.api.errors import ERRORS
from crowdsourcing.api.filters import VerdictFilter
from crowdsourcing.models import Pool, ReviewPolicy, Verdict
from crowdsourcing.quality.judgement import ACCEPT, ASK, REJECT
from crowdsourcing.quality.policies import ORDER
from crowdsourcing.quality.replaying import OPEN, replay
from crowdsourcing.selectors.policies import policy_of, versions_of
from crowdsourcing.services import policies as services

_SOURCES = (*ORDER, "hand")
_OUTCOMES = [ACCEPT, REJECT, ASK, OPEN]
CONFIG_HELP = ("{} is by hand. Blocks, asked in this order, the first that is sure decides: automatic {reject_without_work, "
               "reject_below_seconds (a frame), reject_untouched_from, ask_suspicion_from, accept_rest}, ground_truth {accept_from, "
               "reject_below, min_frames}, consensus {accept_from, reject_below, min_iou, quorum or null, max_people}, "
               "verification {min_confidence, ok_share, min_frames}; and max_rounds, stop {first, "
               "accepted_share} or null. Shares, scores and confidences are 0 to 1; what is left out has its default.")


@extend_schema_field({"type": "object", "additionalProperties": {}})
class ConfigField(serializers.JSONField):
    """A policy as quality.policies has it; the service says what is wrong with it."""


@examples.taken("The notebook's", {"config": {"verification": {"min_confidence": 0.8}}})
class PolicyConfigSerializer(serializers.Serializer):
    config = ConfigField(help_text=CONFIG_HELP)


@examples.taken("Against what was decided", {"config": {"verification": {"min_confidence": 0.7}}, "against": "decided"})
class ReplayAskSerializer(PolicyConfigSerializer):
    against = serializers.ChoiceField(
        choices=["decided", "policy"], default="decided", help_text="what was decided, or what the policy in force would decide")


@examples.shown("A verification crowd", examples.POLICY)
class PolicySerializer(serializers.ModelSerializer):
    config = ConfigField(read_only=True, help_text=CONFIG_HELP)
    created_by = serializers.CharField(source="created_by.username", default=None, read_only=True, allow_null=True)
    stopped = serializers.BooleanField(source="is_stopped", read_only=True, help_text="It began badly and waits for resume.")
    resumed_by = serializers.CharField(source="resumed_by.username", default=None, read_only=True, allow_null=True)

    class Meta:
        model = ReviewPolicy
        fields = ("id", "pool", "version", "config", "created_at", "created_by", "stopped", "stopped_at", "stop_reason", "resumed_at",
                  "resumed_by")
        read_only_fields = fields


@examples.shown("One version", {"in_force": examples.POLICY, "versions": [examples.POLICY]})
class PoliciesSerializer(serializers.Serializer):
    """The newest version is in force; null: reviewed by hand since ever."""

    in_force = PolicySerializer(allow_null=True)
    versions = PolicySerializer(many=True, help_text="Newest first.")


class ChangeSerializer(serializers.Serializer):
    assignment = serializers.IntegerField(source="assignment.pk")
    job = serializers.IntegerField(source="assignment.job_id")
    toloker = serializers.CharField(source="assignment.toloker.user_id")
    reward = serializers.DecimalField(source="assignment.reward", max_digits=12, decimal_places=3)
    before = serializers.ChoiceField(choices=_OUTCOMES, help_text="open: nobody decided yet; ask: left to a person.")
    after = serializers.ChoiceField(choices=_OUTCOMES)
    source = serializers.CharField(help_text="The block that would decide.")  # type: ignore[assignment]
    why = serializers.CharField()


@examples.shown("Tried", examples.REPLAY)
class ReplaySerializer(serializers.Serializer):
    """What a policy would have made of past work. Nothing was changed."""

    looked_at = serializers.IntegerField()
    left_out = serializers.IntegerField(help_text="Older attempts that were not looked at.")
    unknown = serializers.IntegerField(help_text="Of which too little is known to tell, as votes or scores; in neither count.")
    before = serializers.DictField(child=serializers.IntegerField(), help_text="Outcome -> how many.")
    after = serializers.DictField(child=serializers.IntegerField())
    more_accepted = serializers.IntegerField(help_text="Negative: fewer.")
    more_paid = serializers.DecimalField(max_digits=14, decimal_places=3, help_text="USD without the platform's fee; negative: less.")
    changes = ChangeSerializer(many=True)


@examples.shown("Rejected", examples.VERDICT)
class VerdictSerializer(serializers.ModelSerializer):
    """One decision with all that it was made of; it is never changed."""

    pool = serializers.IntegerField(source="assignment.pool_id", read_only=True)
    job = serializers.IntegerField(source="assignment.job_id", read_only=True)
    toloker = serializers.CharField(source="assignment.toloker.user_id", read_only=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=_SOURCES, read_only=True, help_text="The block that decided, or hand.")
    policy_version = serializers.IntegerField(source="policy.version", default=None, read_only=True, allow_null=True)
    guide_version = serializers.IntegerField(source="guide_version.number", default=None, read_only=True, allow_null=True)
    actor = serializers.CharField(source="actor.username", default=None, read_only=True, allow_null=True)
    inputs = ConfigField(read_only=True, help_text="Votes with weights, score a frame, agreement, speed, worker (their record in the "
                                                       "project, with an interval): what was known. Nobody is named.")
    thresholds = ConfigField(read_only=True, help_text="What the inputs were held against.")

    class Meta:
        model = Verdict
        fields = ("id", "assignment", "pool", "job", "toloker", "outcome", "source", "policy", "policy_version", "guide_version", "inputs",
                  "thresholds", "explanation", "confidence", "actor", "command", "created_at")
        read_only_fields = fields


class PolicyActions:
    """For PoolViewSet. 400 names each impossible value by its dotted path."""

    @extend_schema(responses={200: PoliciesSerializer, **ERRORS}, summary="Review policy")
    @action(detail=True, methods=["get"])
    def policy(self, request: Request, pk: str) -> Response:
        """The version in force and those before it."""
        versions = versions_of(self.get_object())  # type: ignore[attr-defined]
        return Response(PoliciesSerializer({"in_force": versions[0] if versions else None, "versions": versions}).data)

    @extend_schema(request=PolicyConfigSerializer, responses={200: PolicySerializer, **ERRORS}, summary="Put a review policy in force")
    @policy.mapping.put
    def set_policy(self, request: Request, pk: str) -> Response:
        """As the next version; what it can decide it decides within a minute. The same config again is the same version."""
        pool: Pool = self.editable()  # type: ignore[attr-defined]
        config = self.checked(PolicyConfigSerializer)["config"]  # type: ignore[attr-defined]
        return Response(PolicySerializer(services.set_policy(actor=request.user, pool=pool, config=config)).data)

    @extend_schema(request=None, responses={200: PolicySerializer, **ERRORS}, summary="Let a stopped policy go on")
    @action(detail=True, methods=["post"], url_path="policy/resume", url_name="resume-policy")
    def resume_policy(self, request: Request, pk: str) -> Response:
        """After a bad start. It does not stop for the same start again."""
        pool: Pool = self.editable()  # type: ignore[attr-defined]
        return Response(PolicySerializer(services.resume_policy(actor=request.user, pool=pool)).data)

    @extend_schema(request=ReplayAskSerializer, responses={200: ReplaySerializer, **ERRORS}, summary="Try a policy on past work")
    @action(detail=True, methods=["post"], url_path="policy/replay", url_name="replay-policy")
    def replay_policy(self, request: Request, pk: str) -> Response:
        """What it would have decided about the newest 2,000 submitted attempts, and which of them differ. Changes nothing."""
        pool: Pool = self.editable()  # type: ignore[attr-defined]
        wanted = self.checked(ReplayAskSerializer)  # type: ignore[attr-defined]
        config = services.checked_config(pool, wanted["config"])
        policy = policy_of(pool) if wanted["against"] == "policy" else None
        return Response(ReplaySerializer(replay(pool, config, policy.config if policy else None)).data)


@extend_schema(tags=["crowdsourcing: reviews"])
class VerdictViewSet(ListModelMixin, RetrieveModelMixin, RoomViewSet):
    """Why attempts were accepted, rejected or left to a person: by policies and by people, newest first."""

    serializer_class = VerdictSerializer
    filterset_class = VerdictFilter
    queryset = Verdict.objects.none()

    def get_queryset(self) -> Any:
        return doors.verdicts_for(self.request.user)
