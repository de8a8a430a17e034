"""One handler a kind of command. Each step is skipped or harmless when it was done before."""
import uuid

from django.utils import timezone

from crowdsourcing import making, mirror, offers, rules, selectors
from crowdsourcing.delivery import drawing, verifications, webhooks
from crowdsourcing.delivery.specs import pool_spec, project_spec
from crowdsourcing.delivery.work import Handler, Work
from crowdsourcing.models import Assignment, CrowdProject, Pool, TaskSuite
from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.providers.errors import NotEnoughBalance, Refused
from crowdsourcing.statuses import AssignmentStatus, CommandKind, ReissuePolicy


def setup_project(work: Work) -> None:
    crowd_project: CrowdProject = work.target
    work.step("Checking the API key")
    mirror.mirror_account(crowd_project.account, work.provider.requester())
    if not crowd_project.remote_id:
        work.step("Creating the project at the platform")
        mirror.mirror_project(crowd_project, work.provider.ensure_project(project_spec(crowd_project)), work.command)
    work.step("Reading the account's skills")
    asked_at = timezone.now()
    mirror.mirror_skills(crowd_project.account, work.provider.skills(), asked_at)


def update_project(work: Work) -> None:
    """A new key, if there is one, was put in place before the connection was made: see keys."""
    crowd_project: CrowdProject = work.target
    work.step("Sending the changes")
    mirror.mirror_project(crowd_project, work.provider.update_project(crowd_project.remote_id, project_spec(crowd_project)), work.command)
    drawing.update_pages(work, crowd_project)


def archive_project(work: Work) -> None:
    work.step("Archiving the project")
    drawing.archive_pages(work, work.target)
    mirror.mirror_project(work.target, work.provider.archive_project(work.target.remote_id), work.command)


def setup_pool(work: Work) -> None:
    pool: Pool = work.target
    if not pool.crowd_project.remote_id:
        raise Refused("The project is not at the platform yet. Set it up first.", "no_project")
    _mark_who_finishes(work, pool)
    drawing.show_page(work, pool)
    if not pool.remote_id:
        work.step("Creating the pool")
        mirror.mirror_pool(pool, work.provider.ensure_pool(pool_spec(pool)), work.command)
    if pool.task_suites.filter(remote_task_id="").exists():
        _publish(work, pool)


def _mark_who_finishes(work: Work, pool: Pool) -> None:
    """A ready-made pool's skill, and the rule that gives it: the skill's id is known only once the platform has it."""
    wanted = work.command.payload.get("skill")
    if not wanted:
        return
    work.step("Making the skill")
    skill = making.make_skill(pool.crowd_project.account, work.provider, SkillSpec(**wanted))
    completed = rules.with_completed(pool.quality_rules, skill.remote_id)
    if completed != pool.quality_rules:
        pool.quality_rules = completed
        Pool.objects.filter(pk=pool.pk).update(quality_rules=completed)


def _publish(work: Work, pool: Pool) -> None:
    suites = list(pool.task_suites.select_related("job").order_by("job_id"))
    work.step(f"Publishing {len(suites)} job{'' if len(suites) == 1 else 's'}")
    if pool.publish_operation_id is None:
        raise Refused("The pool has no operation id. Set it up again.", "no_operation_id")
    try:
        tasks = offers.publish(work.provider, pool, suites)
    except (Refused, NotEnoughBalance) as error:
        if error.code in ("OPERATION_FAILED", "NOT_ENOUGH_BALANCE"):
            # Nothing of it was created; the next try needs a new id.
            Pool.objects.filter(pk=pool.pk, publish_operation_id=pool.publish_operation_id).update(publish_operation_id=uuid.uuid4())
        raise
    mirror.mirror_tasks(pool, tasks, work.command)


def update_pool(work: Work) -> None:
    pool: Pool = work.target
    work.step("Sending the changes")
    mirror.mirror_pool(pool, work.provider.update_pool(pool.remote_id, pool_spec(pool)), work.command)
    mirror.cover_price(pool)


def start_pool(work: Work) -> None:
    pool: Pool = work.target
    drawing.show_page(work, pool)
    spec = pool_spec(pool)
    work.step("Comparing the pool with what you want")
    if work.provider.differs(pool.remote_id, spec):
        work.step("Sending the changes")
        mirror.mirror_pool(pool, work.provider.update_pool(pool.remote_id, spec), work.command)
        mirror.cover_price(pool)
    work.step("Opening the pool")
    mirror.mirror_pool(pool, work.provider.open_pool(pool.remote_id), work.command)
    webhooks.follow(work, pool)


def stop_pool(work: Work) -> None:
    work.step("Closing the pool")
    mirror.mirror_pool(work.target, work.provider.close_pool(work.target.remote_id), work.command)


def archive_pool(work: Work) -> None:
    work.step("Archiving the pool")
    mirror.mirror_pool(work.target, work.provider.archive_pool(work.target.remote_id), work.command)
    webhooks.unfollow(work, work.target)


def accept_assignment(work: Work) -> None:
    assignment: Assignment = work.target
    was_rejected = assignment.status == AssignmentStatus.REJECTED or assignment.rejected is not None
    work.step("Accepting")
    news = work.provider.accept(assignment.remote_id, work.command.payload.get("comment", ""))
    mirror.mirror_assignments(assignment.pool, [news], work.command)
    _withdraw_offer(work, assignment.task_suite, unseen=was_rejected)


def _withdraw_offer(work: Work, suite: TaskSuite, *, unseen: bool = False) -> None:
    """A rejected job that was offered again and is accepted after all needs nobody else, unless somebody has it by now: no more places
    stay open than people are still wanted.

    `unseen`: the platform may have offered it again by its own rule before we saw that.
    """
    missing = selectors.places_missing(suite, enough=selectors.nobody_else_wanted(suite))
    if missing < 0 or unseen:
        work.step("Withdrawing the offer to other Tolokers")
        least = max(selectors.consuming_attempts(suite), suite.overlap + missing)
        mirror.mirror_tasks(suite.pool, [offers.withdraw(work.provider, suite, overlap=least)], work.command)


def reject_assignment(work: Work) -> None:
    assignment: Assignment = work.target
    work.step("Rejecting")
    news = work.provider.reject(assignment.remote_id, work.command.payload.get("comment", ""))
    mirror.mirror_assignments(assignment.pool, [news], work.command)
    if assignment.pool.reissue_policy == ReissuePolicy.AT_ONCE:
        work.step("Looking who may take it next")
        mirror.mirror_tasks(assignment.pool, offers.offered(work.provider, assignment.pool, overlap_from=assignment.pool.overlap + 1))
        # The platform's rule offers one more for each rejection; enough others may have done the job.
        suite = assignment.task_suite
        suite.refresh_from_db(fields=["overlap"])
        _withdraw_offer(work, suite)


def reissue_job(work: Work) -> None:
    suite: TaskSuite = work.target
    if _nobody_else(work, suite):
        raise Refused("Enough was accepted in the meantime: nobody else is needed.", "accepted_meanwhile")
    work.step("Offering the job to other Tolokers")
    overlap = int(work.command.payload["overlap"])
    mirror.mirror_tasks(suite.pool, [offers.reissue(work.provider, suite, overlap=overlap)], work.command)
    mirror.mirror_pool(suite.pool, work.provider.pool(suite.pool.remote_id), work.command)
    if _nobody_else(work, suite):
        # Accepted while the offer was on its way; the acceptance saw no offer to withdraw.
        suite.refresh_from_db(fields=["overlap"])
        _withdraw_offer(work, suite)


def withdraw_offer(work: Work) -> None:
    """What a look found to be offered beyond what is wanted. An offer that was changed since is for the next look to judge: a place may
    have been rejected, and so be wanted, in between."""
    suite: TaskSuite = work.target
    work.step("Looking what is offered now")
    mirror.mirror_tasks(suite.pool, offers.offered(work.provider, suite.pool, overlap_from=suite.pool.overlap + 1))
    suite.refresh_from_db(fields=["overlap"])
    spare = selectors.spare_places(suite)
    if spare and suite.overlap == work.command.payload["overlap"]:
        work.step("Withdrawing the offer to other Tolokers")
        mirror.mirror_tasks(suite.pool, [offers.withdraw(work.provider, suite, overlap=suite.overlap - spare)], work.command)


def _nobody_else(work: Work, suite: TaskSuite) -> bool:
    """A person may want one more where enough was accepted that does not agree; nobody is asked for that by itself."""
    return selectors.is_accepted(suite) or (work.command.actor_id is None and selectors.is_enough(suite))


HANDLERS: dict[str, Handler] = {
    CommandKind.SETUP_PROJECT: setup_project,
    CommandKind.UPDATE_PROJECT: update_project,
    CommandKind.ARCHIVE_PROJECT: archive_project,
    CommandKind.SETUP_POOL: setup_pool,
    CommandKind.UPDATE_POOL: update_pool,
    CommandKind.START_POOL: start_pool,
    CommandKind.STOP_POOL: stop_pool,
    CommandKind.ARCHIVE_POOL: archive_pool,
    CommandKind.ACCEPT_ASSIGNMENT: accept_assignment,
    CommandKind.REJECT_ASSIGNMENT: reject_assignment,
    CommandKind.REISSUE_JOB: reissue_job,
    CommandKind.WITHDRAW_OFFER: withdraw_offer,
    **verifications.HANDLERS,
}
