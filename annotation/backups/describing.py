"""A task and a project in words that do not depend on this database: names, never ids."""
from collections.abc import Iterable, Iterator
from typing import Any

from annotation.backups.layout import VERSION
from annotation.models import Frame, Issue, Job, JobStage, JobState, Label, Project, Task

_AT_ONCE = 2000


def project_description(project: Project) -> dict[str, Any]:
    """project.json without its assets."""
    return {"version": VERSION, "name": project.name, "bug_tracker": project.bug_tracker, "labels": _labels(project)}


def task_description(task: Task, jobs: Iterable[Job]) -> dict[str, Any]:
    """task.json; labels are those of its project. Jobs in the order of annotations.json."""
    return {
        "version": VERSION, "name": task.name, "subset": task.subset, "bug_tracker": "", "labels": _labels(task.project),
        "segment_size": task.segment_size, "overlap": task.frame_overlap, "show_preannotations": task.show_preannotations,
        "mode": "interpolation" if task.from_video else "annotation",
        "validation": {"mode": task.validation_mode, "frames_per_job": task.validation_frames_per_job, "disabled": task.disabled_frames},
        "jobs": [{"start_frame": job.start_frame, "stop_frame": job.stop_frame, "type": job.type, "status": _status(job),
                  "stage": job.stage, "state": job.state, "last_object_id": job.last_object_id,
                  **({"frames": job.included_frames} if job.is_ground_truth else {})} for job in jobs],
        "data": {"chunk_size": 1, "image_quality": 100, "start_frame": 0, "stop_frame": max(task.size - 1, 0), "frame_filter": "",
                 "storage_method": "file_system", "storage": "local", "chunk_type": "imageset", "sorting_method": task.sorting_method,
                 "deleted_frames": []},
    }


def _status(job: Job) -> str:
    """CVAT's older word."""
    if job.stage == JobStage.ANNOTATION:
        return "annotation"
    return "completed" if job.stage == JobStage.ACCEPTANCE and job.state == JobState.COMPLETED else "validation"


def _labels(project: Project) -> list[dict[str, Any]]:
    return [{"name": label.name, "color": label.color, "type": label.type, "sublabels": [], "attributes": [
        {"name": attribute.name, "mutable": attribute.mutable, "input_type": attribute.input_type, "values": attribute.values,
         "default_value": attribute.default_value} for attribute in label.attributes.all()]}
        for label in project.labels.prefetch_related("attributes")]


def manifest_lines(task: Task) -> Iterator[tuple[dict[str, Any], str, str]]:
    """(line of manifest.jsonl, name of the picture below data/, where it lies in the storage) for each frame."""
    rows = Frame.objects.filter(task=task).order_by("number").values_list("name", "width", "height", "sha256", "source_url", "original",
                                                                          "damage", "media_type", "orientation",
                                                                          "honeypot_of")
    for row in rows.iterator(chunk_size=_AT_ONCE):
        name, width, height, sha256, source_url, original, damage, media_type, orientation, honeypot_of = row
        stem, dot, suffix = name.rpartition(".")
        line = {"name": stem or name, "extension": dot + suffix if stem else "", "width": width, "height": height,
                "meta": {"related_images": []}, "sha256": sha256}
        # What cannot be decoded tells nothing of itself.
        known = {"damage": damage, "media_type": media_type, "orientation": orientation} if damage else {}
        mixed = {"honeypot_of": honeypot_of} if honeypot_of is not None else {}
        yield line | ({"source_url": source_url} if source_url else {}) | known | mixed, name, original


class Names:
    """Puts the names of labels and attributes in the place of their ids."""

    def __init__(self, labels: Iterable[Label]) -> None:
        self._labels: dict[int, str] = {}
        self._attributes: dict[int, str] = {}
        for label in labels:
            self._labels[label.pk] = label.name
            self._attributes.update((attribute.pk, attribute.name) for attribute in label.attributes.all())

    def named(self, thing: dict[str, Any]) -> dict[str, Any] | None:
        """A shape or tag; None when its label is gone meanwhile."""
        label = self._labels.get(thing["label_id"])
        if label is None:
            return None
        answers = [{"name": self._attributes[answer["spec_id"]], "value": answer["value"]} for answer in thing["attributes"]
                   if answer["spec_id"] in self._attributes]
        return {**{key: value for key, value in thing.items() if key != "label_id"}, "label": label, "attributes": answers}


def issues_of(task: Task, places: dict[int, int]) -> Iterator[dict[str, Any]]:
    """Of all jobs, with their comments. `places`: job -> its place in task.json."""
    issues = Issue.objects.filter(job__task=task).select_related("owner", "resolved_by").prefetch_related("comments__owner").order_by("pk")
    for issue in issues.iterator(chunk_size=500):
        if issue.job_id in places:
            yield {"job": places[issue.job_id], "frame": issue.frame, "position": issue.position, "shape_id": issue.shape_id,
                   "owner": _name(issue.owner), "resolved_by": _name(issue.resolved_by), "resolved_date": issue.resolved_date,
                   "created_date": issue.created_date, "comments": [
                       {"owner": _name(comment.owner), "message": comment.message, "created_date": comment.created_date}
                       for comment in issue.comments.all()]}


def _name(user: Any) -> str | None:
    return user.get_username() if user is not None else None
