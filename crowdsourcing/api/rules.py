"""/api/crowdsourcing/pools/{id}/rules, /rules/catalogue and /projects/{id}/skills."""
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from crowdsourcing import doors, rules, selectors
from crowdsourcing.api import examples
from crowdsourcing.api.base import VERB_ANSWERS, RoomViewSet
from crowdsourcing.api.errors import ERRORS
from crowdsourcing.models import CrowdProject, Pool, Skill
from crowdsourcing.rules.catalogue import COLLECTORS, actions_of, parameters_of
from crowdsourcing.rules.presets import PRESETS
from crowdsourcing.rules.values import Value
from crowdsourcing.selectors.rule_previews import HitRow, Preview, previews
from crowdsourcing.services import pools as pool_services, rules as services

_ONE = {"collector_config": {"type": "ACCEPTANCE_RATE"}, "rules": [{
    "conditions": [{"key": "total_assignments_count", "operator": "GT", "value": 2},
                   {"key": "rejected_assignments_rate", "operator": "GT", "value": 35}],
    "action": {"type": "RESTRICTION_V2", "parameters": {"scope": "ALL_PROJECTS", "duration": 15, "duration_unit": "DAYS"}}}]}
_SENTENCE = "When a Toloker has more than 2 reviewed jobs and more than 35 % rejected jobs: ban the Toloker from all your projects " \
    "for 15 days."
_RULES = {"quality_rules": [_ONE], "sentences": [_SENTENCE], "problems": []}
_PREVIEW = {"previews": [{
    "sentence": _SENTENCE, "unknown": "", "note": "", "tolokers": 1, "jobs": 0, "kept_out": 4, "kept_out_money": "0.200", "decided": 0,
    "decided_money": "0.000", "hits": [{
        "toloker": "5c6bdd5c", "job": None, "first": "2026-11-21T09:00:00Z", "last": "2026-11-21T09:00:00Z", "times": 1,
        "counted": "3 reviewed jobs, 67 % rejected jobs", "effect": "banned from all your projects for 15 days"}]}]}


@examples.taken("Often rejected: ban", {"quality_rules": [_ONE]})
class RulesBody(serializers.Serializer):
    quality_rules = serializers.JSONField(help_text="The platform's quality_control.configs; [] is none.")


@examples.shown("One rule", _RULES)
class RulesAnswer(serializers.Serializer):
    quality_rules = serializers.JSONField(help_text="All our rules of the pool, with the one that offers rejected jobs again.")
    sentences = serializers.ListField(child=serializers.CharField(), help_text="One in plain English for each rule, in order.")
    problems = serializers.ListField(child=serializers.CharField(), help_text="Skills that are gone at the platform.")


class HitAnswer(serializers.Serializer):
    toloker = serializers.CharField()
    job = serializers.IntegerField(allow_null=True, help_text="Where the rule is about a job.")
    first = serializers.DateTimeField()
    last = serializers.DateTimeField()
    times = serializers.IntegerField()
    counted = serializers.CharField()
    effect = serializers.CharField()


class PreviewAnswer(serializers.Serializer):
    sentence = serializers.CharField()
    unknown = serializers.CharField(allow_blank=True, help_text="Why our data cannot tell; then the numbers say nothing.")
    note = serializers.CharField(allow_blank=True)
    tolokers = serializers.IntegerField()
    jobs = serializers.IntegerField()
    kept_out = serializers.IntegerField(help_text="Later submitted jobs that a ban would have prevented.")
    kept_out_money = serializers.DecimalField(max_digits=12, decimal_places=3)
    decided = serializers.IntegerField(help_text="Waiting jobs that would have been accepted or rejected.")
    decided_money = serializers.DecimalField(max_digits=12, decimal_places=3)
    hits = HitAnswer(many=True, help_text="The first 50.")


@examples.shown("One Toloker", _PREVIEW)
class PreviewsAnswer(serializers.Serializer):
    previews = PreviewAnswer(many=True)


@extend_schema(tags=["crowdsourcing: quality rules"])
class RulesViewSet(RoomViewSet):
    """What the platform watches in a pool: whom to ban, who gets a skill, which jobs are done again."""

    queryset = Pool.objects.none()
    serializer_class = RulesAnswer

    def get_queryset(self) -> Any:
        return doors.pools_for(self.request.user).prefetch_related("crowd_project__account__skills")

    @extend_schema(responses={200: RulesAnswer, 404: ERRORS[404]}, summary="Quality rules of a pool")
    def retrieve(self, request: Request, pk: str) -> Response:
        """The rules that we send, in the platform's words and in ours."""
        pool = self.get_object()
        configs = selectors.rules_of(pool)
        return Response({"quality_rules": configs, "problems": selectors.skills_gone(pool),
                         "sentences": rules.sentences(configs, selectors.skill_names(pool.crowd_project.account))})

    @extend_schema(request=RulesBody, responses=VERB_ANSWERS, summary="Set the quality rules of a pool")
    def update(self, request: Request, pk: str) -> Response:
        """Replaces all of them. The pool must be closed. A mistake is told with the number of its rule, from 1."""
        pool = self.editable()
        return self.asked(pool_services.update_pool(actor=request.user, pool=pool, config=dict(self.checked(RulesBody))))

    @extend_schema(request=RulesBody, responses={200: PreviewsAnswer, **ERRORS}, summary="Whom rules would have hit")
    def preview(self, request: Request, pk: str) -> Response:
        """Tries rules on the pool's attempts so far, each alone. Nothing is changed; an empty body tries the pool's own."""
        pool = self.get_object()
        given = request.data.get("quality_rules") if isinstance(request.data, dict) else None
        configs = rules.checked(selectors.rules_of(pool) if given is None else given)
        words = rules.sentences(configs, selectors.skill_names(pool.crowd_project.account))
        found = [_preview(sentence, one) for sentence, one in zip(words, previews(pool, configs), strict=True)]
        return Response(PreviewsAnswer({"previews": found}).data)


def _preview(sentence: str, found: Preview) -> dict[str, Any]:
    names = ("unknown", "note", "tolokers", "jobs", "kept_out", "kept_out_money", "decided", "decided_money")
    return {"sentence": sentence, **{name: getattr(found, name) for name in names}, "hits": [_hit(row) for row in found.hits]}


def _hit(row: HitRow) -> dict[str, Any]:
    return {"toloker": row.hit.worker, "job": row.hit.suite, "first": row.hit.first, "last": row.hit.last, "times": row.hit.times,
            "counted": row.counted, "effect": row.effect}


@examples.shown("A part", {"presets": {"reissue": _ONE}, "collectors": [{
    "type": "ANSWER_COUNT", "label": "Number of finished jobs", "about": "toloker", "parameters": [], "preview": "", "actions": [],
    "conditions": [{"key": "assignments_accepted_count", "label": "finished jobs", "kind": "count", "operators": ["GT"]}]}]})
class CatalogueAnswer(serializers.Serializer):
    presets = serializers.DictField(help_text="Ready-made rules; the one that gives a skill lacks its id.")
    collectors = serializers.ListField(child=serializers.DictField(), help_text="With parameters, conditions and actions of each.")


@extend_schema(tags=["crowdsourcing: quality rules"])
class CatalogueViewSet(RoomViewSet):
    """Every collector with the conditions and actions that go with it."""

    queryset = Pool.objects.none()
    serializer_class = CatalogueAnswer
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses={200: CatalogueAnswer}, summary="What quality rules are made of")
    def retrieve(self, request: Request) -> Response:
        """The single source of the builder and of the checks; `preview` says why our data cannot tell whom a rule would hit."""
        return Response({
            "presets": {preset.key: preset.make("") for preset in PRESETS.values()},
            "collectors": [{
                "type": one.type, "label": one.label, "about": one.subject, "preview": one.unknown,
                "parameters": [_value(value) for value in one.parameters],
                "conditions": [{**_value(fact), "operators": fact.operators} for fact in one.facts],
                "actions": [{"type": action.type, "label": action.label,
                             "parameters": [_value(value) for value in parameters_of(action, one)]} for action in actions_of(one)],
            } for one in COLLECTORS.values()]})


def _value(value: Value) -> dict[str, Any]:
    return {"key": value.key, "label": value.label, "kind": value.kind, "required": value.required,
            **({"choices": dict(value.choices)} if value.choices else {})}


@examples.shown("A hidden skill", {"id": 4, "remote_id": "100024", "name": "Road signs", "hidden": True,
                                   "public_requester_description": {"EN": "Outlines road signs"}, "gone_at": None})
class SkillSerializer(serializers.ModelSerializer):
    class Meta:
        model = Skill
        fields = ("id", "remote_id", "name", "hidden", "public_requester_description", "gone_at")
        read_only_fields = fields


@examples.taken("A hidden skill", {"name": "Road signs", "hidden": True, "description": {"EN": "Outlines road signs"}})
class SkillBody(serializers.Serializer):
    name = serializers.CharField(max_length=services.MAX_NAME)
    hidden = serializers.BooleanField(default=True, help_text="Tolokers see neither the skill nor their value.")
    description = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=services.MAX_DESCRIPTION), required=False,
                                        default=dict, help_text="Language (EN, ES, …) -> what Tolokers read.")


@extend_schema(tags=["crowdsourcing: skills"])
class SkillViewSet(ListModelMixin, RoomViewSet):
    """Skills of the account behind a crowd project."""

    queryset = Skill.objects.none()
    serializer_class = SkillSerializer

    def get_queryset(self) -> Any:
        projects = doors.crowd_projects_for(self.request.user).filter(pk=self.kwargs.get("pk", 0))
        return Skill.objects.filter(account__crowd_projects__in=projects.order_by()).order_by("name", "id")

    @extend_schema(summary="Skills of a crowd project's account")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """As they were read last; `gone_at` is set on those that the platform does not have any more."""
        self._project()
        return super().list(request, *args, **kwargs)

    @extend_schema(request=SkillBody, responses=VERB_ANSWERS, summary="Make a skill")
    def create(self, request: Request, pk: int) -> Response:
        """At the platform, unless there is one of exactly this name."""
        crowd_project = self._project()
        doors.require_edit(request.user, crowd_project)
        return self.asked(services.make_skill(actor=request.user, crowd_project=crowd_project, **self.checked(SkillBody)))

    def _project(self) -> CrowdProject:
        return doors.crowd_project(self.request.user, int(self.kwargs["pk"]))
