"""What is in a backup: read and judged before anything is written. Ours, and CVAT's own of images."""
import json
import zipfile
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from annotation.backups import layout
from annotation.formats.found import shown
from annotation.ingest.archives import problem_of
from annotation.ingest.names import natural_key
from annotation.ingest.pictures import FORMATS
from annotation.models import JobStage, JobState, JobType, SortingMethod, ValidationMode
from annotation.services.projects import clean_guide, clean_name

# Of one description; the jobs of a task of ten thousand frames are two megabytes.
MAX_DESCRIPTION = 64 * 1024 * 1024
MAX_TASKS = 10_000
MAX_LINE = 64 * 1024
_OLD_STATUS = {"annotation": (JobStage.ANNOTATION, JobState.NEW), "validation": (JobStage.VALIDATION, JobState.NEW),
               "completed": (JobStage.ACCEPTANCE, JobState.COMPLETED)}


MEDIA_TYPES = {media_type for media_type, _ in FORMATS.values()}


class BadBackup(Exception):
    """The sentence says why; the caller puts the file's name in front."""


@dataclass(frozen=True)
class PlannedFrame:
    """`sha256` "" where the backup does not say. `damaged`: the fields of a Frame whose image cannot be decoded."""

    name: str
    member: zipfile.ZipInfo
    sha256: str = ""
    source_url: str = ""
    damaged: dict[str, Any] | None = None
    # The number of the frame whose picture this is.
    honeypot_of: int | None = None


@dataclass(frozen=True)
class PlannedJob:
    """Frames of the task, inclusive. `frames`: those of a ground truth job."""

    start: int
    stop: int
    stage: str
    state: str
    last_object_id: int
    frames: list[int] | None = None

    def holds(self, number: int) -> bool:
        return self.start <= number <= self.stop if self.frames is None else number in self.frames


@dataclass
class PlannedTask:
    """`jobs` in the order of annotations.json; None for one of a kind that is not here (CVAT's replicas)."""

    prefix: str
    name: str
    fields: dict[str, Any]
    frames: list[PlannedFrame]
    jobs: list[PlannedJob | None]


@dataclass
class Backup:
    """A project with tasks; a backup of one task becomes a project around it."""

    name: str
    bug_tracker: str
    labels: list[Any]
    guide: str
    assets: list[tuple[str, str, zipfile.ZipInfo]]
    tasks: list[PlannedTask] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Members:
    """Files of the archive by name. BadBackup for those that are traps."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._known = {member.filename: member for member in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def get(self, name: str) -> zipfile.ZipInfo:
        """The member, which is an ordinary file."""
        member = self._known.get(name)
        if member is None:
            raise BadBackup(f"has no {shown(name)} inside: it is not a backup, or not all of it.")
        # A file of ours is bound by the whole archive's limits, a picture by those of a task too.
        problem = problem_of(member, settings.INGEST_MAX_FILE_BYTES if f"{layout.DATA}/" in name else settings.BACKUP_MAX_BYTES)
        if problem:
            raise BadBackup(f"cannot be used: {shown(name)} {problem}")
        return member

    def json(self, name: str) -> dict[str, Any]:
        """An object."""
        member = self.get(name)
        if member.file_size > MAX_DESCRIPTION:
            raise BadBackup(f"has a {name} of {member.file_size:,} bytes; at most {MAX_DESCRIPTION:,} are allowed.")
        try:
            found = json.loads(self._archive.read(member))
        except (ValueError, RecursionError) as error:
            raise BadBackup(f"has a damaged {name}.") from error
        if not isinstance(found, dict):
            raise BadBackup(f"has something else than an object in {name}.")
        return found

    def below(self, folder: str) -> list[zipfile.ZipInfo]:
        """Files directly or deeper below it."""
        return [member for name, member in self._known.items() if name.startswith(folder) and not member.is_dir()]

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Objects, one a line."""
        found: list[dict[str, Any]] = []
        with self._archive.open(self.get(name)) as file:
            while line := file.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE or len(found) > settings.BACKUP_MAX_FRAMES + 2:
                    raise BadBackup(f"has a {name} that is too large.")
                try:
                    entry = json.loads(line) if line.strip() else {}
                except (ValueError, RecursionError) as error:
                    raise BadBackup(f"has a damaged {name}.") from error
                if not isinstance(entry, dict):
                    raise BadBackup(f"has a damaged {name}.")
                found.append(entry)
        return found


def read_backup(archive: zipfile.ZipFile, kind: str) -> Backup:
    """`kind`: "project" or "task", what the backup shall be of. BadBackup."""
    members = Members(archive)
    if kind == "project" and layout.PROJECT not in members and layout.TASK in members:
        raise BadBackup("is the backup of a task: make a task from it.")
    if kind == "task" and layout.TASK not in members and layout.PROJECT in members:
        raise BadBackup("is the backup of a project: make a project from it.")
    try:
        described = members.json(layout.PROJECT if kind == "project" else layout.TASK)
        backup = Backup(clean_name(described.get("name")), _text(described, "bug_tracker", 2000), described.get("labels") or [],
                        _guide(archive, members), _assets(described, members))
        if kind == "task":
            backup.tasks.append(_task(members, "", described, backup.notes))
        else:
            number = 0
            while layout.task_folder(number) + layout.TASK in members:
                prefix = layout.task_folder(number)
                backup.tasks.append(_task(members, prefix, members.json(prefix + layout.TASK), backup.notes))
                number += 1
                if number > MAX_TASKS:
                    raise BadBackup(f"has more than {MAX_TASKS:,} tasks.")
    except ValidationError as error:
        raise BadBackup(f"cannot be used: {' '.join(error.messages)}") from error
    if sum(len(task.frames) for task in backup.tasks) > settings.BACKUP_MAX_FRAMES:
        raise BadBackup(f"has more than {settings.BACKUP_MAX_FRAMES:,} images.")
    return backup


def _guide(archive: zipfile.ZipFile, members: Members) -> str:
    if layout.GUIDE not in members:
        return ""
    member = members.get(layout.GUIDE)
    if member.file_size > 4 * 64_000:
        raise BadBackup("has a guide that is too long.")
    try:
        return clean_guide(archive.read(member).decode().replace("\x00", ""))
    except UnicodeDecodeError as error:
        raise BadBackup("has a guide that is not UTF-8.") from error


def _assets(described: dict[str, Any], members: Members) -> list[tuple[str, str, zipfile.ZipInfo]]:
    """(what the guide calls it, file name, member)."""
    listed = described.get("assets") or []
    if not isinstance(listed, list) or len(listed) > settings.ASSET_MAX_COUNT:
        raise BadBackup(f"has more than {settings.ASSET_MAX_COUNT} pictures in its guide.")
    found = []
    for entry in listed:
        key = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not key or "/" in key:
            raise BadBackup("has a picture of the guide without an id.")
        found.append((key, _text(entry, "filename", 512), members.get(f"{layout.ASSETS}/{key}")))
    return found


def _task(members: Members, prefix: str, described: dict[str, Any], notes: list[str]) -> PlannedTask:
    frames = _frames(members, prefix)
    data = described.get("data") if isinstance(described.get("data"), dict) else {}
    sorting = data.get("sorting_method") if isinstance(data, dict) else None
    fields = {"subset": _text(described, "subset", 64), "segment_size": _number(described, "segment_size", 1_000_000),
              "frame_overlap": _number(described, "overlap", 1_000_000), "from_video": described.get("mode") == "interpolation",
              "show_preannotations": described.get("show_preannotations") is True,
              "sorting_method": sorting if sorting in SortingMethod.values else SortingMethod.NATURAL}
    jobs = _jobs(described, frames, notes)
    fields |= read_validation(described.get("validation"), frames, jobs)
    return PlannedTask(prefix, clean_name(described.get("name")), fields, frames, jobs)


def _frames(members: Members, prefix: str) -> list[PlannedFrame]:
    """In order: as the manifest has them, or by name."""
    folder = f"{prefix}{layout.DATA}/"
    if prefix + layout.MANIFEST not in members:
        pictures = [member for member in members.below(folder) if not member.filename.endswith((".jsonl", ".json"))]
        names = sorted((member.filename.removeprefix(folder) for member in pictures), key=natural_key)
        return [PlannedFrame(name, members.get(folder + name)) for name in names]
    frames, seen = [], set()
    for line in members.lines(prefix + layout.MANIFEST):
        if line.get("type") == "video":
            raise BadBackup("is of a video: only backups of images can be read. Cut it into images first.")
        if "name" not in line:
            continue
        name = _text(line, "name", 512) + _text(line, "extension", 512)
        honeypot_of = _number(line, "honeypot_of", 2**31 - 1) if "honeypot_of" in line else None
        if not name or (name in seen and honeypot_of is None) or len(name) > 512:
            raise BadBackup(f"names the image {shown(name)} twice, or too long.")
        if honeypot_of is None:
            seen.add(name)
        frames.append(PlannedFrame(name, members.get(folder + name), _text(line, "sha256", 64), _text(line, "source_url", 2048),
                                   _damaged(line), honeypot_of))
    return frames


def _damaged(line: dict[str, Any]) -> dict[str, Any] | None:
    damage = _text(line, "damage", 255)
    if not damage:
        return None
    fields = {"damage": damage, "media_type": _text(line, "media_type", 64), "width": _number(line, "width", 10**6),
              "height": _number(line, "height", 10**6), "orientation": _number(line, "orientation", 8) or 1}
    if fields["media_type"] not in MEDIA_TYPES or not fields["width"] or not fields["height"]:
        raise BadBackup("has a damaged image without a size.")
    return fields


def _jobs(described: dict[str, Any], frames: list[PlannedFrame], notes: list[str]) -> list[PlannedJob | None]:
    listed, size = described.get("jobs"), len(frames)
    if not isinstance(listed, list) or len(listed) > max(size, 1) * 4:
        raise BadBackup("does not say which jobs there are.")
    jobs: list[PlannedJob | None] = []
    for entry in listed:
        if isinstance(entry, dict) and entry.get("type", "annotation") != "annotation":
            if entry["type"] == JobType.GROUND_TRUTH and "frames" in entry:
                jobs.append(_truth(entry, size))
                continue
            jobs.append(None)
            notes.append(f"A job of type {shown(entry['type'])} was left out.")
            continue
        jobs.append(_job(entry, size))
    reached = 0
    spans = [(job.start, job.stop) for job in jobs if job is not None and job.frames is None]
    if any(frame.honeypot_of is not None for frame in frames):
        # The pictures of honeypots are in the ground truth job only.
        spans += [(number, number) for job in jobs if job is not None for number in job.frames or ()]
    for start, stop in sorted(spans):
        if start > reached:
            raise BadBackup(f"has no job for image {reached}.")
        reached = max(reached, stop + 1)
    if reached < size:
        raise BadBackup(f"has no job for image {reached}.")
    return jobs


def _job(entry: Any, size: int) -> PlannedJob:
    start, stop = (entry.get(name) for name in ("start_frame", "stop_frame")) if isinstance(entry, dict) else (None, None)
    if type(start) is not int or type(stop) is not int or not 0 <= start <= stop < size:
        raise BadBackup(f"has a job of other images than its {size}.")
    stage, state = _OLD_STATUS.get(str(entry.get("status")), _OLD_STATUS["annotation"])
    stage, state = entry.get("stage", stage), entry.get("state", state)
    if stage not in JobStage.values or state not in JobState.values:
        raise BadBackup("has a job at a stage that is not known.")
    return PlannedJob(start, stop, stage, state, _number(entry, "last_object_id", 2**53))


def _truth(entry: dict[str, Any], size: int) -> PlannedJob:
    frames = entry["frames"]
    if not isinstance(frames, list) or not frames or any(type(one) is not int or not 0 <= one < size for one in frames):
        raise BadBackup("has a ground truth job of other images than its own.")
    return replace(_job({**entry, "start_frame": 0, "stop_frame": size - 1}, size), frames=sorted(set(frames)))


def read_validation(raw: Any, frames: list[PlannedFrame], jobs: list[PlannedJob | None]) -> dict[str, Any]:
    """Fields of the task about its ground truth job, {} without one. BadBackup."""
    told = raw if isinstance(raw, dict) else {}
    truths = [job.frames for job in jobs if job is not None and job.frames is not None]
    known = set(truths[0] or ()) if len(truths) == 1 else set()
    honeypots = {frame.honeypot_of for frame in frames if frame.honeypot_of is not None}
    if len(truths) > 1 or not honeypots <= known or any(frames[number].honeypot_of is not None for number in known):
        raise BadBackup("has several ground truth jobs, or honeypots of other frames than theirs.")
    disabled = told.get("disabled") or []
    if not isinstance(disabled, list) or not all(type(one) is int and one in known for one in disabled):
        raise BadBackup("has disabled frames that are no ground truth.")
    if not truths:
        return {}
    return {"validation_mode": ValidationMode.GT_POOL if honeypots else ValidationMode.GT, "disabled_frames": sorted(disabled),
            "validation_frames_per_job": _number(told, "frames_per_job", 1_000_000) if honeypots else 0}


def _text(entry: dict[str, Any], name: str, most: int) -> str:
    value = entry.get(name) or ""
    if not isinstance(value, str) or len(value) > most or "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadBackup(f"has a {name} that cannot be stored.")
    return value


def _number(entry: dict[str, Any], name: str, most: int) -> int:
    value = entry.get(name) or 0
    if type(value) is not int or not 0 <= value <= most:
        raise BadBackup(f"has a {name} that is not a whole number up to {most:,}.")
    return value
