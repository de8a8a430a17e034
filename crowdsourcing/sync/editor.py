"""The one question a web request asks a platform: is this Toloker at work on this job right now?"""
from crowdsourcing.connections import connected
from crowdsourcing.models import TaskSuite
from crowdsourcing.providers.base import RemoteAssignment

# A person waits: rather say "try again" than hang.
TIMEOUT_SECONDS = 8.0


def look_at(task_suite: TaskSuite, assignment_id: str) -> RemoteAssignment:
    """The assignment as the platform has it now. Raises ProviderError. Outside of transactions, as every call."""
    with connected(task_suite.pool.crowd_project.account, timeout=TIMEOUT_SECONDS) as provider:
        return provider.assignment(assignment_id)
