"""What this room tells through the webhooks of the room below (annotation.webhooks). Registered in apps.py."""
from annotation.api.answers import lazily
from annotation.webhooks.events import Event, Kind, register
from crowdsourcing.models import Assignment, Pool

_GROUP = "Crowd"


def register_news() -> None:
    """Assignments and pools, as their REST answers show them. CVAT has no names for these."""
    register(
        Kind("assignment", Assignment, lazily("crowdsourcing.api.assignments", "AssignmentViewSet"), project="pool__task__project_id"),
        [Event(f"{verb}:assignment", _GROUP, f"Assignment {verb}", more=True) for verb in ("submitted", "accepted", "rejected")])
    register(
        Kind("pool", Pool, lazily("crowdsourcing.api.pools", "PoolViewSet"), project="task__project_id"),
        [Event("create:pool", _GROUP, "Pool made", more=True), Event("update:pool", _GROUP, "Pool changed, opened or closed", more=True)])
