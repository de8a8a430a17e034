"""The only writer of what the platform said. Both roads of news end here: a command's answer, and sync.

It never refuses: unknown statuses and steps backwards are stored as they are. What was read later wins (`mirrored_at` against the
news' `seen_at`), so repeated, late and shuffled news end in the same state. Nothing changed, nothing written.
"""
from crowdsourcing.mirror import lookups as _lookups  # noqa: F401 - registers any_of
from crowdsourcing.mirror.accounts import mirror_account, mirror_clock
from crowdsourcing.mirror.assignments import mirror_assignment, mirror_assignments
from crowdsourcing.mirror.budget import cover_price
from crowdsourcing.mirror.people import forget_bans, forget_user_skills, mirror_bans, mirror_user_skills
from crowdsourcing.mirror.pools import mirror_pool, mirror_tasks
from crowdsourcing.mirror.projects import mirror_drawing_project, mirror_project
from crowdsourcing.mirror.skills import mirror_skill, mirror_skills
from crowdsourcing.mirror.verifications import (
    Replaced,
    mirror_answers,
    mirror_questions,
    mirror_verification_pool,
    mirror_verification_project,
    mirror_verification_skills,
)
from crowdsourcing.mirror.webhooks import mirror_webhook

__all__ = [
    "Replaced", "cover_price", "forget_bans", "forget_user_skills", "mirror_account", "mirror_answers", "mirror_assignment",
    "mirror_assignments",
    "mirror_bans", "mirror_clock", "mirror_drawing_project", "mirror_pool", "mirror_project", "mirror_questions", "mirror_skill",
    "mirror_skills", "mirror_tasks", "mirror_user_skills", "mirror_verification_pool", "mirror_verification_project",
    "mirror_verification_skills", "mirror_webhook",
]
