"""What the platform keeps of Tolokers, as far as it is the asking user's business: values of skills, and bans."""
import math
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from crowdsourcing.models import Ban, Pool, Toloker, TolokerSkill, Verification
from crowdsourcing.selectors.clock import platform_now

PROJECT, POOL = "PROJECT", "POOL"


class Place(NamedTuple):
    """What somebody is banned from; `task` None: the whole project."""

    words: str
    project: int
    task: int | None


class BanFact(NamedTuple):
    """`place` None: everything of the requester. `in_force`: by the platform's time now."""

    ban: Ban
    place: Place | None
    in_force: bool


class SkillFact(NamedTuple):
    """`skill`: the platform's id. `value` 0 to 100, `modified`: the platform's time of its last change."""

    skill: str
    name: str
    hidden: bool
    value: float
    modified: datetime


# What of ours has the platform's id that a ban names. {projects}: a query of ids of projects.
_BANS = """SELECT ban.*, place.words, place.project, place.task FROM crowdsourcing_ban ban
    JOIN crowdsourcing_toloker toloker ON toloker.id = ban.toloker_id
    LEFT JOIN LATERAL (
        SELECT 'project ' || project.name AS words, project.id AS project, NULL::bigint AS task FROM crowdsourcing_crowdproject twin
        JOIN annotation_project project ON project.id = twin.project_id
        WHERE twin.account_id = toloker.account_id AND project.id IN ({projects}) AND ban.scope = 'PROJECT' AND ban.remote_project_id <> ''
            AND (twin.remote_id = ban.remote_project_id OR EXISTS (SELECT FROM crowdsourcing_drawingproject drawing
                WHERE drawing.crowd_project_id = twin.id AND drawing.remote_id = ban.remote_project_id))
        UNION ALL
        SELECT CASE WHEN pool.remote_id = ban.remote_pool_id THEN 'task ' ELSE 'checking the work of ' END || task.name, task.project_id,
            task.id FROM crowdsourcing_pool pool JOIN crowdsourcing_crowdproject twin ON twin.id = pool.crowd_project_id
        JOIN annotation_task task ON task.id = pool.task_id
        LEFT JOIN crowdsourcing_verification verification ON verification.pool_id = pool.id
        WHERE twin.account_id = toloker.account_id AND task.project_id IN ({projects}) AND (
            (ban.scope = 'POOL' AND ban.remote_pool_id <> '' AND ban.remote_pool_id IN (pool.remote_id, verification.remote_pool_id))
            OR (ban.scope = 'PROJECT' AND ban.remote_project_id <> '' AND ban.remote_project_id = verification.remote_project_id))
        LIMIT 1) place ON true
    WHERE ban.toloker_id = ANY(%s) AND (ban.scope NOT IN ('PROJECT', 'POOL') OR place.project IS NOT NULL)"""


def with_skills(rows: QuerySet[Toloker]) -> QuerySet[Any]:
    """With what `skills_of_toloker` reads, in the same query."""
    values = TolokerSkill.objects.filter(toloker=OuterRef("pk"), gone_at=None, skill__gone_at=None).order_by("skill__name", "skill")
    return rows.annotate(kept_skills=ArraySubquery(values.values(kept=JSONObject(
        skill="skill__remote_id", name="skill__name", hidden="skill__hidden", value="value", modified="modified"))))


def skills_of_toloker(toloker: Any) -> list[SkillFact]:
    """Values that are there, of skills that are there, by name. `toloker`: of `with_skills`."""
    return [SkillFact(**{**kept, "modified": datetime.fromisoformat(kept["modified"])}) for kept in toloker.kept_skills]


def bans_of(tolokers: Iterable[Toloker], projects: QuerySet[Any]) -> list[BanFact]:
    """Those in force first, then the newest. Bans from what is in none of `projects` (their ids) are left out. One query."""
    people = {toloker.pk: toloker for toloker in tolokers}
    visible, parameters = projects.query.sql_with_params()
    rows: Any = Ban.objects.raw(_BANS.format(projects=visible), [*parameters, *parameters, list(people)])
    facts = [BanFact(row, Place(row.words, row.project, row.task) if row.project else None,
                     in_force(row, platform_now(people[row.toloker_id].account))) for row in rows]
    return sorted(facts, key=lambda fact: (not fact.in_force, -fact.ban.created.timestamp(), -fact.ban.pk))


def longest(facts: Sequence[BanFact]) -> BanFact | None:
    """The one that ends last; of those without an end, and of equal ends, the one that keeps out of most."""
    return max(facts, key=lambda fact: (_end(fact.ban), fact.place is None), default=None)


def _end(ban: Ban) -> float:
    return math.inf if ban.will_expire is None else ban.will_expire.timestamp()


def in_force(ban: Ban, now: datetime) -> bool:
    """`now`: the platform's."""
    return ban.gone_at is None and (ban.will_expire is None or ban.will_expire > now)


def banned_from(pool: Pool, tolokers: Collection[int]) -> dict[int, Ban]:
    """Toloker's id -> the ban in force that keeps them from the pool, or from verifying its work; of several the longest. One query."""
    verification = Verification.objects.filter(pool=pool)
    here = (~Q(scope__in=(PROJECT, POOL)) | Q(scope=POOL, remote_pool_id=pool.remote_id or None)
            | Q(scope=PROJECT, remote_project_id=pool.remote_project_id or None)
            | Q(scope=POOL, remote_pool_id__in=verification.exclude(remote_pool_id="").values("remote_pool_id"))
            | Q(scope=PROJECT, remote_project_id__in=verification.exclude(remote_project_id="").values("remote_project_id")))
    now = platform_now(pool.crowd_project.account)
    rows = Ban.objects.filter(here, Q(will_expire=None) | Q(will_expire__gt=now), toloker__in=tolokers, gone_at=None)
    return {row.toloker_id: row for row in rows.order_by(F("will_expire").asc(nulls_last=True))}


def weights_in(pool: Pool, tolokers: Collection[int]) -> dict[int, TolokerSkill]:
    """Toloker's id -> the value by which the platform weighs their answers about the pool's work. One query."""
    skills = Verification.objects.filter(pool=pool, verifier_skill__gone_at=None).values("verifier_skill")
    return {row.toloker_id: row for row in TolokerSkill.objects.filter(skill__in=skills, toloker__in=tolokers, gone_at=None)}
