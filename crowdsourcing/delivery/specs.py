"""What we want at the platform, from our rows."""
from django.conf import settings

from annotation.guides import render_guide
from crowdsourcing.models import CrowdProject, DrawingProject, Pool
from crowdsourcing.providers.base import PoolSpec, ProjectSpec
from crowdsourcing.providers.drawing import DrawingProjectSpec
from crowdsourcing.selectors.drawing import in_pages
from crowdsourcing.statuses import ReissuePolicy

_NO_GUIDE = "<p>Mark every object of the labels that are offered, as exactly as you can.</p>"


def project_spec(crowd_project: CrowdProject) -> ProjectSpec:
    project = crowd_project.project
    return ProjectSpec(
        mark=crowd_project.mark, name=project.name, description=crowd_project.description or project.name,
        instructions_html=render_guide(project.guide, project.pk, settings.PUBLIC_URL).strip() or _NO_GUIDE,
        editor_base=f"{settings.PUBLIC_URL}/editor/")


def pool_spec(pool: Pool) -> PoolSpec:
    description = pool.crowd_project.description if pool.use_project_description else pool.public_description
    return PoolSpec(
        mark=pool.mark, project_id=pool.remote_project_id, name=pool.task.name,
        public_description=description or pool.crowd_project.project.name,
        may_contain_adult_content=pool.may_contain_adult_content, reward_per_assignment=pool.reward_per_assignment,
        assignment_max_duration_seconds=pool.assignment_max_duration_seconds, auto_accept_solutions=pool.auto_accept_solutions,
        auto_accept_period_day=pool.auto_accept_period_day,
        auto_close_after_complete_delay_seconds=pool.auto_close_after_complete_delay_seconds, will_expire=pool.will_expire,
        filter=pool.filter, reissue_at_once=pool.reissue_policy == ReissuePolicy.AT_ONCE, quality_rules=pool.quality_rules,
        dropped_rules=pool.dropped_rules, together=in_pages(pool), overlap=pool.overlap)


def drawing_spec(drawing: DrawingProject) -> DrawingProjectSpec:
    project = drawing.crowd_project.project
    labels = tuple((label.name, label.color) for label in project.labels.order_by("position", "pk"))
    return DrawingProjectSpec(
        mark=drawing.mark, name=project.name, description=drawing.crowd_project.description or project.name,
        instructions_html=render_guide(project.guide, project.pk, settings.PUBLIC_URL).strip() or _NO_GUIDE,
        # The only label goes without saying; the component wants two at least.
        labels=labels if len(labels) > 1 else (), shapes=tuple(drawing.shapes.split()), needed=drawing.needed)
