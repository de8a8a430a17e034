"""What may be wanted of a pool in the platform's own image annotation, and what of its task does not go with it."""
from collections.abc import Sequence
from typing import Any

from django.db.models import F

from annotation.models import Job, Label, Task
from crowdsourcing.models import Pool
from crowdsourcing.statuses import PoolInterface, ProjectStatus

# The component's word -> our type of shape.
TYPES = {"rectangle": "rectangle", "polygon": "polygon", "point": "points"}
# Every image is a task on one page, loaded by the Toloker's browser; the component lists its labels as buttons.
MAX_IMAGES = 50
MAX_LABELS = 30
_OURS = "or choose our editor"


class BadOptions(Exception):
    """The sentence says what may be given."""


def clean_options(interface: str, raw: Any) -> dict[str, Any]:
    """{} for our editor, {"shapes": [...], "needed": bool} for the platform's component. Raises BadOptions."""
    if not isinstance(raw, dict):
        raise BadOptions("Give an object, for example {\"shapes\": [\"rectangle\"]}.")
    if interface != PoolInterface.IMAGE_ANNOTATION:
        if raw:
            raise BadOptions("Our editor has no options: leave them empty.")
        return {}
    if unknown := sorted(set(raw) - {"shapes", "needed"}):
        raise BadOptions(f"There is no option “{unknown[0]}”: there are shapes and needed.")
    shapes, needed = raw.get("shapes") or [], raw.get("needed", False)
    if not isinstance(shapes, list) or not shapes or any(name not in TYPES for name in shapes if isinstance(name, str)):
        raise BadOptions("Choose at least one shape: rectangle, polygon or point.")
    if not all(isinstance(name, str) for name in shapes) or not isinstance(needed, bool):
        raise BadOptions("Shapes are rectangle, polygon and point; needed is true or false.")
    return {"shapes": [name for name in TYPES if name in shapes], "needed": needed}


def unfit(task: Task, options: dict[str, Any]) -> list[str]:
    """Why the task cannot be annotated in the platform's own interface with these (clean) options, each with the next step."""
    labels = list(Label.objects.filter(project=task.project_id).prefetch_related("attributes").order_by("position", "pk"))
    found = [sentence for label in labels for sentence in _label_problems(label, options["shapes"])]
    if len(labels) > MAX_LABELS:
        found.append(f"The platform's own annotation shows {MAX_LABELS} labels at most; this project has {len(labels)}. "
                     f"Use fewer, {_OURS}.")
    long = task.annotation_jobs.filter(stop_frame__gte=F("start_frame") + MAX_IMAGES).order_by("pk").first()
    if long is not None:
        found.append(f"Job {long.pk} has {long.frame_count} images; a page of the platform's own annotation shows {MAX_IMAGES} at most. "
                     f"Make a task with shorter jobs (segment size), {_OURS}.")
    if task.show_preannotations:
        found.append("The task's jobs start with pre-annotations, which the platform's own annotation cannot show. Switch that off in "
                     f"the task, {_OURS}.")
    return found[:5]


def example_interface(task: Task) -> tuple[dict[str, Any], list[str]]:
    """The interface of the platform's segmentation example, as fields of a pool's config, and why it is our editor instead ([] when it is
    the platform's own). The example has rectangles, at least one an image; a task whose labels are all for one other shape gets that."""
    types = set(Label.objects.filter(project=task.project_id).values_list("type", flat=True)) - {"any"}
    only = types.pop() if len(types) == 1 else ""
    shape = next((name for name, ours in TYPES.items() if ours == only), "rectangle")
    options = {"shapes": [shape], "needed": True}
    problems = unfit(task, options)
    chosen = {"interface": PoolInterface.EDITOR, "interface_options": {}} if problems else {
        "interface": PoolInterface.IMAGE_ANNOTATION, "interface_options": options}
    return {name: value if isinstance(value, dict) else str(value) for name, value in chosen.items()}, problems


def _label_problems(label: Label, shapes: Sequence[str]) -> list[str]:
    found = []
    wrong = [name for name in shapes if label.type not in ("any", TYPES[name])]
    if label.type != "any" and label.type not in TYPES.values():
        found.append(f"The label “{label.name}” is for {label.type} only, which the platform's own annotation does not have. "
                     f"Change the label's type, {_OURS}.")
    elif wrong:
        found.append(f"The label “{label.name}” is for {label.type} only, but Tolokers could draw it as a {wrong[0]}, too: the platform's "
                     f"own annotation offers every shape with every label. Choose one shape, change the label's type, {_OURS}.")
    if names := [attribute.name for attribute in label.attributes.all()]:
        found.append(f"The label “{label.name}” asks for “{names[0]}”, and the platform's own annotation has no attributes. "
                     f"Remove them from the label, {_OURS}.")
    return found


def is_drawn_there(pool: Pool) -> bool:
    """Whether Tolokers annotate it in the platform's own interface."""
    return pool.interface == PoolInterface.IMAGE_ANNOTATION


def in_pages(pool: Pool) -> bool:
    """Whether its jobs are put together as pages of several images; else each is a single task. Never changes: jobs do not."""
    return is_drawn_there(pool) and Job.objects.filter(task_suite__pool=pool, stop_frame__gt=F("start_frame")).exists()


def fixed_pictures(jobs: Sequence[int]) -> dict[int, str]:
    """Job id -> why it gets no other honeypots. One query."""
    why = "is annotated at the platform, which has the addresses of its images"
    found = Job.objects.filter(pk__in=jobs, task__pool__interface=PoolInterface.IMAGE_ANNOTATION)
    return dict.fromkeys(found.order_by().values_list("pk", flat=True), why)


def page_gone(pool: Pool) -> str:
    """What became of the platform's project that the pool is in, with the next step; "" while it is as it should be, or for our editor."""
    drawing = pool.drawing_project
    if drawing is None or drawing.status in ("", ProjectStatus.ACTIVE) or not pool.remote_id:
        return ""
    what = f"The platform’s project in which this pool’s images are annotated ({drawing.remote_id})"
    if drawing.status == ProjectStatus.ARCHIVED:
        return (f"{what} was archived there by hand, which is final: the pool can be started no more. What is submitted can still be "
                "reviewed until the pool is archived. For the rest make a task of those images: its pool gets a project of its own.")
    return f"{what} is {drawing.status.lower()} at the platform. Ask the platform’s support to release it."
