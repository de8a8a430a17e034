"""News of the account's skills."""
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from crowdsourcing.mirror.changes import changed_fields, is_stale
from crowdsourcing.models import ProviderAccount, Skill
from crowdsourcing.providers.base import RemoteSkill


def mirror_skill(account: ProviderAccount, news: RemoteSkill) -> Skill:
    """The row of a skill that the platform showed. One that was gone is there again."""
    skill, made = Skill.objects.get_or_create(account=account, remote_id=news.id, defaults={
        "name": news.name[:256], "hidden": news.hidden, "public_requester_description": news.public_requester_description,
        "mirrored_at": news.seen_at})
    if not made and not is_stale(skill.mirrored_at, news.seen_at):
        changed = changed_fields(skill, {
            "name": news.name[:256], "hidden": news.hidden, "public_requester_description": news.public_requester_description,
            "gone_at": None})
        if changed:
            skill.mirrored_at = news.seen_at
            skill.save(update_fields=[*changed, "mirrored_at"])
    return skill


def mirror_skills(account: ProviderAccount, news: Sequence[RemoteSkill], asked_at: datetime) -> None:
    """The platform's whole list, read from `asked_at` on. What is not in it any more is gone; what was seen later is not judged."""
    known = {skill.remote_id: skill for skill in account.skills.all()}
    for told in news:
        skill = known.get(told.id)
        if skill is None or skill.gone_at is not None or (skill.name, skill.hidden, skill.public_requester_description) != (
                told.name[:256], told.hidden, told.public_requester_description):
            mirror_skill(account, told)
    missing = account.skills.filter(gone_at=None).exclude(remote_id__in=[told.id for told in news])
    missing.filter(Q(mirrored_at=None) | Q(mirrored_at__lt=asked_at)).update(gone_at=timezone.now())
