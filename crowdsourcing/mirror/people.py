"""News of what the platform keeps of our Tolokers. Of Tolokers and skills that are not ours nothing is kept."""
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from crowdsourcing.models import Ban, ProviderAccount, Toloker, TolokerSkill
from crowdsourcing.providers.people import RemoteBan, RemoteUserSkill

_VALUE = ("value", "modified")
_BAN = ("scope", "remote_project_id", "remote_pool_id", "private_comment", "created", "will_expire")


def mirror_user_skills(account: ProviderAccount, news: Sequence[RemoteUserSkill]) -> set[int]:
    """A page of values; the ids of the rows that it is about."""
    people = _known(account, news)
    skills = dict(account.skills.filter(remote_id__in={told.skill_id for told in news}).values_list("remote_id", "pk"))
    wanted = {(people[told.user_id], skills[told.skill_id]): TolokerSkill(
        toloker_id=people[told.user_id], skill_id=skills[told.skill_id], value=told.value, modified=told.modified,
        mirrored_at=told.seen_at) for told in news if told.user_id in people and told.skill_id in skills}
    there = {(row.toloker_id, row.skill_id): row for row in TolokerSkill.objects.filter(
        toloker__in={toloker for toloker, _ in wanted}, skill__in={skill for _, skill in wanted})}
    return _write(TolokerSkill, ("toloker", "skill"), _VALUE, wanted, there)


def mirror_bans(account: ProviderAccount, news: Sequence[RemoteBan]) -> set[int]:
    """A page of bans; the ids of the rows that it is about."""
    people = _known(account, news)
    wanted = {(people[told.user_id], told.id): Ban(
        toloker_id=people[told.user_id], remote_id=told.id, scope=told.scope[:32], remote_project_id=told.project_id,
        remote_pool_id=told.pool_id, private_comment=told.private_comment, created=told.created, will_expire=told.will_expire,
        mirrored_at=told.seen_at) for told in news if told.user_id in people}
    there = {(row.toloker_id, row.remote_id): row for row in Ban.objects.filter(
        toloker__in={toloker for toloker, _ in wanted}, remote_id__in={ban for _, ban in wanted})}
    return _write(Ban, ("toloker", "remote_id"), _BAN, wanted, there)


def forget_user_skills(account: ProviderAccount, seen: Collection[int], asked_at: datetime, toloker: Toloker | None = None) -> None:
    """After everything was read from `asked_at` on, of all or of one Toloker: what was not among it is gone."""
    rows = TolokerSkill.objects.filter(toloker__account=account)
    _forget(rows if toloker is None else rows.filter(toloker=toloker), seen, asked_at)


def forget_bans(account: ProviderAccount, seen: Collection[int], asked_at: datetime) -> None:
    _forget(Ban.objects.filter(toloker__account=account), seen, asked_at)


def _known(account: ProviderAccount, news: Iterable[RemoteUserSkill | RemoteBan]) -> dict[str, int]:
    return dict(account.tolokers.filter(user_id__in={told.user_id for told in news}).values_list("user_id", "pk"))


def _write(model: Any, unique: Sequence[str], observed: Sequence[str], wanted: Mapping[Any, Any],
           there: Mapping[Any, Any]) -> set[int]:
    """Rows that are new or different, in one statement; one that was gone is there again, unless it was told so later than this."""
    fresh = [row for key, row in wanted.items() if key not in there or (
        row.mirrored_at >= there[key].mirrored_at and (there[key].gone_at is not None or any(
            getattr(row, name) != getattr(there[key], name) for name in observed)))]
    if fresh:
        model.objects.bulk_create(fresh, update_conflicts=True, unique_fields=unique,
                                  update_fields=[*observed, "mirrored_at", "gone_at"])
    return {row.pk for row in fresh} | {there[key].pk for key in wanted if key in there}


def _forget(rows: Any, seen: Collection[int], asked_at: datetime) -> None:
    now = timezone.now()
    gone = rows.filter(Q(gone_at=None) & Q(mirrored_at__lt=asked_at)).exclude(id__any_of=list(seen))
    gone.update(gone_at=now, mirrored_at=now)
