"""What a backup's members are called; CVAT's names, and ours for what CVAT's backups leave out."""
from annotation.models import ImportedFrame

PROJECT = "project.json"
TASK = "task.json"
ANNOTATIONS = "annotations.json"
GUIDE = "annotation_guide.md"
ASSETS = "assets"
DATA = "data"
MANIFEST = "data/manifest.jsonl"
# Ours.
ISSUES = "issues.json"
IMPORTED = {"preannotations.json": ImportedFrame.Kind.PREANNOTATION, "ground_truth.json": ImportedFrame.Kind.GROUND_TRUTH}
VERSION = "1.0"


def task_folder(number: int) -> str:
    """Prefix of the members of a project's task, in order."""
    return f"task_{number}/"
