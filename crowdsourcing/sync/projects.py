"""News of projects, and which of them are looked at by themselves."""
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from crowdsourcing import mirror
from crowdsourcing.models import CrowdProject, Pool
from crowdsourcing.providers.base import Provider
from crowdsourcing.providers.errors import ProviderError
from crowdsourcing.statuses import PoolStatus, ProjectStatus

# Pools with nothing to look at: an archived one is looked at once more after that was seen, for what happened just before.
_OVER = Q(remote_id="") | (Q(status=PoolStatus.ARCHIVED) & (Q(mirrored_at=None) | Q(synced_at__gte=F("mirrored_at"))))


def projects_in_use() -> QuerySet[CrowdProject]:
    """Those that are at the platform and not archived; archived ones too, while there is something to look at in their pools."""
    live_pools = Pool.objects.filter(crowd_project=OuterRef("pk")).exclude(_OVER)
    return (CrowdProject.objects.exclude(remote_id="").filter(~Q(status=ProjectStatus.ARCHIVED) | Exists(live_pools))
            .select_related("account").order_by("pk"))


def pools_in_use(crowd_project: CrowdProject) -> QuerySet[Pool]:
    """Its pools that are at the platform and have something to look at."""
    return (crowd_project.pools.exclude(_OVER)
            .select_related("crowd_project__account", "task").order_by("pk"))


def sync_project(crowd_project: CrowdProject, provider: Provider) -> None:
    """The project's own status, and that of the projects beside it. Raises ProviderError, after writing its sentence on the project."""
    try:
        mirror.mirror_project(crowd_project, provider.project(crowd_project.remote_id))
        for drawing in crowd_project.drawing_projects.exclude(remote_id="").exclude(status=ProjectStatus.ARCHIVED).order_by("pk"):
            mirror.mirror_drawing_project(drawing, provider.project(drawing.remote_id))
    except ProviderError as error:
        CrowdProject.objects.filter(pk=crowd_project.pk).update(sync_error=error.sentence)
        raise
    CrowdProject.objects.filter(pk=crowd_project.pk).update(synced_at=timezone.now(), sync_error="")
