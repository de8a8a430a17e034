"""Which labels and attribute values the stored shapes use."""
from dataclasses import dataclass

from django.db import connection

from annotation.errors import Refused
from annotation.labels import CleanAttribute, value_problem
from annotation.models import Project

# Shapes and tags on the jobs, in reviewers' drafts, those that were imported, and those in snapshots: an attempt's record must stay
# readable.
_OBJECTS = """
    WITH objects AS (
        SELECT jsonb_array_elements(a.shapes || a.tags) AS o
        FROM annotation_frameannotation a JOIN annotation_job j ON j.id = a.job_id JOIN annotation_task t ON t.id = j.task_id
        WHERE t.project_id = %(project)s
        UNION ALL
        SELECT jsonb_array_elements(i.shapes || i.tags) AS o
        FROM annotation_importedframe i JOIN annotation_task t ON t.id = i.task_id
        WHERE t.project_id = %(project)s
        UNION ALL
        SELECT jsonb_array_elements((f.content->'shapes') || (f.content->'tags')) AS o
        FROM annotation_correctedframe f JOIN annotation_correction c ON c.id = f.correction_id JOIN annotation_job j ON j.id = c.job_id
        JOIN annotation_task t ON t.id = j.task_id
        WHERE t.project_id = %(project)s
        UNION ALL
        SELECT jsonb_path_query(s.data, '$.frames.*.*[*]') AS o
        FROM annotation_snapshot s JOIN annotation_job j ON j.id = s.job_id JOIN annotation_task t ON t.id = j.task_id
        WHERE t.project_id = %(project)s
    )
"""
_LABELS = _OBJECTS + " SELECT DISTINCT (o->>'label_id')::bigint, COALESCE(o->>'type', 'tag') FROM objects"  # noqa: S608 constants only
_ANSWERS = _OBJECTS + (  # noqa: S608 constants only
    " SELECT DISTINCT (a->>'spec_id')::bigint, a->>'value' FROM objects, jsonb_array_elements(o->'attributes') a")


@dataclass(frozen=True)
class Usage:
    """`labels`: label id -> shape types seen with it ("tag" for tags); `attributes`: attribute id -> values seen."""

    labels: dict[int, set[str]]
    attributes: dict[int, set[str]]

    def refuse_narrowing(self, attribute_id: int | None, wanted: CleanAttribute, label_name: str) -> None:
        """Refused(code="label_in_use") when a stored answer would no longer be one of the allowed values."""
        for value in sorted(self.attributes.get(attribute_id or 0, ())):
            if value_problem(wanted.input_type, wanted.values, value):
                raise Refused(
                    f"Shapes answer “{value}” to the attribute “{wanted.name}” of “{label_name}”: keep that value allowed.", "label_in_use")


def usage_of(project: Project) -> Usage:
    """Read once a change of labels; walks every stored shape of the project inside the database."""
    labels: dict[int, set[str]] = {}
    attributes: dict[int, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LABELS, {"project": project.pk})
        for label_id, shape_type in cursor.fetchall():
            labels.setdefault(label_id, set()).add(shape_type)
        cursor.execute(_ANSWERS, {"project": project.pk})
        for attribute_id, value in cursor.fetchall():
            attributes.setdefault(attribute_id, set()).add(value)
    return Usage(labels, attributes)
