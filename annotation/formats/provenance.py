"""Who made each shape, when, under which guide, and who changed it. What a crowd knows comes from annotation.extensions."""
import csv
import io
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import orjson
from django.db.models import F, Max

from annotation import extensions
from annotation.formats.scope import AnnotatedImage, Scope
from annotation.models import GuideVersion, Job, Snapshot
from annotation.services.corrections import in_force

MEMBER = "provenance.csv"
# What COCO's attributes begin with.
PREFIX = "provenance_"
_JOBS_AT_ONCE = 500
_KEPT = 1500
_SUBMITTED_KEPT = 8
_OF_SHAPE = ("image", "task_id", "frame", "job_id", "object_id", "kind", "type", "label", "source")
_OF_JOB = ("annotator", "done", "guide_version", "corrected_by")
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass
class _Facts:
    """Of one job. `corrector`: whose version is on it; `submitted`: the snapshot before that."""

    told: dict[str, str]
    corrector: str = ""
    submitted: int | None = None


class Provenance:
    """Facts for the objects of a scope, read in batches of jobs in the order in which frames come."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._place = {pk: place for place, pk in enumerate(scope.job_ids)}
        self._facts: OrderedDict[int, _Facts] = OrderedDict()
        self._untouched: OrderedDict[int, set[bytes]] = OrderedDict()
        self._guides = list(GuideVersion.objects.filter(project=scope.project).order_by("created_date", "number").values_list(
            "created_date", "number"))
        self._labels = {label.pk: label.name for label in scope.labels}
        self.columns = (*_OF_SHAPE, *_OF_JOB, *extensions.provenance_columns())

    def of(self, thing: dict[str, Any]) -> dict[str, str]:
        """Column -> text of what is known of a shape's or tag's making; empty where nothing is."""
        facts = self._of_job(thing["job_id"])
        corrector = facts.corrector if facts.corrector and _key(thing) not in self._submitted(facts) else ""
        return {**facts.told, "corrected_by": corrector}

    def of_job(self, job_id: int) -> dict[str, str]:
        """What is the same for all objects of a job."""
        return self._of_job(job_id).told

    def attributes(self, thing: dict[str, Any]) -> dict[str, Any]:
        """The same for COCO's `attributes`, with what joins them to the table."""
        told = {"job_id": thing["job_id"], "object_id": thing.get("id"), **{key: text for key, text in self.of(thing).items() if text}}
        return {f"{PREFIX}{key}": value for key, value in told.items()}

    def write(self, out: IO[bytes]) -> None:
        """The table, a line for every shape and tag. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
        text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
        table = csv.writer(text)
        table.writerow(self.columns)
        for annotated in self._scope.annotated():
            for row in self._rows(annotated):
                table.writerow([_safe(row.get(column, "")) for column in self.columns])
        text.flush()
        text.detach()

    def _rows(self, annotated: AnnotatedImage) -> Iterator[dict[str, Any]]:
        image = annotated.image
        for kind, things in (("shape", annotated.shapes), ("tag", annotated.tags)):
            for thing in things:
                yield {"image": image.path, "task_id": image.task_id, "frame": image.number, "job_id": thing["job_id"],
                       "object_id": thing.get("id"), "kind": kind, "type": thing.get("type", "tag"), "source": thing.get("source", ""),
                       "label": self._labels[thing["label_id"]], **self.of(thing)}

    def _of_job(self, job_id: int) -> _Facts:
        if job_id not in self._facts:
            start = self._place[job_id]
            self._facts.update(self._read(self._scope.job_ids[start:start + _JOBS_AT_ONCE]))
            while len(self._facts) > _KEPT:
                self._facts.popitem(last=False)
        # A job that was deleted meanwhile has none.
        return self._facts.get(job_id) or _Facts({})

    def _read(self, jobs: list[int]) -> dict[int, _Facts]:
        snapshots = Snapshot.objects.filter(job__in=jobs, reason=Snapshot.Reason.SUBMITTED, attempt=F("job__attempt")).order_by("pk")
        submissions = {job_id: (pk, at) for job_id, pk, at in snapshots.values_list("job_id", "pk", "created_date")}
        correctors = {} if self._scope.is_submitted else {
            correction.job_id: correction.snapshot.author.get_username() if correction.snapshot and correction.snapshot.author
            else "a former user" for correction in in_force(jobs=jobs).select_related("snapshot__author").defer("snapshot__data")}
        crowd = extensions.provenance_of(jobs)
        rows = Job.objects.filter(pk__in=jobs).order_by().annotate(saved=Max("frame_annotations__updated_date")).values_list(
            "pk", "attempt", "assignee__username", "saved")
        found = {}
        for pk, attempt, assignee, saved in rows:
            snapshot, done = submissions.get(pk, (None, saved))
            told = {"annotator": "" if attempt else assignee or "", "done": done.isoformat() if done else "",
                    "guide_version": self._guide_at(done), **crowd.get(pk, {})}
            found[pk] = _Facts(told, correctors.get(pk, ""), snapshot)
        return found

    def _guide_at(self, moment: datetime | None) -> str:
        """The number of the guide that held then."""
        if moment is None:
            return ""
        place = bisect_right(self._guides, (moment, float("inf"))) - 1
        return str(self._guides[place][1]) if place >= 0 else ""

    def _submitted(self, facts: _Facts) -> set[bytes]:
        """What was submitted, as keys."""
        if facts.submitted is None:
            return set()
        if facts.submitted not in self._untouched:
            data = Snapshot.objects.values_list("data", flat=True).get(pk=facts.submitted)
            self._untouched[facts.submitted] = {
                _key(thing) for content in data["frames"].values() for thing in (*content["shapes"], *content["tags"])}
            while len(self._untouched) > _SUBMITTED_KEPT:
                self._untouched.popitem(last=False)
        return self._untouched[facts.submitted]


def _key(thing: dict[str, Any]) -> bytes:
    return orjson.dumps({name: value for name, value in thing.items() if name not in ("job_id", "client_id")},
                        option=orjson.OPT_SORT_KEYS)


def _safe(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
