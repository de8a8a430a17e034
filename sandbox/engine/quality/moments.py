"""When rules are asked: what happened to an assignment or a Toloker, and which collectors follow it."""
from collections.abc import Callable
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from django.db.models import Q

from sandbox.engine import due, events, pools
from sandbox.engine.quality import access, actions, answers, trainings, work
from sandbox.engine.quality.actions import Deed
from sandbox.engine.quality.history import Subject, last_start, start_again
from sandbox.engine.quality.rules import Config, Facts, configs
from sandbox.models import Assignment, Pool, Task, Toloker

Collector = Callable[[Config, Subject], Facts]
COLLECTORS: dict[str, Collector] = {
    "ACCEPTANCE_RATE": work.acceptance_rate, "ANSWER_COUNT": work.answer_count, "ASSIGNMENT_SUBMIT_TIME": work.submit_time,
    "INCOME": work.income, "SKIPPED_IN_ROW_ASSIGNMENTS": work.skipped_in_row, "GOLDEN_SET": answers.golden_set,
    "MAJORITY_VOTE": answers.majority_vote, "TRAINING": trainings.training,
}
# Kind of due row -> collectors that an assignment's event concerns. Each happens once to an assignment.
MOMENTS = {
    "QUALITY_SUBMIT": ("ANSWER_COUNT", "ASSIGNMENT_SUBMIT_TIME", "GOLDEN_SET", "MAJORITY_VOTE"),
    "QUALITY_SKIP": ("SKIPPED_IN_ROW_ASSIGNMENTS",),
    "QUALITY_PAY": ("INCOME",),
    "QUALITY_ACCEPT": ("ACCEPTANCE_RATE", "INCOME"),
    "QUALITY_RETURN": ("ACCEPTANCE_RATE", "INCOME", "ANSWER_COUNT"),
    "QUALITY_REJECT": ("ACCEPTANCE_RATE",),
}


@events.on("ASSIGNMENT_SUBMITTED")
def _submitted(event: events.Event) -> None:
    _plan("QUALITY_SUBMIT", event)
    if event.pool.type == "TRAINING" and event.assignment is not None:
        for pool_id in trainings.asking(event.pool):
            # Named by its page, too: while the runner works on one page's row, nobody may have to wait for it.
            due.schedule("QUALITY_TRAINING", f"{pool_id}:{event.assignment.toloker_id}:{event.assignment.id}", event.at)


@events.on("ASSIGNMENT_SKIPPED")
def _skipped(event: events.Event) -> None:
    _plan("QUALITY_SKIP", event)


@events.on("ASSIGNMENT_APPROVED")
def _approved(event: events.Event) -> None:
    if event.detail["by"] == "POOL":
        _plan("QUALITY_PAY", event)
        return
    _plan("QUALITY_RETURN" if event.detail["after_reject"] else "QUALITY_ACCEPT", event)
    _assess(event, "ACCEPT_AFTER_REJECT" if event.detail["after_reject"] else "ACCEPT")


@events.on("ASSIGNMENT_REJECTED")
def _rejected(event: events.Event) -> None:
    _plan("QUALITY_REJECT", event)
    _assess(event, "REJECT")


def _plan(kind: str, event: events.Event) -> None:
    """Let the rules be asked as soon as this transaction is over, if there are any that care."""
    if event.assignment is not None and event.pool.type != "TRAINING" and configs(event.pool, *MOMENTS[kind]):
        due.schedule(kind, event.assignment.id, event.at)


def _assess(event: events.Event, word: str) -> None:
    """ASSIGNMENTS_ASSESSMENT is about the page, not its Toloker, and acts at once: the pool is locked."""
    assignment = event.assignment
    if assignment is None:
        return
    subject = Subject(event.pool, assignment.toloker_id, event.at)
    for config in configs(event.pool, "ASSIGNMENTS_ASSESSMENT"):
        actions.run(Deed(config, subject, work.assessment(assignment, word), [assignment]))


def _for_assignments(kind: str) -> None:
    @due.on(kind)
    def happen(target: str, at: datetime) -> None:
        assignment = Assignment.objects.filter(pk=target).first()
        if assignment is None:
            return
        subject = _locked(assignment.pool_id, assignment.toloker_id, at)
        assignment.pool = subject.pool
        for config in configs(subject.pool, *MOMENTS[kind]):
            if config.kind == "MAJORITY_VOTE":
                _ask_majority(config, subject.pool, assignment.task_ids, at)
            elif config.kind != "GOLDEN_SET" or answers.check_known(config, assignment, at):
                _judge(config, subject)


for _kind in MOMENTS:
    _for_assignments(_kind)


def _locked(pool_id: object, toloker_id: str, at: datetime) -> Subject:
    Toloker.objects.select_for_update(no_key=True).get(pk=toloker_id)
    return Subject(pools.locked(pool_id), toloker_id, at)


def _judge(config: Config, subject: Subject) -> None:
    actions.run(Deed(config, subject, COLLECTORS[config.kind](config, subject)))


def _ask_majority(config: Config, pool: Pool, task_ids: list[str], at: datetime) -> None:
    """Everybody about whom a vote says something new is judged by himself: one Toloker is locked at a time."""
    for toloker_id in sorted(answers.check_majority(config, pool, task_ids, at)):
        due.schedule("QUALITY_MAJORITY", f"{pool.id}:{toloker_id}:{config.uuid}", at)


@due.on("QUALITY_OVERLAP")
def _overlap_changed(target: str, at: datetime) -> None:
    task_id = target.split(":")[0]
    pool_id = Task.objects.filter(pk=task_id).values_list("pool_id", flat=True).first()
    if pool_id is not None:
        pool = pools.locked(pool_id)
        for config in configs(pool, "MAJORITY_VOTE"):
            _ask_majority(config, pool, [task_id], at)


@due.on("QUALITY_MAJORITY")
def _voted(target: str, at: datetime) -> None:
    pool_id, toloker_id, uuid = target.split(":")
    subject = _locked(pool_id, toloker_id, at)
    for config in configs(subject.pool, "MAJORITY_VOTE"):
        if config.uuid == uuid:
            _judge(config, subject)


@due.on("QUALITY_TRAINING")
def _trained(target: str, at: datetime) -> None:
    pool_id, toloker_id, _ = target.split(":")
    subject = _locked(pool_id, toloker_id, at)
    for config in configs(subject.pool, "TRAINING"):
        if subject.pool.type == "TRAINING" or not config.of_project:
            _judge(config, subject)


@due.on("QUALITY_ACCESS")
def _shut_out(target: str, at: datetime) -> None:
    """Each page is given out again once only: later losses of access count what was done after this one."""
    pool_id, toloker_id, reason, *skill = target.split(":")
    subject = _locked(pool_id, toloker_id, at)
    facts = {"pool_access_revoked_reason": reason, "skill_id": skill[0] if skill else None}
    for config in configs(subject.pool, "USERS_ASSESSMENT"):
        # A project's collector, and one shared with a clone, is about each pool by itself.
        mark = str(uuid5(NAMESPACE_OID, f"{config.uuid}:{pool_id}"))
        pages = Assignment.objects.filter(_done(mark, subject), toloker_id=toloker_id, pool=subject.pool, status__in=access.DONE)
        if actions.run(Deed(config, subject, facts, list(pages.order_by("id")))):
            start_again(mark, toloker_id, at)


def _done(mark: str, subject: Subject) -> Q:
    """Submitted by now, and after access was last lost."""
    since = last_start((mark,), subject)
    done = Q(submitted__lte=subject.at)
    return done if since is None else done & Q(submitted__gt=since)
