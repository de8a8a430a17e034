"""News of the account's skills."""
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
