"""Snapshots of a job, and what differs between two of them."""
from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from annotation.models import Snapshot
from annotation.services.comparisons import Quality, Version, quality_of
from annotation.shapes.difference import KINDS, Difference, FrameDifference


class SnapshotSerializer(serializers.ModelSerializer):
    """What an attempt looked like at one moment, without its shapes."""

    author = serializers.CharField(source="author.username", default=None, allow_null=True, help_text="the reviewer who corrected it")

    class Meta:
        model = Snapshot
        fields = ("id", "reason", "attempt", "worker", "author", "revision", "digest", "shape_count", "tag_count", "created_date")


class CountsSerializer(serializers.Serializer):
    """Shapes and tags of each kind; one that was moved and relabelled counts in both."""

    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    relabelled = serializers.IntegerField()
    moved = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="other answers, or occluded on one side only")
    unchanged = serializers.IntegerField()


class AnswerSerializer(serializers.Serializer):
    """An attribute's value on both sides; null where it has none."""

    spec_id = serializers.IntegerField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class QualitySerializer(serializers.Serializer):
    """How good the side is that is not the ground truth, in objects. Matched: the same label, and for shapes IoU 0.5 or more."""

    precision = serializers.FloatField(allow_null=True, help_text="matched ÷ found; null: nothing was found")
    recall = serializers.FloatField(allow_null=True, help_text="matched ÷ truth; null: nothing is there to find")
    mean_iou = serializers.FloatField(allow_null=True, help_text="of the matched shapes; of lines and points their closeness")
    matched = serializers.IntegerField()
    found = serializers.IntegerField()
    truth = serializers.IntegerField()


class DifferenceSerializer(serializers.Serializer):
    """One shape or tag."""

    kinds = serializers.ListField(child=serializers.ChoiceField(KINDS))
    measure = serializers.FloatField(
        allow_null=True, help_text="IoU; of lines and points their closeness, 0 to 1. null: on one side only, or a tag")
    answers = AnswerSerializer(many=True)
    before = serializers.DictField(allow_null=True, help_text="the shape or tag as stored")
    after = serializers.DictField(allow_null=True)


class FrameDifferenceSerializer(serializers.Serializer):
    """One frame that differs; what is unchanged is counted and not listed."""

    frame = serializers.IntegerField()
    counts = CountsSerializer()
    quality = QualitySerializer(allow_null=True)
    nothing_here = serializers.DictField(child=serializers.BooleanField(), help_text='the mark "nothing here": {before, after}')
    shapes = DifferenceSerializer(many=True)
    tags = DifferenceSerializer(many=True)


class VersionSerializer(serializers.Serializer):
    """One side: `name` as in the address, `snapshot` null for the current work and the ground truth."""

    name = serializers.CharField()
    digest = serializers.CharField()
    snapshot = SnapshotSerializer(allow_null=True)


class ComparisonSerializer(serializers.Serializer):
    """Both sides, counts over all frames, and the frames that differ. With the ground truth on one side only its frames count, and
    `quality` says how good the other side is; else it is null."""

    a = VersionSerializer()
    b = VersionSerializer()
    counts = CountsSerializer()
    quality = QualitySerializer(allow_null=True)
    frames = FrameDifferenceSerializer(many=True)


def version_answer(version: Version) -> dict[str, Any]:
    return {"name": version.name, "digest": version.digest, "snapshot": version.snapshot and SnapshotSerializer(version.snapshot).data}


def quality_answer(quality: Quality | None) -> dict[str, Any] | None:
    if quality is None:
        return None
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(quality).items()}


def frame_answer(frame: FrameDifference, before: Version, after: Version) -> dict[str, Any]:
    """Plain data in FrameDifferenceSerializer's form: there may be very many."""
    quality = quality_answer(quality_of(before, after, frame.agreement))
    return {"frame": frame.number, "counts": frame.counts, "quality": quality,
            "nothing_here": dict(zip(("before", "after"), frame.nothing_here, strict=True)),
            "shapes": _listed(frame.shapes), "tags": _listed(frame.tags)}


def _listed(differences: list[Difference]) -> list[dict[str, Any]]:
    return [{"kinds": list(one.kinds), "measure": None if one.measure is None else round(one.measure, 4),
             "answers": [{"spec_id": a.spec_id, "before": a.before, "after": a.after} for a in one.answers],
             "before": one.before, "after": one.after} for one in differences if one.kind != "unchanged"]
