"""Who may call a service: the same check for pages, REST and admin."""
from typing import Any

from annotation import selectors
from annotation.access import given_reason
from annotation.errors import Forbidden, ReadOnly
from annotation.models import Job, Project


def require_edit(actor: Any, project: Project) -> None:
    """Forbidden for reviewers and strangers."""
    if not selectors.may_edit(actor, project):
        raise Forbidden("Your role in this project does not allow changes. Ask its owner to share it with you as a requester.")


def require_owner(actor: Any, project: Project) -> None:
    """Forbidden for everybody but the owner and admins."""
    if not selectors.may_share(actor, project):
        raise Forbidden("Only the project's owner may do that.")


def require_annotate(actor: Any, job: Job) -> None:
    """Editors of the project, and whom the job is given to: ReadOnly for them once it is under review. Forbidden for others."""
    if selectors.may_annotate(actor, job):
        return
    if selectors.is_given(actor, job):
        raise ReadOnly(given_reason(job) or "This job cannot be changed now.")
    require_edit(actor, job.task.project)
