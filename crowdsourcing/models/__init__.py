"""The tables of room 2, by noun."""
from crowdsourcing.models.accounts import ProviderAccount, Toloker
from crowdsourcing.models.assignments import Assignment
from crowdsourcing.models.bulk import BulkDecision, BulkItem
from crowdsourcing.models.commands import ProviderCommand
from crowdsourcing.models.history import StatusChange
from crowdsourcing.models.money import LedgerEntry
from crowdsourcing.models.pools import Pool, TaskSuite
from crowdsourcing.models.projects import CrowdProject
from crowdsourcing.models.quality import WorkMeasure
from crowdsourcing.models.webhooks import WebhookEvent

__all__ = [
    "Assignment", "BulkDecision", "BulkItem", "CrowdProject", "LedgerEntry", "Pool", "ProviderAccount", "ProviderCommand", "StatusChange",
    "TaskSuite", "Toloker", "WebhookEvent", "WorkMeasure",
]
