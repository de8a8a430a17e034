"""What the runs of one request made already, so that a run after a killed one goes on where that one stopped.

Batches of results lie as JSON beside the images of the run that made them (`tasks/<id>/frames-<request>-<run>/journal/<number>.json`).
Rows still come all at once at the end: nobody sees a half-filled task.
"""
import logging
from typing import Any, Protocol

import orjson
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from annotation.ingest.making import Made
from annotation.ingest.sources import Entry
from annotation.models import Frame
from annotation.runner import Run
from annotation.services.files import remove_tree, task_folder

log = logging.getLogger(__name__)
BATCH = 200
_FIELDS = ("name", "source_url", "width", "height", "orientation", "media_type", "byte_size", "sha256", "original", "thumbnail",
           "work_copy", "needs_work_copy")
Result = Made | str


class Entries(Protocol):
    """A list of them, or something like it."""

    def __getitem__(self, place: int, /) -> Entry: ...


def run_name(run: Run) -> str:
    """Of this run only: a cancelled one may still be writing while the next request begins."""
    return f"{run.request.pk.hex[:8]}-{run.request.run}"


class Journal:
    """The batches of one request, by all its runs."""

    def __init__(self, run: Run, task_id: int) -> None:
        self._task_id = task_id
        self._request = run.request.pk.hex[:8]
        self._own = f"{task_folder(task_id)}/frames-{run_name(run)}"
        self._next = 0
        self._run = run.request.run

    def resume(self, entries: Entries) -> list[Result]:
        """Results of earlier runs for the first entries. Folders of other requests and of runs that wrote nothing down go."""
        found: dict[int, list[Any]] = {}
        for name in self._folders():
            folder = f"{task_folder(self._task_id)}/{name}"
            batches = _batches(folder) if name.startswith(f"frames-{self._request}-") else {}
            if not batches:
                remove_tree(folder)
            for number, batch in batches.items():
                found.setdefault(number, batch)
        results: list[Result] = []
        while self._next in found:
            results += [_thawed(one, entries[len(results) + place], self._task_id) for place, one in enumerate(found[self._next])]
            self._next += 1
        if results:
            log.info("Request %s goes on behind %d results of earlier runs.", self._request, len(results))
        return results

    def keep(self, batch: list[Result]) -> None:
        """Write down the next results."""
        content = orjson.dumps([_frozen(one) for one in batch])
        default_storage.save(f"{self._own}/journal/{self._next:06d}.json", ContentFile(content))
        self._next += 1

    def remove_own(self) -> None:
        """What this run made, and what others of the same request made: the request is over and the task has no frames of it."""
        for name in self._folders():
            if name.startswith(f"frames-{self._request}-"):
                remove_tree(f"{task_folder(self._task_id)}/{name}")

    def remove_all(self) -> None:
        """Everything that any run made for the task."""
        for name in self._folders():
            remove_tree(f"{task_folder(self._task_id)}/{name}")

    def remove_unused(self, used: set[str]) -> None:
        """The batches, and what dead runs stored and did not write down; `used` names the files that rows have now."""
        if not self._next:
            return
        for name in self._folders():
            folder = f"{task_folder(self._task_id)}/{name}"
            remove_tree(f"{folder}/journal")
            if self._run > 1:
                _remove_others(folder, used)

    def _folders(self) -> list[str]:
        try:
            return sorted(name for name in default_storage.listdir(task_folder(self._task_id))[0] if name.startswith("frames-"))
        except FileNotFoundError:
            return []


def _remove_others(folder: str, used: set[str]) -> None:
    for kind in default_storage.listdir(folder)[0]:
        for name in default_storage.listdir(f"{folder}/{kind}")[1]:
            if f"{folder}/{kind}/{name}" not in used:
                default_storage.delete(f"{folder}/{kind}/{name}")


def _batches(folder: str) -> dict[int, list[Any]]:
    found = {}
    try:
        names = default_storage.listdir(f"{folder}/journal")[1]
    except FileNotFoundError:
        return {}
    for name in names:
        with default_storage.open(f"{folder}/journal/{name}", "rb") as file:
            try:
                found[int(name.partition(".")[0])] = orjson.loads(file.read())
            except orjson.JSONDecodeError:
                log.warning("The batch %s/%s was not written to its end; it is made again.", folder, name)
    return found


def _frozen(result: Result) -> Any:
    if isinstance(result, str):
        return result
    # Past the descriptors, which make a file's object of each name.
    values = result.frame.__dict__
    return {field: _plain(values[field]) for field in _FIELDS}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool) else str(value)


def _thawed(frozen: Any, entry: Entry, task_id: int) -> Result:
    return frozen if isinstance(frozen, str) else Made(entry, Frame(task_id=task_id, **frozen))
