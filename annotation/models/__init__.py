"""The tables of room 1, by noun."""
from annotation.models.access import AccessToken, Profile, ProjectMember
from annotation.models.corrections import CorrectedFrame, Correction
from annotation.models.issues import Comment, Issue
from annotation.models.jobs import EditorSession, FrameAnnotation, Job, JobStage, JobState, Snapshot
from annotation.models.projects import Attribute, AttributeType, Label, LabelType, Project
from annotation.models.requests import Request
from annotation.models.tasks import Frame, ImportedFrame, SortingMethod, Task, Upload
from annotation.models.uploads import PartialUpload

__all__ = [
    "AccessToken", "Attribute", "AttributeType", "Comment", "CorrectedFrame", "Correction", "EditorSession", "Frame", "FrameAnnotation",
    "ImportedFrame", "Issue", "Job", "JobStage", "JobState", "Label", "LabelType", "PartialUpload", "Profile", "Project", "ProjectMember",
    "Request", "Snapshot", "SortingMethod", "Task", "Upload",
]
