"""The labels a project's shapes may carry, loaded once a request."""
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from annotation.labels import value_problem
from annotation.models import Attribute, Label

_ROWS = """
    SELECT l.id, l.name, l.type, a.id, a.name, a.input_type, a."values"::text
    FROM annotation_label l LEFT JOIN annotation_attribute a ON a.label_id = l.id
    WHERE l.project_id = %s ORDER BY l.position, l.id, a.position, a.id"""


@dataclass(frozen=True)
class Vocabulary:
    """`labels`: id -> label; `attributes`: label id -> {attribute id -> attribute}; both with what decides whether a shape fits only."""

    labels: dict[int, Label]
    attributes: dict[int, dict[int, Attribute]]

    @classmethod
    def of_project(cls, project_id: int) -> "Vocabulary":
        """One query."""
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [project_id])
            rows = cursor.fetchall()
        labels = {key: Label(id=key, project_id=project_id, name=name, type=kind) for key, name, kind, *_ in rows}
        attributes: dict[int, dict[int, Attribute]] = {key: {} for key in labels}
        for label, _, _, key, name, kind, values in rows:
            if key is not None:
                attributes[label][key] = Attribute(id=key, label_id=label, name=name, input_type=kind, values=orjson.loads(values))
        return cls(labels, attributes)

    def described(self) -> list[tuple[Any, ...]]:
        """Everything that decides whether a shape fits, comparable: equal as long as nobody changed it."""
        return sorted((pk, label.name, label.type, *((a.pk, a.name, a.input_type, *a.values) for a in self.attributes[pk].values()))
                      for pk, label in self.labels.items())

    def label_problem(self, label_id: object, shape_type: str) -> str | None:
        """Why a shape of this type ("tag" for tags) may not carry the label, or None."""
        label = self.labels.get(label_id) if isinstance(label_id, int) and not isinstance(label_id, bool) else None
        if label is None:
            return "the project has no such label."
        if label.type not in ("any", shape_type):
            return f"the label “{label.name}” is for {label.type} only."
        return None

    def attribute_problem(self, label_id: int, spec_id: object, value: object) -> str | None:
        """Why the answer may not stand on a shape with this label, or None."""
        known = self.attributes.get(label_id, {})
        attribute = known.get(spec_id) if isinstance(spec_id, int) and not isinstance(spec_id, bool) else None
        if attribute is None:
            return f"the label has no attribute {spec_id}."
        if not isinstance(value, str):
            return "the value is a text."
        problem = value_problem(attribute.input_type, attribute.values, value)
        return f"{attribute.name}: {problem}" if problem else None
