"""Celery's bells. The rows are the truth: a lost bell is made up for by the periodic sweep."""
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from celery import shared_task
from celery.signals import worker_init
from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from crowdsourcing import bulk, delivery, quality, sync
from crowdsourcing.connections import connected, warm
from crowdsourcing.models import CrowdProject, Pool, ProviderAccount, Verification, WebhookEvent
from crowdsourcing.providers.errors import ProviderError
from crowdsourcing.quality import verification
from crowdsourcing.statuses import CommandKind

log = logging.getLogger(__name__)

# News gathers for so long before it is looked at; and how often a look waits for one that is going on.
_GATHER_SECONDS, _BUSY_SECONDS, _MOST_RINGS = 1.0, 3.0, 20
# Between two handfuls of a bulk decision.
_BULK_SECONDS = 1.0
# What work moved at the platform is looked at so long after it was seen, once.
_PEOPLE_SECONDS = 60
# After these the platform's rules may have given skills and bans, or their look brought work that no other look sees as new.
_MOVES_PEOPLE = (CommandKind.ACCEPT_ASSIGNMENT, CommandKind.REJECT_ASSIGNMENT, CommandKind.SYNC_POOL)
_MOVES_VERIFICATIONS = (CommandKind.SETUP_VERIFICATION, CommandKind.UPDATE_VERIFICATION)
_EVENTS_KEPT = timedelta(days=7)
_OUR_FAULT = "Something went wrong on our side while reading; it is written in the log. We look again by ourselves."


@worker_init.connect
def _warm_before_forking(**_: object) -> None:
    """The worker's children share what is imported before they are made."""
    warm()


@contextmanager
def _heard_or_not() -> Iterator[None]:
    """With the broker away nobody hears a bell: who rings goes on, and a sweep rings again."""
    try:
        yield
    except OperationalError as error:
        log.warning("A bell was not heard: %s", error)


def wake(command_id: UUID) -> None:
    """Ring for one command."""
    with _heard_or_not():
        deliver.delay(str(command_id))


@shared_task
def deliver(command_id: str) -> None:
    """Carry out one command, if it is due and nobody else has it."""
    command = delivery.deliver_command(UUID(command_id), sync.HANDLERS)
    if command is not None and command.kind in _MOVES_PEOPLE:
        ring_for_people(command.account_id)
    if command is not None and command.kind in _MOVES_VERIFICATIONS:
        # Its pool was closed for a change, or is new: what is open is asked at once.
        ring_for_verification(command.target_id)


@shared_task
def sweep_commands() -> None:
    """Release what dead workers hold, ring for every command that is due and for bulk decisions that nobody carries on."""
    delivery.release_stuck()
    for command_id in delivery.due_commands():
        wake(command_id)
    for bulk_id, moved_at in bulk.resting():
        ring_for_bulk(bulk_id, moved_at)


def ring_for_bulk(bulk_id: UUID, moved_at: datetime, wait: float = 0) -> None:
    """Ring for a bulk decision. `moved_at` as its row has it: of several bells one is heard."""
    with _heard_or_not():
        carry_on_bulk.apply_async([str(bulk_id), moved_at.isoformat()], countdown=wait)


@shared_task
def carry_on_bulk(bulk_id: str, moved_at: str) -> None:
    """Ask for some jobs of a bulk decision, and ring for the rest."""
    turn = bulk.take_turn(UUID(bulk_id), datetime.fromisoformat(moved_at))
    if turn is None:
        return
    for command_id in bulk.carry_on(UUID(bulk_id)):
        wake(command_id)
    if bulk.is_going_on(UUID(bulk_id)):
        ring_for_bulk(UUID(bulk_id), turn, _BULK_SECONDS)


@shared_task
def sync_everything() -> None:
    """Ring for each crowd project in use."""
    for pk in sync.projects_in_use().values_list("pk", flat=True):
        sync_crowd_project.delay(pk)


@shared_task
def sync_crowd_project(crowd_project_id: int) -> None:
    """Its status and its pools in use; one pool's trouble does not keep the others from being read."""
    crowd_project = sync.projects_in_use().filter(pk=crowd_project_id).first()
    if crowd_project is None:
        return
    try:
        with connected(crowd_project.account) as provider:
            sync.sync_project(crowd_project, provider)
            for pool in sync.pools_in_use(crowd_project):
                try:
                    report = sync.sync_pool(pool, provider)
                except ProviderError as error:
                    log.warning("Sync of pool %s: %s", pool.pk, error.code)
                except Exception:
                    log.exception("Sync of pool %s failed", pool.pk)
                    Pool.objects.filter(pk=pool.pk).update(sync_error=_OUR_FAULT)
                else:
                    _judge_after(report, pool)
    except ProviderError as error:
        log.warning("Sync of crowd project %s: %s", crowd_project_id, error.code)
        CrowdProject.objects.filter(pk=crowd_project_id).update(sync_error=error.sentence)
        Pool.objects.filter(pk__in=[pool.pk for pool in sync.pools_in_use(crowd_project)]).update(sync_error=error.sentence)


def ring_for_news(pool_id: int, wait: float = _GATHER_SECONDS, rings: int = 1) -> None:
    """Ring for a look at one pool, a little later."""
    with _heard_or_not():
        sync_one_pool.apply_async([pool_id, rings], countdown=wait)


@shared_task
def sync_one_pool(pool_id: int, rings: int = 1) -> None:
    """A look that the platform's news asked for. What comes while it lasts rings again."""
    Pool.objects.filter(pk=pool_id).update(news_wanted_at=None)
    pool = Pool.objects.select_related("crowd_project__account", "task").exclude(remote_id="").filter(pk=pool_id).first()
    if pool is None:
        return
    try:
        with connected(pool.crowd_project.account) as provider:
            report = sync.sync_pool(pool, provider)
    except ProviderError as error:
        # The sentence stands on the pool, and the schedule looks again.
        log.warning("Sync of pool %s after news: %s", pool_id, error.code)
        return
    if report.busy and rings < _MOST_RINGS:
        # A look that began before the news may have passed it by.
        ring_for_news(pool_id, _BUSY_SECONDS, rings + 1)
    _judge_after(report, pool)


def _judge_after(report: sync.PoolReport, pool: Pool) -> None:
    if not report.busy:
        quality.withdraw_round(pool, wake)
    if report.made or report.changed:
        quality.judge_pools([pool])
        quality.settle_round(pool, wake)
        ring_for_verification_of(pool.pk)
        ring_for_people(pool.crowd_project.account_id)


def ring_for_confusions(pool_id: int) -> None:
    """Ring for what is to be held against a better version; however many look, once a minute."""
    if cache.add(f"confusions-rung-{pool_id}", True, 60):
        with _heard_or_not():
            count_confusions.delay(pool_id)


@shared_task
def count_confusions(pool_id: int) -> None:
    """What the pool's attempts took for what, as far as nobody has counted it."""
    pool = Pool.objects.filter(pk=pool_id).first()
    if pool is not None:
        quality.count_confusions(pool)


@shared_task
def judge_unread() -> None:
    """Suspicion of what came in by other roads, or whose judging was cut short."""
    quality.judge_pools(quality.pools_unread())


@shared_task
def judge_again() -> None:
    """Suspicion of all that waits: other pools may have told something about its Tolokers."""
    quality.judge_pools(quality.pools_waiting())


def ring_for_verification_of(pool_id: int) -> None:
    """Ring for a turn of the pool's verification, if it has one."""
    for pk in Verification.objects.filter(pool=pool_id).exclude(remote_pool_id="").values_list("pk", flat=True):
        ring_for_verification(pk)


def ring_for_verification(verification_id: int, wait: float = 0, moved_at: datetime | None = None) -> None:
    """Ring for a turn. With `moved_at` it is heard only if there was no turn since: of many bells one is left."""
    with _heard_or_not():
        carry_on_verification.apply_async([verification_id, moved_at.isoformat() if moved_at else ""], countdown=wait)


@shared_task
def carry_on_verification(verification_id: int, moved_at: str = "") -> None:
    """One turn of a verification, and a bell for the next while questions are open."""
    there = Verification.objects.filter(pk=verification_id)
    if moved_at:
        there = there.filter(moved_at=datetime.fromisoformat(moved_at))
    if not there.exists():
        return
    turn = verification.carry_on(verification_id, wake)
    if turn.busy:
        # What rang may be news that the turn which is going on has passed by. One more turn is enough for all who ring meanwhile;
        # forgotten before it comes, so that it rings again should it find another turn going on.
        if cache.add(f"verification-follows-{verification_id}", True, _BUSY_SECONDS - 1):
            ring_for_verification(verification_id, _BUSY_SECONDS)
        return
    now = Verification.objects.filter(pk=verification_id).values_list("moved_at", flat=True).first()
    if turn.decided:
        for account_id in Verification.objects.filter(pk=verification_id).values_list("pool__crowd_project__account", flat=True):
            ring_for_people(account_id)
    if turn.open and now is not None:
        ring_for_verification(verification_id, settings.VERIFICATION_LOOK_SECONDS, now)


@shared_task
def sweep_verifications() -> None:
    """Ring for verifications that nobody looked at for a while: a bell was lost, or their set-up was just carried out."""
    rested = timezone.now() - timedelta(seconds=settings.VERIFICATION_LOOK_SECONDS)
    waiting = verification.verifications_in_use().filter(Q(moved_at=None) | Q(moved_at__lt=rested))
    for pk in waiting.values_list("pk", flat=True):
        ring_for_verification(pk)


@shared_task
def settle_policy(pool_id: int) -> None:
    """Decide what a pool's review policy can decide now."""
    pool = Pool.objects.select_related("crowd_project__account", "task").filter(pk=pool_id).first()
    if pool is not None:
        quality.settle_round(pool, wake)


@shared_task
def settle_policies() -> None:
    """Ring for each pool with a policy and work that waits."""
    for pk in quality.pools_to_settle().values_list("pk", flat=True):
        settle_policy.apply_async([pk], expires=30)


def ring_for_people(account_id: int) -> None:
    """Ring for a look at skills and bans: work and decisions may have moved them. However many ring, one look at the minute's end. With
    the broker away nobody hears it; who rings goes on, and the hourly look makes up for it."""
    try:
        if cache.add(f"people-rung-{account_id}", True, _PEOPLE_SECONDS):
            sync_people_of.apply_async([account_id], countdown=_PEOPLE_SECONDS)
    except (OperationalError, RedisError) as error:
        log.warning("The bell for the people of account %s was not heard: %s", account_id, error)


@shared_task
def sync_people_of(account_id: int) -> None:
    """Skills, their values and bans of one account."""
    account = ProviderAccount.objects.filter(pk=account_id).first()
    if account is None:
        return
    try:
        with connected(account) as provider:
            sync.sync_people(account, provider)
    except ProviderError as error:
        # The sentence stands on the account, and the schedule looks again.
        log.warning("Skills and bans of account %s: %s", account_id, error.code)


@shared_task
def sync_people() -> None:
    """The same of every account in use; one account's trouble is none of the others'."""
    for pk in ProviderAccount.objects.filter(crowd_projects__in=sync.projects_in_use()).distinct().values_list("pk", flat=True):
        sync_people_of(pk)


@shared_task
def forget_webhook_events() -> None:
    """A platform does not repeat itself after so long, and an old call is not believed."""
    WebhookEvent.objects.filter(received_at__lt=timezone.now() - _EVENTS_KEPT).delete()


@shared_task
def reissue_after_dispute() -> None:
    """Give rejected jobs to other Tolokers when the dispute period is over."""
    for command_id in quality.reissue_after_dispute():
        wake(command_id)


# Seconds. A round that waited longer than its period is dropped: the next one does its work.
SCHEDULE = {
    "crowdsourcing: sweep commands": {
        "task": "crowdsourcing.tasks.sweep_commands", "schedule": 15.0, "options": {"expires": 15}},
    "crowdsourcing: sync": {
        "task": "crowdsourcing.tasks.sync_everything", "schedule": 60.0, "options": {"expires": 60}},
    "crowdsourcing: reissue after the dispute period": {
        "task": "crowdsourcing.tasks.reissue_after_dispute", "schedule": 600.0, "options": {"expires": 600}},
    "crowdsourcing: settle review policies": {
        "task": "crowdsourcing.tasks.settle_policies", "schedule": 30.0, "options": {"expires": 30}},
    "crowdsourcing: judge new work": {
        "task": "crowdsourcing.tasks.judge_unread", "schedule": 60.0, "options": {"expires": 60}},
    "crowdsourcing: judge waiting work again": {
        "task": "crowdsourcing.tasks.judge_again", "schedule": 3_600.0, "options": {"expires": 3_600}},
    "crowdsourcing: skills and bans": {
        "task": "crowdsourcing.tasks.sync_people", "schedule": 3_600.0, "options": {"expires": 3_600}},
    "crowdsourcing: carry on with verifications": {
        "task": "crowdsourcing.tasks.sweep_verifications", "schedule": 60.0, "options": {"expires": 60}},
    "crowdsourcing: forget webhook events": {
        "task": "crowdsourcing.tasks.forget_webhook_events", "schedule": 3_600.0, "options": {"expires": 3_600}},
}
