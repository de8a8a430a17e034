"""Tolokers: tokens, skills, who may take from a pool."""
import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from sandbox import ids
from sandbox.engine import due, filters, money, regions
from sandbox.models import Pool, Requester, Skill, Toloker, UserRestriction, UserSkill

DEFAULT_PROFILE = {"country": "US", "citizenship": "US", "languages": ["EN"], "gender": "FEMALE", "education": "HIGH",
                   "date_of_birth": "1990-01-01", "adult_allowed": True, "city": 87, "verified_languages": []}
DEFAULT_COMPUTED = {"region_by_phone": 84, "region_by_ip": 84, "device_category": "PERSONAL_COMPUTER", "client_type": "BROWSER",
                    "os_family": "LINUX", "user_agent_type": "BROWSER", "user_agent_family": "CHROME"}
# Toloka's public ids of "speaks this language, tested": a filter asks for 100.
VERIFIED_LANGUAGE_SKILLS = {"AR": 30724, "DE": 26377, "EN": 26366, "ES": 32346, "FR": 26711, "HE": 44954, "HU": 54378, "ID": 39821,
                            "JA": 26513, "PT": 26714, "RU": 26296, "SV": 29789, "UK": 48836, "ZH-HANS": 44742}

SkillListener = Callable[[str, int, Decimal | None, datetime], None]
_SKILL_LISTENERS: list[SkillListener] = []


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_requester(name: str, balance: Decimal, at: datetime) -> tuple[Requester, str]:
    """A new requester with money, and the token, which is not kept in clear."""
    token = ids.new_token()
    requester = Requester.objects.create(id=ids.new_user_id(), name=name, token_hash=token_hash(token), created=at)
    if balance:
        money.top_up(requester.id, balance, at)
    requester.refresh_from_db()
    return requester, token


@transaction.atomic
def create_toloker(name: str, profile: dict[str, Any], computed: dict[str, Any], at: datetime) -> tuple[Toloker, str]:
    """A new Toloker; what the dicts leave out is an adult English speaker at a personal computer's browser."""
    token = ids.new_token()
    toloker = Toloker.objects.create(
        id=ids.new_user_id(), name=name, token_hash=token_hash(token), created=at,
        profile={**DEFAULT_PROFILE, **_city_of(profile), **profile}, computed={**DEFAULT_COMPUTED, **_regions_of(profile), **computed})
    for language in toloker.profile.get("verified_languages") or []:
        if language in VERIFIED_LANGUAGE_SKILLS:
            set_skill(toloker.id, VERIFIED_LANGUAGE_SKILLS[language], Decimal(100), at)
    return toloker, token


def _regions_of(profile: dict[str, Any]) -> dict[str, Any]:
    """Where phone and connection are, if nothing else is said: in the country of the profile."""
    region = regions.of_country(profile.get("country"))
    return {} if region is None else {"region_by_phone": region, "region_by_ip": region}


def _city_of(profile: dict[str, Any]) -> dict[str, Any]:
    """Somewhere in that country, if it is not the default one."""
    region = regions.of_country(profile.get("country"))
    return {} if region is None or profile["country"] == DEFAULT_PROFILE["country"] else {"city": region}


def on_skill_change(listener: SkillListener) -> SkillListener:
    """Register who is told (toloker id, skill id, the value before or None, at) when a skill's value changed or went."""
    _SKILL_LISTENERS.append(listener)
    return listener


def _tell(toloker_id: str, skill_id: int, before: Decimal | None, at: datetime) -> None:
    for listener in _SKILL_LISTENERS:
        listener(toloker_id, skill_id, before, at)


@transaction.atomic
def set_skill(toloker_id: str, skill_id: int, value: Decimal, at: datetime) -> UserSkill:
    """Set or replace a skill's value (0..100). A skill with a time to live forgets a value that is not renewed."""
    row, created = UserSkill.objects.select_for_update(of=("self",)).get_or_create(
        skill_id=skill_id, toloker_id=toloker_id, defaults={"exact_value": value, "created": at, "modified": at})
    before = None if created else row.exact_value
    if not created:
        row.exact_value, row.modified = value, at
        row.save(update_fields=["exact_value", "modified"])
    if before != value:
        _tell(toloker_id, skill_id, before, at)
    hours = Skill.objects.values_list("skill_ttl_hours", flat=True).get(pk=skill_id)
    if hours:
        due.schedule("USER_SKILL_EXPIRE", row.id, at + timedelta(hours=hours))
    return row


@due.on("USER_SKILL_EXPIRE")
def _forget_skill(target: str, at: datetime) -> None:
    row = UserSkill.objects.select_related("skill").select_for_update(of=("self",)).filter(pk=target).first()
    if row is None or not row.skill.skill_ttl_hours:
        return
    end = row.modified + timedelta(hours=row.skill.skill_ttl_hours)
    if end <= at:
        forget_skill(row, at)
    else:
        due.schedule("USER_SKILL_EXPIRE", row.id, end)


def time_to_live_changed(skill: Skill, at: datetime) -> None:
    """The values that there are fade as the skill says now; those that should have faded before, at once."""
    if skill.skill_ttl_hours:
        life = timedelta(hours=skill.skill_ttl_hours)
        values = skill.values.values_list("id", "modified")
        due.schedule_all("USER_SKILL_EXPIRE", {key: max(modified + life, at) for key, modified in values})


@transaction.atomic
def forget_skill(row: UserSkill, at: datetime) -> None:
    """Take a skill away from a Toloker."""
    before = row.exact_value
    row.delete()
    _tell(row.toloker_id, row.skill_id, before, at)


def facts_of(toloker: Toloker) -> filters.Facts:
    """What filters may ask about this Toloker."""
    skills = {str(k): float(v) for k, v in toloker.skills.values_list("skill_id", "exact_value")}
    return filters.Facts(profile=toloker.profile, computed=toloker.computed, skills=skills)


def restrictions(toloker_id: str, at: datetime) -> list[UserRestriction]:
    """The bans in force."""
    return list(UserRestriction.objects.filter(Q(will_expire=None) | Q(will_expire__gt=at), toloker_id=toloker_id))


def may_take_from(pool: Pool, toloker: Toloker, facts: filters.Facts, bans: list[UserRestriction]) -> bool:
    """Whether the filter, the adult mark, the bans and the training let this Toloker in."""
    if pool.form.get("may_contain_adult_content") and not toloker.profile.get("adult_allowed"):
        return False
    if any(_applies(ban, pool) for ban in bans):
        return False
    return _trained_for(pool, facts) and filters.matches(pool.form.get("filter"), facts)


def _trained_for(pool: Pool, facts: filters.Facts) -> bool:
    """The pool's training_requirement: a training's value for this Toloker, at least so high."""
    if pool.training is None:
        return True
    requirement = pool.form["quality_control"]["training_requirement"]
    value = facts.skills.get(str(pool.training.training_skill_id))
    return value is not None and value >= requirement["training_passing_skill_value"]


def has_finished(training: Pool, facts: filters.Facts) -> bool:
    """Whether a training has its value for this Toloker already, and nothing more for him to do."""
    return str(training.training_skill_id) in facts.skills


def _applies(ban: UserRestriction, pool: Pool) -> bool:
    if ban.scope == "ALL_PROJECTS":
        return ban.requester_id == pool.project.requester_id
    return ban.project_id == pool.project_id if ban.scope == "PROJECT" else ban.pool_id == pool.id
