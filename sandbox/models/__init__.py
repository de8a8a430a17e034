"""The sandbox's tables."""
from sandbox.models.people import Requester, Skill, Toloker, UserRestriction, UserSkill
from sandbox.models.quality import AggregatedSolution, AnswerCheck, CollectorReset
from sandbox.models.records import AssignmentChange, Clock, Due, Fault, LedgerEntry, Operation, RateCount, RequestRecord, Robot
from sandbox.models.talk import Attachment, MessageThread, UserBonus
from sandbox.models.webhooks import WebhookEvent, WebhookSubscription
from sandbox.models.work import Assignment, AssignmentTask, Pool, Project, ProjectSpec, Task, TaskSuite

__all__ = [
    "AggregatedSolution", "AnswerCheck", "Assignment", "AssignmentChange", "AssignmentTask", "Attachment", "Clock", "CollectorReset", "Due",
    "Fault", "LedgerEntry", "MessageThread", "Operation", "Pool", "Project", "ProjectSpec", "RateCount", "RequestRecord", "Requester",
    "Robot", "Skill", "Task", "TaskSuite", "Toloker", "UserBonus", "UserRestriction", "UserSkill", "WebhookEvent", "WebhookSubscription",
]
