"""The tables of room 1, by noun."""
from annotation.models.access import AccessToken, Profile, ProjectMember
from annotation.models.corrections import CorrectedFrame, Correction
from annotation.models.guides import Asset, GuideVersion
from annotation.models.issues import Comment, Issue
from annotation.models.jobs import EditorSession, FrameAnnotation, Job, JobStage, JobState, JobType, Snapshot
from annotation.models.organizations import Invitation, Organization, OrganizationMember, OrganizationRole
from annotation.models.projects import Attribute, AttributeType, Label, LabelType, Project
from annotation.models.requests import Request
from annotation.models.storages import CloudStorage
from annotation.models.tasks import Frame, ImportedFrame, SortingMethod, Task, Upload, ValidationMode
from annotation.models.uploads import PartialUpload
from annotation.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "AccessToken", "Asset", "Attribute", "AttributeType", "CloudStorage", "Comment", "CorrectedFrame", "Correction", "EditorSession",
    "Frame", "FrameAnnotation", "GuideVersion", "ImportedFrame", "Invitation", "Issue", "Job", "JobStage", "JobState", "JobType", "Label",
    "LabelType", "Organization", "OrganizationMember", "OrganizationRole", "PartialUpload", "Profile", "Project", "ProjectMember",
    "Request", "Snapshot", "SortingMethod", "Task", "Upload", "ValidationMode", "Webhook", "WebhookDelivery",
]
