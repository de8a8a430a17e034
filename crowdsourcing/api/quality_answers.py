"""The answers of crowdsourcing.api.quality, for the schema and as they are sent."""
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crowdsourcing.api import examples
from crowdsourcing.quality.reports import Distribution, Summary
from crowdsourcing.quality.statistics import Quartiles, Share

_AT, _DAY = "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"
_SHARE = {"value": 0.8, "low": 0.4902, "high": 0.9433, "part": 8.0, "whole": 10.0}
_QUARTERS = {"low": 22.0, "median": 48.0, "high": 84.0}
_SUMMARY = {
    "accepted": 8, "rejected": 2, "waiting": 1, "given_back": 0, "overturned": 0, "acceptance": _SHARE, "truth": _SHARE, "suspicion": 0.12,
    "seconds": _QUARTERS, "seconds_a_frame": _QUARTERS, "hourly": "3.75", "spent": "0.400", "objects": 31}
_DECISIONS = {"unit": "day", "periods": [{"start": _AT, "end": _DAY, "accepted": 8, "rejected": 2}]}
_SIGNALS = [{"code": "too_fast", "number": 2, "text": "2 s a frame; the usual job of this pool takes 40 s a frame."}]
_SCORES = {"edges": [0.0, 0.5, 1.0], "counts": {"accepted": [1, 7], "waiting": [0, 1], "rejected": [2, 0]}}
POOL_QUALITY = {
    "pool": 5, "task": 12, **_SUMMARY, "decisions": _DECISIONS, "signals": _SIGNALS,
    "money": {"budget": "0.500", "reserved": "0.050", "spent": "0.400", "free": "0.050", "fee_estimate": "0.120"},
    "distributions": {"truth": _SCORES, "suspicion": _SCORES, "seconds": _SCORES, "confidence": _SCORES,
                      "agreement": _SCORES},
    "verification": {"questions": 10, "votes": 31, "settled": {"OK": 8, "BAD": 2}, "alpha": 0.71, "agreement": _SHARE},
    "verdicts": [{"source": "verification", "outcome": "accept", "count": 8}]}
_CONFUSION = {"attempts": 10, "waiting": 0, "objects": _SHARE, "labels": _SHARE, "cells": [
    {"true": 3, "given": 3, "count": 27}, {"true": 3, "given": 4, "count": 2}, {"true": 4, "given": None, "count": 1}]}
CONFUSIONS = {"truth": _CONFUSION, "correction": {**_CONFUSION, "attempts": 0, "cells": []}}
WORKER = {"id": 41, "user_id": "7c1f0d5be2a84f9c9f2f3a6b1d0e8c77", "account": 2, "first_seen_at": _AT, "banned": False, **_SUMMARY}
WORKER_DETAIL = {**WORKER, "votes": 12, "right_votes": _SHARE, "decisions": _DECISIONS, "signals": _SIGNALS,
                 "pools": [{"pool": 5, **_SUMMARY}], "platform_read_at": _DAY, "platform_error": "",
                 "skills": [{"id": "5401", "name": "Road signs", "hidden": True, "value": 83.25, "modified": _AT}],
                 "bans": [{"scope": "PROJECT", "project": 3, "task": None, "reason": "Too fast", "created": _AT, "will_expire": _DAY,
                           "gone_at": None, "in_force": False}]}


def share_of(share: Share) -> dict[str, Any]:
    return {"value": _round(share.value), "low": _round(share.low), "high": _round(share.high), "part": _round(share.part),
            "whole": share.whole}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def summary_in(summary: Summary) -> dict[str, Any]:
    """The fields of SummarySerializer."""
    return {
        **{name: getattr(summary, name) for name in ("accepted", "rejected", "waiting", "given_back", "overturned", "spent", "objects")},
        "acceptance": share_of(summary.acceptance), "truth": share_of(summary.truth), "suspicion": _round(summary.suspicion),
        "seconds": summary.seconds, "seconds_a_frame": summary.seconds_a_frame,
        "hourly": None if summary.hourly is None else summary.hourly.quantize(Decimal("0.01"))}


class ShareSerializer(serializers.Serializer):
    value = serializers.FloatField(allow_null=True, help_text="part / whole, 0 to 1; null while nothing was counted.")
    low = serializers.FloatField(help_text="With 95 % certainty not less than this.")
    high = serializers.FloatField(help_text="With 95 % certainty not more than this.")
    part = serializers.FloatField()
    whole = serializers.FloatField()


class QuartilesSerializer(serializers.Serializer):
    low = serializers.FloatField(help_text="A quarter lies below.")
    median = serializers.FloatField()
    high = serializers.FloatField(help_text="A quarter lies above.")

    def to_representation(self, instance: Quartiles) -> dict[str, Any]:
        return {name: round(getattr(instance, name), 3) for name in ("low", "median", "high")}


class SummarySerializer(serializers.Serializer):
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Submitted, not judged yet.")
    given_back = serializers.IntegerField(help_text="Skipped, or time ran out.")
    overturned = serializers.IntegerField(help_text="Rejected first, accepted in the end.")
    acceptance = ShareSerializer(help_text="Of the judged attempts.")
    truth = ShareSerializer(help_text="Mean score by the ground truth, of the attempts that could be measured.")
    suspicion = serializers.FloatField(allow_null=True, help_text="Mean, 0 to 1; null: none was judged for it.")
    seconds = QuartilesSerializer(allow_null=True, help_text="A job, from taking to submitting.")
    seconds_a_frame = QuartilesSerializer(allow_null=True)
    hourly = serializers.DecimalField(10, 2, allow_null=True, help_text="USD an hour at the median pace, were all of it accepted.")
    spent = serializers.DecimalField(12, 3, help_text="USD for accepted work, without the platform's fee.")
    objects = serializers.IntegerField(help_text="Shapes and tags of accepted work.")


class PeriodSerializer(serializers.Serializer):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()


class DecisionsSerializer(serializers.Serializer):
    unit = serializers.ChoiceField(["hour", "day", "week", "month"])
    periods = PeriodSerializer(many=True)


class SignalSerializer(serializers.Serializer):
    code = serializers.CharField()
    number = serializers.IntegerField(help_text="Attempts on which it was raised.")
    text = serializers.CharField(help_text="The newest one in words.")


class CellSerializer(serializers.Serializer):
    true = serializers.IntegerField(allow_null=True, help_text="Label's id; null: nothing is there.")
    given = serializers.IntegerField(allow_null=True, help_text="Label's id; null: nothing was drawn.")
    count = serializers.IntegerField()


class ConfusionSerializer(serializers.Serializer):
    attempts = serializers.IntegerField(help_text="Held against it so far.")
    waiting = serializers.IntegerField(help_text="Still to be counted; that goes on by itself.")
    objects = ShareSerializer(help_text="Of all objects of either side, those that both have with the same label.")
    labels = ShareSerializer(help_text="Of the objects that both sides have, those with the same label.")
    cells = CellSerializer(many=True)


@examples.shown("A few mixed up", CONFUSIONS)
class ConfusionsSerializer(serializers.Serializer):
    truth = ConfusionSerializer(help_text="Held against the ground truth.")
    correction = ConfusionSerializer(help_text="Held against the reviewers' versions.")


class SecondCrowdSerializer(serializers.Serializer):
    questions = serializers.IntegerField()
    votes = serializers.IntegerField()
    settled = serializers.DictField(child=serializers.IntegerField(), help_text="Answer -> questions.")
    alpha = serializers.FloatField(allow_null=True, help_text="Krippendorff's alpha: 1 all agree, 0 as if by chance.")
    agreement = ShareSerializer(help_text="Of all pairs of votes on one question, those that are equal.")


class VerdictCountSerializer(serializers.Serializer):
    source = serializers.CharField()  # type: ignore[assignment]
    outcome = serializers.CharField()
    count = serializers.IntegerField()


@extend_schema_field({"type": "object", "additionalProperties": {"type": "object", "properties": {
    "edges": {"type": "array", "items": {"type": "number"}},
    "counts": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "integer"}}}}}})
class DistributionsField(serializers.Field):
    """{name: {"edges": [...], "counts": {outcome: [a number for each bin between the edges]}}}"""

    def to_representation(self, value: dict[str, Distribution]) -> dict[str, Any]:
        return {name: {"edges": found.edges, "counts": found.counts} for name, found in value.items()}


@examples.shown("A small pool", POOL_QUALITY)
class PoolQualitySerializer(SummarySerializer):
    pool = serializers.IntegerField()
    task = serializers.IntegerField()
    money = serializers.DictField(child=serializers.DecimalField(14, 3), help_text="USD: budget = reserved + spent + free.")
    decisions = DecisionsSerializer(help_text="By when the platform wrote them down.")
    distributions = DistributionsField(help_text="Scores by the ground truth, suspicion, seconds a job (the last bin has no end), and how "
                                                 "sure the second crowd's answers are; agreement of those who did one job.")
    verification = SecondCrowdSerializer()
    verdicts = VerdictCountSerializer(many=True)
    signals = SignalSerializer(many=True)


@examples.shown("One Toloker", WORKER)
class WorkerSerializer(SummarySerializer):
    id = serializers.IntegerField()
    user_id = serializers.CharField(help_text="The platform's.")
    account = serializers.IntegerField()
    first_seen_at = serializers.DateTimeField()
    banned = serializers.BooleanField(help_text="Kept out of something of yours now, as far as we read the platform.")


class TolokerSkillSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="The platform's, of the skill.")
    name = serializers.CharField()
    hidden = serializers.BooleanField(help_text="Whether Tolokers do not see it.")
    value = serializers.FloatField(help_text="0 to 100.")
    modified = serializers.DateTimeField()


class BanSerializer(serializers.Serializer):
    scope = serializers.CharField(help_text="ALL_PROJECTS (of this requester), PROJECT, POOL, or SYSTEM (the platform's own).")
    project = serializers.IntegerField(allow_null=True, help_text="Yours that it is about; null: everything.")
    task = serializers.IntegerField(allow_null=True, help_text="Of a ban from a pool, or from checking a pool's work.")
    reason = serializers.CharField(help_text="The note of the rule, or of who banned.")
    created = serializers.DateTimeField()
    will_expire = serializers.DateTimeField(allow_null=True, help_text="null: for good.")
    gone_at = serializers.DateTimeField(allow_null=True, help_text="When the platform was seen not to have it any more.")
    in_force = serializers.BooleanField()


class WorkerPoolSerializer(SummarySerializer):
    pool = serializers.IntegerField()


@examples.shown("One Toloker", WORKER_DETAIL)
class WorkerDetailSerializer(WorkerSerializer):
    votes = serializers.IntegerField(help_text="Answers to questions about others' work.")
    right_votes = ShareSerializer(help_text="Of those to settled questions, the ones that are the settled answer.")
    decisions = DecisionsSerializer()
    platform_read_at = serializers.DateTimeField(allow_null=True, help_text="When skills and bans were read from the platform last.")
    platform_error = serializers.CharField(help_text="Why they could not be read since; empty if they could.")
    skills = TolokerSkillSerializer(many=True, help_text="What the platform remembers of them as numbers.")
    bans = BanSerializer(many=True, help_text="Those in force first; from what is not yours none are told.")
    pools = WorkerPoolSerializer(many=True, help_text="The same in each pool, the most jobs first.")
    signals = SignalSerializer(many=True)
