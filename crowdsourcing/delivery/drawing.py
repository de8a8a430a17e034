"""The platform's projects whose task page is its own image annotation: beside the crowd project's, made when a pool needs one."""
from crowdsourcing import making, mirror
from crowdsourcing.delivery.specs import drawing_spec
from crowdsourcing.delivery.work import Work
from crowdsourcing.models import CrowdProject, DrawingProject, Pool
from crowdsourcing.providers.errors import Refused
from crowdsourcing.selectors.drawing import page_gone
from crowdsourcing.statuses import ProjectStatus


def show_page(work: Work, pool: Pool) -> None:
    """Have the pool's task page at the platform as it is wanted now: labels may have changed since. Nothing for our editor."""
    drawing = pool.drawing_project
    if drawing is None:
        return
    drawing = _in_use(work, pool, drawing)
    if drawing.remote_id:
        _update(work, drawing)
        return
    work.step("Creating the project for the platform's own annotation")
    _remember_names(drawing)
    mirror.mirror_drawing_project(drawing, work.provider.ensure_drawing_project(drawing_spec(drawing)))


def _in_use(work: Work, pool: Pool, drawing: DrawingProject) -> DrawingProject:
    """Looked at, as somebody may have archived it by hand: a pool that is not there yet gets another one, one that is there is lost."""
    if drawing.remote_id:
        work.step("Looking at the project for the platform's own annotation")
        mirror.mirror_drawing_project(drawing, work.provider.project(drawing.remote_id))
    if not pool.remote_id and drawing.status == ProjectStatus.ARCHIVED:
        pool.drawing_project = making.page_for(pool)
        Pool.objects.filter(pk=pool.pk).update(drawing_project=pool.drawing_project)
        assert pool.drawing_project is not None
        return pool.drawing_project
    if gone := page_gone(pool):
        raise Refused(gone, "page_gone")
    return drawing


def update_pages(work: Work, crowd_project: CrowdProject) -> None:
    for drawing in _live(crowd_project):
        mirror.mirror_drawing_project(drawing, work.provider.project(drawing.remote_id))
        if drawing.status == ProjectStatus.ACTIVE:
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
