"""Celery task runs of this room. They carry ids only; the rows are the truth."""
from celery import shared_task

from annotation import copies, runner, tidying
from annotation.webhooks import bells, claims, telling


@shared_task(name="annotation.tasks.run_request", ignore_result=True)
def run_request(request_id: str) -> None:
    """Do one background request. Rung twice, or for a request that is done, it does nothing."""
    runner.run(request_id)


@shared_task(name="annotation.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Ring again for queued requests whose bell was lost, and take back those whose worker died."""
    runner.sweep()
    copies.sweep()


@shared_task(name="annotation.tasks.make_copies", ignore_result=True)
def make_copies(task_id: int) -> None:
    """Make small copies of the images of one task for half a minute, and ring again when some are left."""
    if copies.work(task_id):
        copies.ring(task_id)


@shared_task(name="annotation.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Delete files that no row names any more, old results, and uploads nobody came back for."""
    tidying.tidy()


@shared_task(name="annotation.tasks.tell_webhooks", ignore_result=True)
def tell_webhooks() -> None:
    """Tell webhooks what is due; what does not fit into one run is rung for again."""
    if telling.tell():
        bells.ring()


@shared_task(name="annotation.tasks.forget_webhook_deliveries", ignore_result=True)
def forget_webhook_deliveries() -> None:
    """Delete what was told, or given up, too long ago to matter."""
    claims.forget_old()


# What beat rings (cvatoloka/beat.py); admins may change the intervals.
SCHEDULE = {
    "annotation: requests that nobody works on": {"task": "annotation.tasks.sweep", "schedule": 30},
    "annotation: files that nobody needs": {"task": "annotation.tasks.tidy", "schedule": 6 * 3600},
    # A round that waited longer than its period is dropped: the next one does its work.
    "annotation: webhooks that wait": {"task": "annotation.tasks.tell_webhooks", "schedule": 15, "options": {"expires": 15}},
    "annotation: old webhook deliveries": {"task": "annotation.tasks.forget_webhook_deliveries", "schedule": 6 * 3600},
}
