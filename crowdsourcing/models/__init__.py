"""The tables of room 2, by noun."""
from crowdsourcing.models.accounts import ProviderAccount, Toloker
from crowdsourcing.models.assignments import Assignment
from crowdsourcing.models.bulk import BulkDecision, BulkItem
from crowdsourcing.models.commands import ProviderCommand
from crowdsourcing.models.confusion import LabelConfusion
from crowdsourcing.models.consensus import Consensus
from crowdsourcing.models.drawing import DrawingProject
from crowdsourcing.models.history import StatusChange
from crowdsourcing.models.money import LedgerEntry
from crowdsourcing.models.people import Ban, TolokerSkill
from crowdsourcing.models.policies import ReviewPolicy
from crowdsourcing.models.pools import Pool, TaskSuite
from crowdsourcing.models.projects import CrowdProject
from crowdsourcing.models.quality import WorkMeasure
from crowdsourcing.models.skills import Skill
from crowdsourcing.models.verdicts import TruthScore, Verdict
from crowdsourcing.models.verification import Verification, VerificationTask, Vote
from crowdsourcing.models.webhooks import WebhookEvent

__all__ = [
    "Assignment", "Ban", "BulkDecision", "BulkItem", "Consensus", "CrowdProject", "DrawingProject", "LabelConfusion", "LedgerEntry", "Pool",
    "ProviderAccount", "ProviderCommand", "ReviewPolicy", "Skill", "StatusChange", "TaskSuite", "Toloker", "TolokerSkill", "TruthScore",
    "Verdict", "Verification", "VerificationTask", "Vote", "WebhookEvent", "WorkMeasure",
]
