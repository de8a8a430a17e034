"""News of the platform's project."""
from django.db import transaction

from crowdsourcing.mirror.changes import changed_fields, is_stale, status_change
from crowdsourcing.models import CrowdProject, DrawingProject, ProviderCommand
from crowdsourcing.providers.base import RemoteProject
from crowdsourcing.selectors.clock import platform_now
from crowdsourcing.statuses import Cause


@transaction.atomic
def mirror_project(crowd_project: CrowdProject, news: RemoteProject, command: ProviderCommand | None = None) -> bool:
    """Whether anything changed. `crowd_project` itself learns what was written."""
    locked = CrowdProject.objects.select_for_update(of=("self",)).select_related("account").get(pk=crowd_project.pk)
    old = locked.status
    changed = [] if is_stale(locked.mirrored_at, news.seen_at) else changed_fields(
        locked, {"remote_id": news.id, "status": news.status[:32]})
    if changed:
        locked.mirrored_at = news.seen_at
        locked.save(update_fields=[*changed, "mirrored_at", "updated_at"])
    if old != locked.status:
        status_change(
            target_type=ProviderCommand.Target.CROWD_PROJECT, target_id=locked.pk, old=old, new=locked.status, command=command,
            cause=Cause.PLATFORM, at=platform_now(locked.account)).save()
    for field in ("remote_id", "status", "mirrored_at"):
        setattr(crowd_project, field, getattr(locked, field))
    return bool(changed)


@transaction.atomic
def mirror_drawing_project(project: DrawingProject, news: RemoteProject) -> bool:
    """The same for the project beside it, whose task page is the platform's own annotation."""
    locked = DrawingProject.objects.select_for_update(of=("self",)).get(pk=project.pk)
    changed = [] if is_stale(locked.mirrored_at, news.seen_at) else changed_fields(
        locked, {"remote_id": news.id, "status": news.status[:32]})
    if changed:
        locked.mirrored_at = news.seen_at
        locked.save(update_fields=[*changed, "mirrored_at", "updated_at"])
    project.remote_id, project.status, project.mirrored_at = locked.remote_id, locked.status, locked.mirrored_at
    return bool(changed)
