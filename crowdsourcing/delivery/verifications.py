"""Setting a verification up at the platform, and changing it. Each step is skipped or harmless when it was done before."""
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from annotation.guides import render_guide
from annotation.models import Label
from crowdsourcing import making, mirror, rules
from crowdsourcing.delivery.specs import pool_spec
from crowdsourcing.delivery.work import Handler, Work
from crowdsourcing.mirror.locks import VERIFY, only_one
from crowdsourcing.models import Assignment, Pool, ProviderCommand, Skill, Verification
from crowdsourcing.providers.asking import AskingPoolSpec, AskingProjectSpec
from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.providers.errors import Refused, Unavailable
from crowdsourcing.selectors.clock import platform_now
from crowdsourcing.selectors.verifications import OPENED
from crowdsourcing.statuses import CommandKind, PoolStatus
from crowdsourcing.verification_wishes import DEFAULTS, audience_of, marking_rule, marks, rules_of

# As long as the notebook's pools live.
_LIFE = timedelta(days=365)
_STOP_FIRST = "The pool is open. Stop it first: it gets a rule that keeps those who annotate from verifying."


def setup_verification(work: Work) -> None:
    verification: Verification = work.target
    if not verification.pool.crowd_project.remote_id:
        raise Refused("The project is not at the platform yet. Set it up first.", "no_project")
    _skills(work, verification)
    _keep_annotators_out(work, verification)
    if not verification.remote_project_id:
        work.step("Creating the verification project")
        mirror.mirror_verification_project(verification, work.provider.ensure_asking_project(project_spec(verification)))
    if not verification.remote_pool_id:
        work.step("Creating the verification pool")
        mirror.mirror_verification_pool(verification, work.provider.ensure_asking_pool(asking_pool_spec(verification)))
    if _tried_before(work, verification):
        # A try that failed may have left them as they were wanted then.
        work.step("Sending the settings")
        _send(work, verification)


def _tried_before(work: Work, verification: Verification) -> bool:
    same = ProviderCommand.objects.filter(target_type=work.command.target_type, target_id=verification.pk, kind=work.command.kind)
    return same.exclude(pk=work.command.pk).exists()


def update_verification(work: Work) -> None:
    """An open pool is closed for it; the loop opens it again when there is something to ask. No turn of the loop in between: it would open
    what is closed for the change, or take the closing for somebody's hand."""
    verification: Verification = work.target
    with only_one(VERIFY, verification.pk) as got:
        if not got:
            raise Unavailable("The verification is just reading answers. The changes are sent in a moment.", "turn_busy", retry_after=2)
        _update(work, verification)


def _update(work: Work, verification: Verification) -> None:
    _skills(work, verification)
    _keep_annotators_out(work, verification)
    _forget_opened(verification)
    if work.provider.pool(verification.remote_pool_id).status == PoolStatus.OPEN:
        work.step("Closing the verification pool for the change")
        mirror.mirror_verification_pool(verification, work.provider.close_pool(verification.remote_pool_id))
    work.step("Sending the changes")
    _send(work, verification)
    _forget_opened(verification)


def _send(work: Work, verification: Verification) -> None:
    mirror.mirror_verification_project(
        verification, work.provider.update_asking_project(verification.remote_project_id, project_spec(verification)))
    news = work.provider.update_asking_pool(verification.remote_pool_id, asking_pool_spec(verification))
    mirror.mirror_verification_pool(verification, news)


@transaction.atomic
def _forget_opened(verification: Verification) -> None:
    """It closes by us, not by somebody's hand."""
    locked = Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
    locked.cursors = {name: value for name, value in locked.cursors.items() if name != OPENED}
    locked.save(update_fields=["cursors", "updated_at"])
    verification.cursors = locked.cursors


# --- skills ---------------------------------------------------------------------------------------------------------
def _skills(work: Work, verification: Verification) -> None:
    """One pair a crowdsourcing project, found by names that never change."""
    twin = verification.pool.crowd_project
    if not any(skill is None or skill.gone_at for skill in (verification.annotated_skill, verification.verifier_skill)):
        return
    work.step("Making the skills")
    annotated, verifier = (making.make_skill(twin.account, work.provider, SkillSpec(
        f"{name} {twin.mark[-12:]}", True, {"EN": f"{words}: {twin.project.name}"[:250]}))
        for name, words in (("Annotator", "Annotates"), ("Verifier", "How good somebody is at verifying")))
    _forget_rule(verification.pool, verification.annotated_skill, annotated)
    mirror.mirror_verification_skills(verification, annotated, verifier)


@transaction.atomic
def _forget_rule(pool: Pool, before: Skill | None, now: Skill) -> None:
    """With a rule that gives a skill which is gone the pool could not be started any more."""
    if before is None or before.pk == now.pk:
        return
    locked = Pool.objects.select_for_update(of=("self",)).get(pk=pool.pk)
    parted = [{**config, "rules": [rule]} for config in locked.quality_rules for rule in config["rules"]]
    kept = [config for config in parted if not marks([config], before.remote_id)]
    if len(kept) < len(parted):
        locked.dropped_rules = rules.dropped(locked.quality_rules, kept, locked.dropped_rules)
        locked.quality_rules = rules.gathered(kept)
        locked.save(update_fields=["quality_rules", "dropped_rules", "updated_at"])


def _keep_annotators_out(work: Work, verification: Verification) -> None:
    """The annotation pool's rule for those to come, the skill itself for those who were there before."""
    skill, pool = verification.annotated_skill, verification.pool
    assert skill is not None
    _want_rule(pool, skill)
    pool.refresh_from_db()
    if pool.remote_id and pool.status != PoolStatus.ARCHIVED:
        spec = pool_spec(pool)
        work.step("Comparing the pool's rules")
        if work.provider.differs(pool.remote_id, spec):
            if work.provider.pool(pool.remote_id).status == PoolStatus.OPEN:
                raise Refused(_STOP_FIRST, "INAPPROPRIATE_STATUS")
            mirror.mirror_pool(pool, work.provider.update_pool(pool.remote_id, spec))
    worked = Assignment.objects.filter(pool__crowd_project=pool.crowd_project).exclude(status="SKIPPED")
    people = worked.order_by().values_list("toloker__user_id", flat=True).distinct()
    if people:
        have = work.provider.user_skills(skill.remote_id)
        for number, user_id in enumerate(user for user in people if user not in have):
            if number % 20 == 0:
                work.step("Marking those who annotated before")
            work.provider.give_skill(skill.remote_id, user_id, 1)


@transaction.atomic
def _want_rule(pool: Pool, skill: Skill) -> None:
    locked = Pool.objects.select_for_update(of=("self",)).get(pk=pool.pk)
    if not marks(locked.quality_rules, skill.remote_id):
        locked.quality_rules = [*locked.quality_rules, marking_rule(skill.remote_id)]
        locked.save(update_fields=["quality_rules", "updated_at"])


# --- what is wanted -------------------------------------------------------------------------------------------------
def project_spec(verification: Verification) -> AskingProjectSpec:
    config, project = verification.config, verification.pool.task.project
    names = list(Label.objects.filter(project=project).order_by("pk").values_list("name", flat=True))
    return AskingProjectSpec(
        mark=verification.mark, name=config["name"], description=config["description"], question=config["question"],
        instructions_html=render_guide(config["instructions"], project.pk, settings.PUBLIC_URL).strip(),
        # One label needs no telling apart.
        labels=tuple((name, name) for name in names) if len(names) > 1 else ())


def asking_pool_spec(verification: Verification) -> AskingPoolSpec:
    # What one that is older than a wish does not say, as a new one has it.
    config, pool = {**DEFAULTS, **verification.config}, verification.pool
    assert verification.annotated_skill is not None and verification.verifier_skill is not None
    made = max(verification.created_at, platform_now(pool.crowd_project.account) - _LIFE / 2)
    return AskingPoolSpec(
        mark=verification.mark, project_id=verification.remote_project_id, name=f"Verification of {pool.task.name}"[:250],
        may_contain_adult_content=pool.may_contain_adult_content, reward_per_assignment=Decimal(config["reward_per_assignment"]),
        assignment_max_duration_seconds=config["assignment_max_duration_seconds"], will_expire=(made + _LIFE).replace(microsecond=0),
        filter=audience_of(config, verification.annotated_skill.remote_id), tasks_per_page=config["tasks_per_page"],
        overlap=config["overlap"], max_overlap=config["max_overlap"], min_confidence=config["min_confidence"],
        dynamic_overlap=config["dynamic_overlap"], weight_skill_id=verification.verifier_skill.remote_id,
        quality_rules=rules_of(config, verification.verifier_skill.remote_id), min_tasks_per_page=config["min_tasks_per_page"],
        last_page_delay_seconds=config["last_page_delay_seconds"])


HANDLERS: dict[str, Handler] = {CommandKind.SETUP_VERIFICATION: setup_verification, CommandKind.UPDATE_VERIFICATION: update_verification}
