"""The account's skills, by name, and what still uses one that is gone."""
from collections.abc import Iterator
from typing import Any

from crowdsourcing import audience, rules
from crowdsourcing.models import Pool, ProviderAccount, Skill
from crowdsourcing.statuses import ReissuePolicy


def skill_names(account: ProviderAccount) -> dict[str, str]:
    """The platform's id -> name; gone ones too, since rules may still name them."""
    return {skill.remote_id: skill.name for skill in account.skills.all()}


def audience_of(pool: Pool) -> str:
    """Who may take the pool's jobs, in plain English, skills by name."""
    used = any(True for _ in _in_audience(pool.filter))
    return audience.sentence(pool.filter, skill_names(pool.crowd_project.account) if used else {})


def skills_of(account: ProviderAccount) -> list[Skill]:
    """Those that are there, by name."""
    return [skill for skill in account.skills.all() if skill.gone_at is None]


def rules_of(pool: Pool) -> list[dict[str, Any]]:
    """All our rules of the pool; the one that offers rejected jobs again is among them when that is the pool's policy."""
    return rules.with_reissue(pool.quality_rules, pool.reissue_policy == ReissuePolicy.AT_ONCE)


def skills_gone(pool: Pool) -> list[str]:
    """A sentence for each place of the pool that names a skill which the platform does not have any more."""
    used = [(skill_id, f"rule {number}", "Choose another one there.") for skill_id, number in rules.skills_in(rules_of(pool))]
    used += [(skill_id, "the audience", "Change the audience.") for skill_id in _in_audience(pool.filter)]
    if not used:
        return []
    gone = {skill.remote_id: skill.name for skill in pool.crowd_project.account.skills.all() if skill.gone_at is not None}
    return [f"The skill “{gone[skill_id]}” of {place} is gone at the platform. {next_step}"
            for skill_id, place, next_step in used if skill_id in gone]


def _in_audience(node: dict[str, Any]) -> Iterator[str]:
    if node.get("category") == "skill":
        yield str(node["key"])
    for word in ("and", "or"):
        for member in node.get(word, []):
            yield from _in_audience(member)
