"""The sandbox's tables."""
from sandbox.models.people import Requester, Skill, Toloker, UserRestriction, UserSkill
from sandbox.models.records import (
    Clock,
    Due,
    Fault,
    LedgerEntry,
    MessageThread,
    Operation,
    RateCount,
    RequestRecord,
    Robot,
)
from sandbox.models.work import Assignment, AssignmentTask, Pool, Project, ProjectSpec, Task, TaskSuite

__all__ = [
    "Assignment", "AssignmentTask", "Clock", "Due", "Fault", "LedgerEntry", "MessageThread", "Operation", "Pool", "Project",
    "ProjectSpec", "RateCount", "RequestRecord", "Requester", "Robot", "Skill", "Task", "TaskSuite", "Toloker", "UserRestriction",
    "UserSkill",
]
