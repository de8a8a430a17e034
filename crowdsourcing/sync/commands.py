"""Sync that a person asked for: the same work under the outbox, with its steps and errors shown."""
from collections.abc import Callable
from typing import Any

from crowdsourcing import making, mirror
from crowdsourcing.models import CrowdProject, Pool
from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.statuses import CommandKind
from crowdsourcing.sync.people import sync_people
from crowdsourcing.sync.pools import sync_pool
from crowdsourcing.sync.projects import pools_in_use, sync_project
from crowdsourcing.sync.skills import sync_skills


def sync_pool_command(work: Any) -> None:
    """`work` is delivery's Work; the two rooms' floors do not import each other."""
    work.step("Reading the pool and its assignments")
    _sync(work.target, work)


def sync_project_command(work: Any) -> None:
    crowd_project: CrowdProject = work.target
    work.step("Reading the project")
    mirror.mirror_account(crowd_project.account, work.provider.requester())
    sync_project(crowd_project, work.provider)
    pools = list(pools_in_use(crowd_project))
    for number, pool in enumerate(pools, 1):
        work.step(f"Reading pool {number} of {len(pools)}")
        _sync(pool, work)
    work.step("Reading skills and bans of the Tolokers")
    sync_people(crowd_project.account, work.provider)


def _sync(pool: Pool, work: Any) -> None:
    if sync_pool(pool, work.provider).busy:
        raise Unavailable("Another sync of this pool is running. We look again in a moment.", "sync_busy", retry_after=3)


def ensure_skill_command(work: Any) -> None:
    """The skill that a person wants; then the list, so that the page shows what else there is."""
    account = work.target.account
    work.step("Making the skill")
    making.make_skill(account, work.provider, SkillSpec(**work.command.payload))
    work.step("Reading the account's skills")
    sync_skills(account, work.provider)


HANDLERS: dict[str, Callable[[Any], None]] = {CommandKind.SYNC_POOL: sync_pool_command, CommandKind.SYNC_PROJECT: sync_project_command,
    CommandKind.ENSURE_SKILL: ensure_skill_command}
