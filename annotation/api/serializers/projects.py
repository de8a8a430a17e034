"""Projects and labels."""
from functools import cached_property
from typing import Any

import orjson
from django.db import connection
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation.api.constants import Constant
from annotation.api.serializers.people import BasicUserSerializer
from annotation.extensions import api_extras, api_extras_of_many
from annotation.models import Attribute, AttributeType, Label, LabelType, Project


class ExtendedList(serializers.ListSerializer):
    """Asks the rooms above once for the whole page."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = list(data.all() if hasattr(data, "all") else data)
        child: Any = self.child
        extras = api_extras_of_many(child.kind, child.seen_in_full(rows))
        return [{**child.plain(row), **extras.get(row.pk, {})} for row in rows]


class Extended(serializers.ModelSerializer):
    """Adds what rooms above registered for `kind` (annotation.extensions.register_api_extra)."""

    kind = ""

    @classmethod
    def many_init(cls, *arguments: Any, **names: Any) -> ExtendedList:
        names.pop("allow_empty", None)
        names["child"] = cls(*arguments, **names)
        return ExtendedList(*arguments, **names)

    def plain(self, instance: Any) -> dict[str, Any]:
        """Without the extras."""
        return dict(super().to_representation(instance))

    def seen_in_full(self, rows: list[Any]) -> list[Any]:
        """Those of `rows` to which the rooms above may add; the others are shown to somebody who sees no more than the thing itself."""
        return rows

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {**self.plain(instance), **(api_extras(self.kind, instance) if self.seen_in_full([instance]) else {})}

    def link(self, path: str) -> str:
        """Absolute address of a path below /api/."""
        return f"{self._api}{path}"

    @cached_property
    def _api(self) -> str:
        # The same for every row: asked once.
        request = self.context.get("request")
        return request.build_absolute_uri("/api/") if request is not None else "/api/"


class AttributeSerializer(serializers.ModelSerializer):
    """`values` are strings: number -> [min, max, step]; checkbox -> "false", "true"."""

    values = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Attribute
        fields = ("id", "name", "mutable", "input_type", "default_value", "values")


_ATTRIBUTES = """SELECT label_id, id, name, mutable, input_type, default_value, "values"::text FROM annotation_attribute
    WHERE label_id = ANY(%s) ORDER BY label_id, position, id"""


class LabelList(serializers.ListSerializer):
    """All labels' attributes in one query, written once: every editor that opens asks for them."""

    def to_representation(self, data: Any) -> list[Any]:
        labels = list(data.all() if hasattr(data, "all") else data)
        found: dict[int, list[dict[str, Any]]] = {label.pk: [] for label in labels}
        with connection.cursor() as cursor:
            cursor.execute(_ATTRIBUTES, [list(found)])
            for label, *row, values in cursor.fetchall():
                named = dict(zip(("id", "name", "mutable", "input_type", "default_value"), row, strict=True))
                found[label].append({**named, "values": [str(value) for value in orjson.loads(values)]})
        return [label_row(label, found[label.pk]) for label in labels]


def label_row(label: Label, attributes: list[Any]) -> dict[str, Any]:
    """What LabelSerializer's fields say; a test holds them against each other."""
    return {"id": label.pk, "name": label.name, "color": label.color, "type": label.type, "attributes": attributes,
            "project_id": label.project_id, "sublabels": [], "has_parent": False, "parent_id": None}


class LabelSerializer(serializers.ModelSerializer):
    """A label with its attributes."""

    attributes = AttributeSerializer(many=True)
    project_id = serializers.IntegerField()
    sublabels = serializers.ListField(child=serializers.DictField(), default=list, read_only=True)
    has_parent = serializers.BooleanField(default=False, read_only=True)
    parent_id = serializers.IntegerField(default=None, read_only=True, allow_null=True)

    class Meta:
        model = Label
        list_serializer_class = LabelList
        fields = ("id", "name", "color", "type", "attributes", "project_id", "sublabels", "has_parent", "parent_id")


class AttributeWriteSerializer(serializers.Serializer):
    """For documentation; annotation.labels checks."""

    id = serializers.IntegerField(required=False)
    name = serializers.CharField(max_length=64)
    input_type = serializers.ChoiceField(AttributeType.choices)
    mutable = serializers.BooleanField(default=False)
    values = serializers.ListField(child=serializers.CharField(), required=False)
    default_value = serializers.CharField(required=False, allow_blank=True)


class LabelWriteSerializer(serializers.Serializer):
    """For documentation; annotation.labels checks. In a PATCH: with `id` changes that label, with `deleted` removes it, else adds one."""

    id = serializers.IntegerField(required=False)
    name = serializers.CharField(max_length=64)
    color = serializers.CharField(required=False, help_text="#rrggbb; chosen when left out")
    type = serializers.ChoiceField(LabelType.choices, default=LabelType.ANY)
    attributes = AttributeWriteSerializer(many=True, required=False)
    deleted = serializers.BooleanField(required=False)


class ProjectWriteSerializer(serializers.Serializer):
    """Body of POST and PATCH."""

    name = serializers.CharField(max_length=256, required=False)
    guide = serializers.CharField(max_length=64_000, required=False, allow_blank=True, trim_whitespace=False, help_text="Markdown")
    labels = serializers.ListField(child=serializers.DictField(), required=False)
    organization_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**31 - 1,
        help_text="PATCH only: move it there; null: to its owner's personal space. A new project begins in the space of its request")


class ProjectBodySerializer(ProjectWriteSerializer):
    """The same with the labels spelled out, for the API schema."""

    labels = LabelWriteSerializer(many=True, required=False)  # type: ignore[assignment]


class ProjectSerializer(Extended):
    """A project; `tasks` and `labels` are counts with addresses."""

    kind = "project"
    url = serializers.SerializerMethodField()
    owner = BasicUserSerializer(read_only=True)
    assignee = Constant(None)
    tasks = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()
    dimension = Constant("2d")
    organization = serializers.IntegerField(source="organization_id", read_only=True, allow_null=True)
    organization_id = serializers.IntegerField(read_only=True, allow_null=True)
    source_storage = Constant(None)
    target_storage = Constant(None)
    guide_id = serializers.SerializerMethodField()
    bug_tracker = Constant("")
    task_subsets = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = ("id", "url", "name", "owner", "assignee", "guide", "guide_id", "bug_tracker", "task_subsets", "status", "dimension",
                  "organization", "organization_id", "source_storage", "target_storage", "tasks", "labels", "created_date", "updated_date")

    def get_url(self, project: Any) -> str:
        return self.link(f"projects/{project.pk}")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_tasks(self, project: Any) -> dict[str, Any]:
        return {"count": project.task_count, "url": self.link(f"tasks?project_id={project.pk}")}

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_labels(self, project: Any) -> dict[str, Any]:
        return {"url": self.link(f"labels?project_id={project.pk}")}

    def get_status(self, project: Any) -> str:
        """CVAT's derived word."""
        return "completed" if project.task_count and not project.open_job_count else "annotation"

    def get_guide_id(self, project: Any) -> int | None:
        """Of /api/guides; null while nothing is written."""
        return project.pk if project.guide else None

    def get_task_subsets(self, project: Any) -> list[str]:
        return []


