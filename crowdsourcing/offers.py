"""A pool's jobs at the platform, whichever way they are offered there: as a task that opens our editor, or as images."""
from collections.abc import Sequence

from annotation.models import Frame
from crowdsourcing import image_links
from crowdsourcing.job_keys import job_key_of
from crowdsourcing.models import Pool, TaskSuite
from crowdsourcing.providers.base import Provider, RemoteTask
from crowdsourcing.providers.drawing import DrawingPage
from crowdsourcing.selectors.drawing import in_pages, is_drawn_there


def publish(provider: Provider, pool: Pool, suites: Sequence[TaskSuite]) -> list[RemoteTask]:
    """One offer a suite, under the pool's publish_operation_id, which is set. A repeat finds what the first try made."""
    operation_id = pool.publish_operation_id
    if operation_id is None:
        raise ValueError("The pool has no operation id.")
    if not is_drawn_there(pool):
        return provider.ensure_tasks(pool.remote_id, [job_key_of(suite) for suite in suites], operation_id, overlap=pool.overlap)
    return provider.ensure_drawings(pool.remote_id, _pages(pool, suites), operation_id, together=in_pages(pool), overlap=pool.overlap)


def _pages(pool: Pool, suites: Sequence[TaskSuite]) -> list[DrawingPage]:
    frames = {frame.number: frame for frame in Frame.objects.filter(task=pool.task_id).only("number", "name", "task_id")}
    return [DrawingPage(job_key_of(suite), tuple(zip(
        suite.job.numbers, image_links.addresses_of(suite, [frames[number] for number in suite.job.numbers]), strict=True)))
        for suite in suites]


def offered(provider: Provider, pool: Pool, *, overlap_from: int = 0) -> list[RemoteTask]:
    """All of the pool's, or those that so many Tolokers may take in all."""
    if is_drawn_there(pool):
        return provider.drawings(pool.remote_id, together=in_pages(pool), overlap_from=overlap_from)
    return provider.tasks(pool.remote_id, overlap_from=overlap_from)


def reissue(provider: Provider, suite: TaskSuite, *, overlap: int) -> RemoteTask:
    if is_drawn_there(suite.pool):
        return provider.reissue_drawing(suite.remote_task_id, overlap=overlap, together=in_pages(suite.pool))
    return provider.reissue(suite.remote_task_id, overlap=overlap)


def withdraw(provider: Provider, suite: TaskSuite, *, overlap: int) -> RemoteTask:
    if is_drawn_there(suite.pool):
        return provider.withdraw_drawing(suite.remote_task_id, overlap=overlap, together=in_pages(suite.pool))
    return provider.withdraw(suite.remote_task_id, overlap=overlap)
