"""Projects and their labels."""
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction

from annotation.errors import Forbidden, Refused
from annotation.extensions import deletion_obstacles
from annotation.labels import CleanLabel, clean_labels, with_colors
from annotation.locks import lock_labels
from annotation.models import Attribute, Label, Organization, Project, Task
from annotation.services.files import remove_task_files
from annotation.services.guards import require_edit, require_owner
from annotation.services.guides import record_version
from annotation.services.organizations import require_creation
from annotation.usage import Usage, usage_of
from annotation.webhooks.announcing import announces, deleting

GUIDE_LENGTH = 64_000


def clean_name(raw: Any, *, field: str = "name", length: int = 256) -> str:
    """The name without outer white space. ValidationError under `field` when empty or too long."""
    name = str(raw or "").strip()
    if not name:
        raise ValidationError({field: ["Give a name."]})
    if len(name) > length:
        raise ValidationError({field: [f"The name has {len(name)} characters; at most {length} are allowed."]})
    return name


def clean_guide(raw: str | None) -> str:
    """The guide as it is. ValidationError when longer than 64,000 characters."""
    guide = raw or ""
    if len(guide) > GUIDE_LENGTH:
        raise ValidationError({"guide": [f"The guide has {len(guide)} characters; at most {GUIDE_LENGTH} are allowed."]})
    return guide


@announces("create", "project")
@transaction.atomic
def create_project(*, actor: Any, name: str, labels: list[dict[str, Any]] | tuple[()] = (), guide: str = "",
                   organization: Organization | None = None) -> Project:
    """A new project of the actor, in an organization or in their personal space. ValidationError with "name", "guide", "labels"; Forbidden
    where their place in the organization does not allow it."""
    if not actor.is_authenticated or not actor.is_active:
        raise Forbidden("Log in to create a project.")
    cleaned = clean_labels(labels)
    place = require_creation(actor, organization) if organization is not None else None
    project = Project.objects.create(owner=actor, name=clean_name(name), guide=clean_guide(guide), organization=place)
    _write_labels(project, cleaned, {})
    record_version(actor=actor, project=project)
    return project


@announces("update", "project")
def update_project(*, actor: Any, project: Project, name: str | None = None, guide: str | None = None) -> Project:
    """Change what is given. ValidationError with "name", "guide"."""
    require_edit(actor, project)
    changed = []
    if name is not None and clean_name(name) != project.name:
        project.name = clean_name(name)
        changed.append("name")
    if guide is not None and clean_guide(guide) != project.guide:
        project.guide = clean_guide(guide)
        changed.append("guide")
    if changed:
        with transaction.atomic():
            project.save(update_fields=[*changed, "updated_date"])
            record_version(actor=actor, project=project)
    return project


@transaction.atomic
def set_labels(*, actor: Any, project: Project, labels: list[dict[str, Any]]) -> list[Label]:
    """Replace the labels. A label keeps its id where the id is given or the name matches; the same for attributes.

    ValidationError({"labels": [...]}) for what cannot be a label; Refused(code="label_in_use") when shapes need what would go.
    """
    require_edit(actor, project)
    cleaned = clean_labels(labels)
    lock_labels(project.pk, exclusive=True)
    existing = {label.pk: label for label in project.labels.prefetch_related("attributes")}
    kept = _match(cleaned, existing)
    _refuse_loss(project, existing, kept)
    Label.objects.filter(pk__in=set(existing) - {label.pk for label in kept.values()}).delete()
    # Names may be swapped between labels: park them out of each other's way before the unique constraint looks.
    for label in kept.values():
        Label.objects.filter(pk=label.pk).update(name=f"\x7f{label.pk}")
    written = _write_labels(project, cleaned, kept)
    project.save(update_fields=["updated_date"])
    return written


def delete_project(*, actor: Any, project: Project) -> None:
    """Delete the project with its tasks and files. Refused(code="in_use") while a room above still needs it."""
    require_owner(actor, project)
    obstacles = deletion_obstacles(project)
    for task in project.tasks.all():
        obstacles += deletion_obstacles(task)
    if obstacles:
        raise Refused(" ".join(dict.fromkeys(obstacles)), "in_use")
    pictures = list(project.assets.values_list("file", flat=True))
    task_ids = list(Task.objects.filter(project=project).values_list("pk", flat=True))
    with transaction.atomic(), deleting("project", [project.pk], actor=actor), \
            deleting("task", task_ids, actor=actor, projects=[project.pk]):
        project.delete()
        for task_id in task_ids:
            transaction.on_commit(lambda task_id=task_id: remove_task_files(task_id), robust=True)  # type: ignore[misc]
        for picture in pictures:
            transaction.on_commit(lambda picture=picture: default_storage.delete(picture), robust=True)  # type: ignore[misc]


def _match(cleaned: list[CleanLabel], existing: dict[int, Label]) -> dict[int, Label]:
    """Position in `cleaned` -> the row it keeps."""
    kept: dict[int, Label] = {}
    used: set[int] = set()
    for number, label in enumerate(cleaned):
        if label.id is not None:
            if label.id not in existing:
                raise ValidationError({"labels": [f"labels[{number}].id: this project has no label {label.id}."]})
            kept[number] = existing[label.id]
            used.add(label.id)
    by_name = {label.name: label for label in existing.values()}
    for number, label in enumerate(cleaned):
        row = by_name.get(label.name)
        if number not in kept and row is not None and row.pk not in used:
            kept[number] = row
            used.add(row.pk)
    # Ids of the matched rows, so that the rest of this module need not ask again.
    for number, row in kept.items():
        cleaned[number] = CleanLabel(cleaned[number].name, cleaned[number].color or row.color, cleaned[number].type,
                                     cleaned[number].attributes, row.pk)
    return kept


def _refuse_loss(project: Project, existing: dict[int, Label], kept: dict[int, Label]) -> None:
    staying = {label.pk for label in kept.values()}
    gone = [label for label in existing.values() if label.pk not in staying]
    if not gone:
        return
    used = [label.name for label in gone if label.pk in usage_of(project).labels]
    if used:
        raise Refused(
            f"Shapes use the label{'s' if len(used) > 1 else ''} {', '.join(f'“{name}”' for name in used)}: delete those shapes first, "
            "or rename the label instead.", "label_in_use")


def _write_labels(project: Project, cleaned: list[CleanLabel], kept: dict[int, Label]) -> list[Label]:
    colors = with_colors(cleaned, set())
    usage = usage_of(project) if kept else Usage({}, {})
    written = []
    for position, (label, color) in enumerate(zip(cleaned, colors, strict=True)):
        row = kept.get(position) or Label(project=project)
        types = usage.labels.get(row.pk, set()) if row.pk else set()
        if label.type != "any" and types - {label.type}:
            raise Refused(
                f"The label “{label.name}” cannot be limited to {label.type}: there are already shapes of type "
                f"{', '.join(sorted(types - {label.type}))} with it.", "label_in_use")
        row.name, row.color, row.type, row.position = label.name, color, label.type, position
        row.save()
        _write_attributes(row, label, usage)
        written.append(row)
    return written


def _write_attributes(row: Label, label: CleanLabel, usage: Usage) -> None:
    existing = {attribute.pk: attribute for attribute in row.attributes.all()}
    by_name = {attribute.name: attribute for attribute in existing.values()}
    asked = {a.id for a in label.attributes if a.id is not None}
    if unknown := asked - set(existing):
        raise ValidationError({"labels": [f"The label “{label.name}” has no attribute with id {min(unknown)}."]})
    targets: list[Attribute] = []
    for wanted in label.attributes:
        match = existing[wanted.id] if wanted.id is not None else by_name.get(wanted.name)
        if match is not None and wanted.id is None and (match.pk in asked or match.pk in {t.pk for t in targets}):
            match = None
        targets.append(match or Attribute(label=row))
    for present in existing.values():
        if present.pk in {target.pk for target in targets}:
            # Names may be swapped: out of each other's way first, as with labels.
            Attribute.objects.filter(pk=present.pk).update(name=f"\x7f{present.pk}")
        elif present.pk in usage.attributes:
            raise Refused(f"Shapes answer the attribute “{present.name}” of “{label.name}”: it cannot be removed.", "label_in_use")
        else:
            present.delete()
    for position, (target, attribute) in enumerate(zip(targets, label.attributes, strict=True)):
        usage.refuse_narrowing(target.pk, attribute, label.name)
        target.name, target.input_type, target.mutable = attribute.name, attribute.input_type, attribute.mutable
        target.values, target.default_value, target.position = attribute.values, attribute.default_value, position
        target.save()
