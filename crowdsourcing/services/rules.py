"""A pool's quality rules, and the skills that they name."""
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crowdsourcing import rules, selectors
from crowdsourcing.audience.fields import languages
from crowdsourcing.models import CrowdProject, Pool, ProviderAccount, ProviderCommand
from crowdsourcing.services.access import may_edit
from crowdsourcing.services.commands import ask, refuse_obstacles, require
from crowdsourcing.statuses import CommandKind, ReissuePolicy

MAX_NAME, MAX_DESCRIPTION = 250, 2_000
_TWO_MINDS = "A rule offers rejected jobs to other Tolokers at once, and the pool's setting says otherwise. Take out the rule, or choose " \
    "“To another Toloker at once”."


def checked_rules(account: ProviderAccount, value: Any) -> list[dict[str, Any]]:
    """The rules as they are stored. ValidationError: a sentence a mistake, each with the number of its rule."""
    configs = rules.checked(value)
    there = {skill.remote_id: skill for skill in account.skills.all()}
    problems = []
    for skill_id, number in rules.skills_in(configs):
        skill = there.get(skill_id)
        if skill is None:
            problems.append(f"Rule {number}: this account has no skill with the id {skill_id}. Choose one of its skills, or make one; "
                            "“Sync” reads those that are new at the platform.")
        elif skill.gone_at is not None:
            problems.append(f"Rule {number}: the skill “{skill.name}” is gone at the platform. Choose another one.")
    if problems:
        raise ValidationError(problems)
    return configs


def apply_rules(pool: Pool, config: dict[str, Any]) -> None:
    """Take `quality_rules` and `reissue_policy` of a pool's config over together: a rejected job is offered again by one of them only.

    The pool's `reissue_policy` is the new one already. ValidationError.
    """
    before, at_once = list(pool.quality_rules), pool.reissue_policy == ReissuePolicy.AT_ONCE
    if "quality_rules" in config:
        wanted = checked_rules(pool.crowd_project.account, config["quality_rules"])
        if rules.reissues(wanted) and "reissue_policy" in config and not at_once:
            raise ValidationError([_TWO_MINDS])
        if rules.reissues(wanted):
            pool.reissue_policy = ReissuePolicy.AT_ONCE
        elif "reissue_policy" not in config and at_once:
            pool.reissue_policy = ReissuePolicy.AFTER_DISPUTE
    else:
        wanted = before if at_once else rules.without_reissue(before)
    pool.dropped_rules = rules.dropped(before, wanted, pool.dropped_rules)
    pool.quality_rules = wanted


@transaction.atomic(durable=True)
def make_skill(*, actor: Any, crowd_project: CrowdProject, name: str, hidden: bool = True,
               description: dict[str, str] | None = None) -> ProviderCommand:
    """Have a skill of this name at the platform; one that is there already is taken as it is. `description`: language -> text."""
    crowd_project = CrowdProject.objects.select_for_update(of=("self",)).select_related("account").get(pk=crowd_project.pk)
    require(may_edit(actor, crowd_project.project))
    name, words = name.strip(), _words(description or {})
    errors: dict[str, Any] = {}
    if not 1 <= len(name) <= MAX_NAME:
        errors["name"] = f"Give the skill a name of 1 to {MAX_NAME} characters."
    elif any(skill.name == name for skill in selectors.skills_of(crowd_project.account)):
        errors["name"] = "This account has a skill of this name. Choose it, or take another name."
    if wrong := [code for code in words if code not in languages()]:
        errors["description"] = f"These are no language codes of two letters: {', '.join(sorted(wrong))}."
    elif any(len(text) > MAX_DESCRIPTION for text in words.values()):
        errors["description"] = f"A description has at most {MAX_DESCRIPTION:,} characters."
    if errors:
        raise ValidationError(errors)
    refuse_obstacles(crowd_project, CommandKind.ENSURE_SKILL)
    return ask(actor=actor, target=crowd_project, kind=CommandKind.ENSURE_SKILL, account=crowd_project.account,
               payload={"name": name, "hidden": hidden, "public_requester_description": words})


def _words(description: dict[str, str]) -> dict[str, str]:
    """Only those in which something is said."""
    return {str(code).upper(): text.strip() for code, text in description.items() if isinstance(text, str) and text.strip()}
