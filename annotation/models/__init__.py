"""The tables of room 1, by noun."""
from annotation.models.access import AccessToken, Profile, ProjectMember
from annotation.models.jobs import EditorSession, FrameAnnotation, Job, Snapshot
from annotation.models.projects import Attribute, Label, Project
from annotation.models.requests import Request
from annotation.models.tasks import Frame, Task, Upload

__all__ = [
    "AccessToken", "Attribute", "EditorSession", "Frame", "FrameAnnotation", "Job", "Label", "Profile", "Project",
    "ProjectMember", "Request", "Snapshot", "Task", "Upload",
]
