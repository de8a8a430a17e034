"""Places in this room's pages and answers where a room above may add something.

This room names the places; it never learns who fills them. A room above registers in its AppConfig.ready().
Panels: `{% panels "project.actions" project %}` renders every template registered for that place, in order.
"""
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest

# Places that templates of this room offer. A test holds this list against the templates.
PLACES = (
    "project.actions",  # items of the project page's Actions menu (li elements)
    "project.badges",  # label and dot beside a project's name: list cards and project page
    "project.panels",  # sections of the project page
    "task.actions",  # items of the task page's Actions menu
    "task.badges",
    "task.panels",  # sections of the task page, above its jobs
    "job.badges",  # in job lists and on the job page
    "job.bar",  # the bar on top of the job page
    "job.panels",  # sections of the job page, beside the frames
    "editor.review",  # a bar above the editor while it shows a job for review; brings its own style sheet and scripts
    "navigation",  # items of the top menu
)
# (request, object) -> context, or None to show nothing.
ContextOf = Callable[[HttpRequest, Any], dict[str, Any] | None]
_panels: dict[str, list[tuple[int, str, ContextOf]]] = defaultdict(list)
# Why a project or task must not be deleted now: object -> sentence or None.
_deletion_obstacles: list[Callable[[Any], str | None]] = []
# Extra objects on API answers: (kind, object) -> {key: value}.
_api_extras: list[Callable[[str, Any], dict[str, Any]]] = []
# The same for a page of objects at once, so that a list stays at a fixed number of queries: (kind, objects) -> {pk: {key: value}}.
ManyExtras = Callable[[str, Sequence[Any]], dict[Any, dict[str, Any]]]
_api_extras_of_many: dict[Callable[[str, Any], dict[str, Any]], ManyExtras] = {}

# Who made what is on jobs: names of columns, and job ids -> {job id: {column: text}} for a few hundred jobs at once.
ProvenanceOf = Callable[[Sequence[int]], dict[int, dict[str, str]]]
_provenance: list[tuple[tuple[str, ...], ProvenanceOf]] = []


def register_panel(place: str, template: str, context_of: ContextOf, *, order: int = 100) -> None:
    if place not in PLACES:
        raise ValueError(f"No such place: {place}")
    _panels[place].append((order, template, context_of))
    _panels[place].sort(key=lambda entry: entry[0])


def panels(place: str) -> list[tuple[int, str, ContextOf]]:
    if place not in PLACES:
        raise ValueError(f"No such place: {place}")
    return _panels[place]


def register_deletion_obstacle(check: Callable[[Any], str | None]) -> None:
    _deletion_obstacles.append(check)


def deletion_obstacles(thing: Any) -> list[str]:
    return [sentence for check in _deletion_obstacles if (sentence := check(thing))]


def register_api_extra(extra: Callable[[str, Any], dict[str, Any]], *, of_many: ManyExtras | None = None) -> None:
    """`kind` is "project", "task" or "job". Lists ask `of_many` once a page; without it they ask `extra` for every row."""
    _api_extras.append(extra)
    if of_many is not None:
        _api_extras_of_many[extra] = of_many


def api_extras(kind: str, thing: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for extra in _api_extras:
        merged.update(extra(kind, thing))
    return merged


def api_extras_of_many(kind: str, things: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    """pk -> what `api_extras` would say of each."""
    merged: dict[Any, dict[str, Any]] = {thing.pk: {} for thing in things}
    for extra in _api_extras:
        of_many = _api_extras_of_many.get(extra)
        found = of_many(kind, things) if of_many else {thing.pk: extra(kind, thing) for thing in things}
        for pk, values in found.items():
            merged[pk].update(values)
    return merged


# Jobs whose pictures somebody outside relies on: job ids -> {job id: sentence that says why}.
FixedPictures = Callable[[Sequence[int]], dict[int, str]]
_fixed_pictures: list[FixedPictures] = []


def register_fixed_pictures(of_jobs: FixedPictures) -> None:
    """Why other honeypots must not be put into jobs that nobody has begun."""
    _fixed_pictures.append(of_jobs)


def fixed_pictures(jobs: Sequence[int]) -> dict[int, str]:
    """Job id -> why its pictures stay; jobs that may get others are missing."""
    return {job_id: sentence for of_jobs in _fixed_pictures for job_id, sentence in of_jobs(jobs).items()}


def register_provenance(columns: Sequence[str], of_jobs: ProvenanceOf) -> None:
    """What exports can say of each shape beside what this room knows itself."""
    _provenance.append((tuple(columns), of_jobs))


def provenance_columns() -> tuple[str, ...]:
    return tuple(column for columns, _ in _provenance for column in columns)


def provenance_of(jobs: Sequence[int]) -> dict[int, dict[str, str]]:
    """Job id -> column -> text; jobs of which nothing is known are missing."""
    merged: dict[int, dict[str, str]] = {}
    for _, of_jobs in _provenance:
        for job_id, told in of_jobs(jobs).items():
            merged.setdefault(job_id, {}).update(told)
    return merged
