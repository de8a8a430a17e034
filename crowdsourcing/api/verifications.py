"""/api/crowdsourcing/pools/{id}/verification: the second crowd of a pool."""
from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing.api import examples
from crowdsourcing.api.base import VERB_ANSWERS
from crowdsourcing.api.errors import ERRORS
from crowdsourcing.models import Pool, Verification
from crowdsourcing.selectors.links import verification_url
from crowdsourcing.selectors.verifications import progress_of, verification_of
from crowdsourcing.services import verifications as services
from crowdsourcing.verification_wishes import AGGREGATIONS, DEFAULTS

_NONE = "This pool has no verification. POST here to set one up."


class VerificationConfigSerializer(serializers.Serializer):
    """What is wanted; what is left out is the default at a set-up, and stays as it is at a change."""

    name = serializers.CharField(required=False, max_length=250, help_text="of the platform's project, as verifiers read it")
    description = serializers.CharField(required=False, max_length=5_000)
    question = serializers.CharField(required=False, max_length=500)
    instructions = serializers.CharField(required=False, max_length=50_000, help_text="Markdown")
    reward_per_assignment = serializers.DecimalField(required=False, max_digits=6, decimal_places=3, help_text="USD a page")
    tasks_per_page = serializers.IntegerField(required=False, min_value=1, max_value=100)
    min_tasks_per_page = serializers.IntegerField(
        required=False, min_value=1, max_value=100, help_text="what somebody is given who has no full page left; costs as much as one")
    last_page_delay_seconds = serializers.IntegerField(
        required=False, min_value=0, max_value=86_400, help_text="wait before the pool's last questions, fewer than that, are given out")
    overlap = serializers.IntegerField(required=False, min_value=1, max_value=100, help_text="people a question at first")
    max_overlap = serializers.IntegerField(required=False, min_value=1, max_value=100, help_text="people a question at most")
    min_confidence = serializers.FloatField(required=False, min_value=0.5, max_value=1)
    language = serializers.CharField(required=False, max_length=2)
    assignment_max_duration_seconds = serializers.IntegerField(required=False, min_value=30, max_value=86_400)
    majority_ban = serializers.BooleanField(required=False, help_text="ban who does not go with the majority")
    ban_days = serializers.IntegerField(required=False, min_value=1, max_value=365)
    skill_from_agreement = serializers.BooleanField(required=False)
    dynamic_overlap = serializers.BooleanField(required=False, help_text="the platform asks one more person while answers are unsure")
    aggregation = serializers.ChoiceField(required=False, choices=list(AGGREGATIONS.items()))


@examples.taken("The notebook's", {"question": "Are all traffic signs outlined correctly?", "reward_per_assignment": "0.01", "overlap": 2,
                                   "max_overlap": 5, "min_confidence": 0.8})
class VerificationSetupSerializer(VerificationConfigSerializer):
    decide = serializers.BooleanField(default=True, help_text="the pool's review policy names the crowd from then on")
    reissue_at_once = serializers.BooleanField(default=True, help_text="a rejected job goes to another Toloker at once")


@examples.taken("A better price", {"reward_per_assignment": "0.02"})
class VerificationChangeSerializer(VerificationConfigSerializer):
    pass


_PROGRESS = {"questions": 40, "sent": 40, "good": 30, "bad": 4, "undecided": 0, "waiting": 6, "votes": 86, "open_votes": 8, "pages": 9,
             "verifiers": 5, "spent": "0.117", "least": "0.006", "most": "0.029"}


@examples.shown("At work", {
    "pool": 5, "config": DEFAULTS, "status": "OPEN", "last_close_reason": "", "remote_project_id": "4418", "remote_pool_id": "90211",
    "remote_url": "http://localhost:8090/requester/project/4418/pool/90211", "waiting_for": "Waiting for answers: 6 questions are open.",
    "paused": False, "progress": _PROGRESS, "created_at": "2026-11-22T10:00:00Z", "updated_at": "2026-11-22T10:00:00Z"})
class PoolVerificationSerializer(serializers.ModelSerializer):
    """`waiting_for`: a sentence with the next step, "" while there is nothing to wait for. Money in USD, the platform's fee in it."""

    config = VerificationConfigSerializer(read_only=True)
    remote_url = serializers.SerializerMethodField(help_text="The platform's own page; empty while it is not there yet.")
    paused = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    class Meta:
        model = Verification
        fields = ("pool", "config", "status", "last_close_reason", "remote_project_id", "remote_pool_id", "remote_url", "waiting_for",
                  "paused", "progress", "created_at", "updated_at")
        read_only_fields = fields

    def get_remote_url(self, verification: Verification) -> str:
        return verification_url(verification)

    def get_paused(self, verification: Verification) -> bool:
        return verification.stopped_at is not None

    @extend_schema_field({"type": "object", "additionalProperties": {}, "example": _PROGRESS})
    def get_progress(self, verification: Verification) -> dict[str, Any]:
        return progress_of(verification)


_SHOWN = {200: OpenApiResponse(PoolVerificationSerializer), **ERRORS}


class VerificationActions:
    """For PoolViewSet."""

    def _verification(self, *, edit: bool = False) -> Verification:
        pool: Pool = self.editable() if edit else self.get_object()  # type: ignore[attr-defined]
        found = verification_of(pool)
        if found is None:
            raise NotFound(_NONE)
        return found

    def _shown(self, verification: Verification) -> Response:
        found = verification_of(verification.pool)
        return Response(PoolVerificationSerializer(found, context=self.get_serializer_context()).data)  # type: ignore[attr-defined]

    @extend_schema(responses=_SHOWN, summary="Verification")
    @action(detail=True, methods=["get"])
    def verification(self, request: Request, pk: str) -> Response:
        """What is wanted, how far it is, what it waits for. 404 where none is set up."""
        return self._shown(self._verification())

    @extend_schema(request=VerificationSetupSerializer, responses=VERB_ANSWERS, summary="Set up verification")
    @verification.mapping.post
    def set_up_verification(self, request: Request, pk: str) -> Response:
        """Make its project and pool at the platform. From then on submitted jobs are asked about by themselves."""
        wanted = _plain(self.checked(VerificationSetupSerializer))  # type: ignore[attr-defined]
        options = {name: wanted.pop(name) for name in ("decide", "reissue_at_once")}
        pool: Pool = self.editable()  # type: ignore[attr-defined]
        made = services.setup_verification(actor=request.user, pool=pool, config=wanted, **options)
        return self.asked_of(made)  # type: ignore[attr-defined]

    @extend_schema(request=VerificationChangeSerializer, responses=VERB_ANSWERS, summary="Change verification")
    @verification.mapping.patch
    def change_verification(self, request: Request, pk: str) -> Response:
        """Fields left out stay as they are. An open verification pool is closed for the change, and opened again."""
        wanted = _plain(self.checked(VerificationChangeSerializer))  # type: ignore[attr-defined]
        found = self._verification(edit=True)
        return self.asked(services.update_verification(actor=request.user, verification=found, config=wanted))  # type: ignore[attr-defined]

    @extend_schema(request=None, responses=_SHOWN, summary="Pause verification")
    @action(detail=True, methods=["post"], url_path="verification/pause", url_name="pause-verification")
    def pause_verification(self, request: Request, pk: str) -> Response:
        """Nothing more is asked; what is asked already may be answered, and counts."""
        return self._shown(services.pause_verification(actor=request.user, verification=self._verification(edit=True)))

    @extend_schema(request=None, responses=_SHOWN, summary="Go on with verification")
    @action(detail=True, methods=["post"], url_path="verification/resume", url_name="resume-verification")
    def resume_verification(self, request: Request, pk: str) -> Response:
        """After a pause, or after its pool was closed at the platform by hand."""
        return self._shown(services.resume_verification(actor=request.user, verification=self._verification(edit=True)))

    @extend_schema(request=None, responses=VERB_ANSWERS, summary="Replace an archived verification pool")
    @action(detail=True, methods=["post"], url_path="verification/renew", url_name="renew-verification")
    def renew_verification(self, request: Request, pk: str) -> Response:
        """Another project and pool; what is not answered yet is asked there."""
        made = services.renew_verification(actor=request.user, verification=self._verification(edit=True))
        return self.asked_of(made)  # type: ignore[attr-defined]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """What the config keeps as JSON."""
    return {name: str(value) if name == "reward_per_assignment" else value for name, value in values.items()}


