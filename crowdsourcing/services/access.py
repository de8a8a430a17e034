"""Who may ask for a verb. Room 1 knows the roles; a superuser is its admin."""
from typing import Any

from annotation import selectors
from annotation.models import Project


def may_edit(actor: Any, project: Project) -> bool:
    """Owner, requester or admin; `None` is the house itself (periodic services)."""
    return actor is None or selectors.may_edit(actor, project)


def may_review(actor: Any, project: Project) -> bool:
    """As `may_edit`, and reviewers."""
    return actor is None or selectors.may_review(actor, project)
