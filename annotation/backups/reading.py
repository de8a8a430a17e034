"""What a backup says about the frames: read as a stream, laid on disk by job and frame, judged like everybody's before it is stored."""
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings

from annotation.backups.opening import BadBackup, PlannedTask
from annotation.formats.found import shown
from annotation.formats.json_items import entries_of, items_of_each
from annotation.formats.spool import Spool
from annotation.shapes import FrameSize, Vocabulary, clean_frame

# A frame of a job as one number.
_FRAMES = 2**32
_MARKS = ("nothing_here", "starting_point")
_FOREIGN = ("frame", "outside", "elements", "score", "label", "attributes")


@dataclass
class Laid:
    """Of one task: shapes and tags by job and frame, marks of frames, what imports say."""

    spool: Spool
    marks: dict[tuple[int, int], str] = field(default_factory=dict)


class Budget:
    """Shapes and tags that the whole backup may still have."""

    def __init__(self) -> None:
        self.left = settings.BACKUP_MAX_SHAPES

    def pay(self) -> None:
        """For one. BadBackup."""
        self.left -= 1
        if self.left < 0:
            raise BadBackup(f"has more than {settings.BACKUP_MAX_SHAPES:,} shapes and tags.")


def lay_annotations(file: IO[bytes], task: PlannedTask, spool: Spool, budget: Budget, notes: list[str]) -> Laid:
    """annotations.json. BadBackup, Unreadable."""
    laid, seen, skipped = Laid(spool), -1, 0
    for place, section, item in items_of_each(file, {"shapes", "tags", "tracks", *_MARKS}):
        seen = max(seen, place)
        job = task.jobs[place] if place < len(task.jobs) else None
        if place >= len(task.jobs):
            raise BadBackup("has annotations of more jobs than there are.")
        if item is None:
            continue
        if section == "tracks":
            raise BadBackup("has tracks of a video: here are images.")
        if job is None:
            skipped += 1
            continue
        number = item if section in _MARKS else item.get("frame") if isinstance(item, dict) else None
        if type(number) is not int or not job.holds(number):
            raise BadBackup(f"has something on frame {shown(number)} of a job with the frames {job.start} to {job.stop}.")
        if section in _MARKS:
            laid.marks[place, number] = section
            continue
        budget.pay()
        spool.add(place * _FRAMES + number, section, {"given": item.get("id"), "thing": item})
    if seen + 1 < len(task.jobs):
        raise BadBackup("does not have the annotations of all its jobs.")
    if skipped:
        notes.append("1 shape or tag of a job that was left out is left out too." if skipped == 1 else
                     f"{skipped:,} shapes and tags of jobs that were left out are left out too.")
    return laid


def lay_imported(file: IO[bytes], task: PlannedTask, spool: Spool, budget: Budget) -> None:
    """preannotations.json, ground_truth.json."""
    named: set[int] = set()
    for entry in entries_of(file):
        number = entry.get("frame") if isinstance(entry, dict) else None
        if type(number) is not int or not 0 <= number < len(task.frames) or number in named:
            raise BadBackup("names a frame that is not there, or twice.")
        named.add(number)
        spool.name_frame(number)
        for kind in ("shapes", "tags"):
            things = entry.get(kind) or []
            if not isinstance(things, list):
                raise BadBackup(f"has {kind} that are not a list.")
            for thing in things:
                budget.pay()
                spool.add(number, kind, {"given": thing.get("id") if isinstance(thing, dict) else None, "thing": thing})


class Judge:
    """Makes stored frames of what was laid, by the names of the new project's labels."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._labels = {label.name: pk for pk, label in vocabulary.labels.items()}
        self._attributes = {pk: {one.name: one.pk for one in known.values()} for pk, known in vocabulary.attributes.items()}

    def frame(self, content: dict[str, Any], size: FrameSize, where: str, mark: str = "") -> dict[str, Any]:
        """Ids as they were given. BadBackup."""
        raw: dict[str, Any] = {kind: [self._thing(laid) for laid in content[kind]] for kind in ("shapes", "tags")}
        # A mark that does not go with what is there is from another moment.
        if mark and bool(raw["shapes"] or raw["tags"]) == (mark == "starting_point"):
            raw[mark] = True
        errors: dict[str, str] = {}
        cleaned = clean_frame(raw, where, size, self._vocabulary, errors)
        if errors:
            path, sentence = next(iter(errors.items()))
            raise BadBackup(f"has something that cannot be stored: {shown(path)} {shown(sentence)}")
        return cleaned

    def _thing(self, laid: dict[str, Any]) -> Any:
        thing = laid["thing"]
        if not isinstance(thing, dict):
            return thing
        label = self._labels.get(thing["label"]) if isinstance(thing.get("label"), str) else None
        if label is None:
            raise BadBackup(f"has something of a label that it does not name: {shown(thing.get('label'))}")
        answers = thing.get("attributes") or []
        if not isinstance(answers, list):
            raise BadBackup("has attributes that are not a list.")
        known = self._attributes[label]
        named = [{"spec_id": known.get(str(one.get("name"))) if isinstance(one, dict) else None,
                  "value": one.get("value") if isinstance(one, dict) else None} for one in answers]
        plain = {name: value for name, value in thing.items() if name not in _FOREIGN}
        return {**plain, "label_id": label, "attributes": named}


class Ids:
    """Of one job: what has an id keeps it, if it is the job's only one."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._used: set[int] = set()

    def give(self, content: dict[str, Any]) -> None:
        """To each shape and tag of a frame."""
        for thing in (*content["shapes"], *content["tags"]):
            given = thing["id"]
            if given is None or given in self._used or given > self.last:
                self.last += 1
                given = thing["id"] = self.last
            self._used.add(given)


def frames_by_job(laid: Laid) -> Iterator[tuple[int, int, dict[str, Any], str]]:
    """(place of the job, frame, what was laid there, its mark) in order."""
    marks = dict(laid.marks)
    for key, content in laid.spool.frames():
        place, number = divmod(key, _FRAMES)
        yield place, number, content, marks.pop((place, number), "")
    for (place, number), mark in marks.items():
        yield place, number, {"shapes": [], "tags": []}, mark
