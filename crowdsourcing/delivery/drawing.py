"""The platform's projects whose task page is its own image annotation: beside the crowd project's, made when a pool needs one."""
from crowdsourcing import mirror
from crowdsourcing.delivery.specs import drawing_spec
from crowdsourcing.delivery.work import Work
from crowdsourcing.models import CrowdProject, DrawingProject, Pool
from crowdsourcing.statuses import ProjectStatus


def show_page(work: Work, pool: Pool) -> None:
    """Have the pool's task page at the platform as it is wanted now: labels may have changed since. Nothing for our editor."""
    drawing = pool.drawing_project
    if drawing is None:
        return
    if drawing.remote_id:
        _update(work, drawing)
        return
    work.step("Creating the project for the platform's own annotation")
    _remember_names(drawing)
    mirror.mirror_drawing_project(drawing, work.provider.ensure_drawing_project(drawing_spec(drawing)))


def update_pages(work: Work, crowd_project: CrowdProject) -> None:
    for drawing in _live(crowd_project):
        _update(work, drawing)


def archive_pages(work: Work, crowd_project: CrowdProject) -> None:
    for drawing in _live(crowd_project):
        mirror.mirror_drawing_project(drawing, work.provider.archive_project(drawing.remote_id))


def _live(crowd_project: CrowdProject) -> list[DrawingProject]:
    found = crowd_project.drawing_projects.exclude(remote_id="").exclude(status=ProjectStatus.ARCHIVED).order_by("pk")
    return list(found.select_related("crowd_project__project"))


def _update(work: Work, drawing: DrawingProject) -> None:
    work.step("Sending labels and guide to the page of the platform's own annotation")
    _remember_names(drawing)
    mirror.mirror_drawing_project(drawing, work.provider.update_drawing_project(drawing.remote_id, drawing_spec(drawing)))


def _remember_names(drawing: DrawingProject) -> None:
    """Before the page shows them: work comes back with these names, whatever the labels are called by then."""
    names = {**drawing.label_names, **{label.name: label.pk for label in drawing.crowd_project.project.labels.all()}}
    if names != drawing.label_names:
        DrawingProject.objects.filter(pk=drawing.pk).update(label_names=names)
        drawing.label_names = names
