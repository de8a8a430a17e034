"""Who may call a service: the same check for pages, REST and admin."""
from typing import Any

from annotation import selectors
from annotation.errors import Forbidden
from annotation.models import Project


def require_edit(actor: Any, project: Project) -> None:
    """Forbidden for reviewers and strangers."""
    if not selectors.may_edit(actor, project):
        raise Forbidden("Your role in this project does not allow changes. Ask its owner to share it with you as a requester.")


def require_owner(actor: Any, project: Project) -> None:
    """Forbidden for everybody but the owner and admins."""
    if not selectors.may_share(actor, project):
        raise Forbidden("Only the project's owner may do that.")
