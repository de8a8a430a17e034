"""The signed key of a job at the platform: opens the editor for this job, together with an ACTIVE assignment.

`<task suite id>.<nonce>:<signature>`. Changing the suite's nonce makes keys handed out earlier worthless.
"""
from django.core.signing import BadSignature, Signer

from crowdsourcing.models import TaskSuite

_SALT = "crowdsourcing.job-key"


class BadKey(Exception):
    """Not a key of ours, or one of an earlier nonce."""


def job_key_of(task_suite: TaskSuite) -> str:
    return Signer(salt=_SALT).sign(f"{task_suite.pk}.{task_suite.key_nonce}")


def suite_id_of(job_key: str) -> int:
    """The suite's id by signature alone. Raises BadKey."""
    return _opened(job_key)[0]


def suite_of(job_key: str) -> TaskSuite:
    """The suite a key opens, with its pool, task and account. Raises BadKey."""
    pk, nonce = _opened(job_key)
    suite = TaskSuite.objects.select_related("pool__task", "pool__crowd_project__account", "job").filter(pk=pk).first()
    if suite is None or suite.key_nonce != nonce:
        raise BadKey("This key is no longer valid.")
    return suite


def _opened(job_key: str) -> tuple[int, str]:
    try:
        pk, _, nonce = Signer(salt=_SALT).unsign(job_key).partition(".")
        return int(pk), nonce
    except (BadSignature, ValueError):
        raise BadKey("This is not a key of ours.") from None
