"""Which of a Toloker's pages and answers a collector counts.

Without history_size: those in this pool (a project's rule: in all its pools). With it: the last so many in all pools of the project
whose same rule has a history too. Never those from before the end of a ban that the rule itself gave.
"""
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Max, Q

from sandbox.engine.quality import rules
from sandbox.engine.quality.rules import Config
from sandbox.models import CollectorReset, Pool


@dataclass(frozen=True)
class Subject:
    """Whom a rule is about, where, and when."""

    pool: Pool
    toloker_id: str
    at: datetime


@dataclass(frozen=True)
class Span:
    """`where` selects rows that have a `pool`; only moments in [since, until] count, and of these the last `size` (None: all)."""

    where: Q
    collectors: tuple[str, ...]
    since: datetime | None
    until: datetime
    size: int | None

    def during(self, moment: str) -> Q:
        """`where`, with this column between since and until."""
        found = self.where & Q(**{f"{moment}__lte": self.until})
        return found if self.since is None else found & Q(**{f"{moment}__gte": self.since})

    def only_pool(self, pool: Pool) -> "Span":
        return replace(self, where=Q(pool_id=pool.id))


def span(config: Config, subject: Subject) -> Span:
    """What this collector counts for this Toloker."""
    collectors: tuple[str, ...] = (config.uuid,)
    where = Q(pool_id=subject.pool.id)
    if config.of_project:
        where = Q(pool__project_id=subject.pool.project_id, pool__type="REGULAR")
    elif config.history_size:
        pool_ids, collectors = _shared(config, subject.pool)
        where = Q(pool_id__in=pool_ids)
    return Span(where, collectors, last_start(collectors, subject), subject.at, config.history_size)


def _shared(config: Config, pool: Pool) -> tuple[list[int], tuple[str, ...]]:
    """The pools of the project in which the same rule has a history, and the uuids it has there."""
    pool_ids, collectors = {pool.id}, {config.uuid}
    others = Pool.objects.filter(project_id=pool.project_id, type="REGULAR", form__contains='"history_size"').exclude(pk=pool.id)
    for pool_id, form in others.values_list("id", "form"):
        same = [other.uuid for other in rules.read(form, False) if other.history_size and config.is_same_rule(other)]
        if same:
            pool_ids.add(pool_id)
            collectors.update(same)
    return sorted(pool_ids), tuple(sorted(collectors))


def last_start(collectors: tuple[str, ...], subject: Subject) -> datetime | None:
    """From when these collectors count for him, None for always."""
    found: datetime | None = CollectorReset.objects.filter(
        collector__in=collectors, toloker_id=subject.toloker_id, since__lte=subject.at).aggregate(since=Max("since"))["since"]
    return found


def start_again(collector: str, toloker_id: str, since: datetime) -> None:
    """From this moment on the collector counts anew for this Toloker."""
    CollectorReset.objects.bulk_create([CollectorReset(collector=collector, toloker_id=toloker_id, since=since)], update_conflicts=True,
                                       update_fields=["since"], unique_fields=["collector", "toloker"])
