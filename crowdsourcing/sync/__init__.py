"""Going and looking: fetches pages, hands each to the mirror, moves the cursor. Decides nothing."""
from crowdsourcing.sync.commands import HANDLERS
from crowdsourcing.sync.people import sync_people
from crowdsourcing.sync.pools import PoolReport, sync_pool
from crowdsourcing.sync.projects import pools_in_use, projects_in_use, sync_project
from crowdsourcing.sync.skills import sync_skills

__all__ = ["HANDLERS", "PoolReport", "pools_in_use", "projects_in_use", "sync_people", "sync_pool", "sync_project", "sync_skills"]
