"""One export request: a zip with the annotations, the images where asked for, and a report of what the format could not hold."""
import importlib
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, Any

import orjson
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from annotation.formats.archive import Archive
from annotation.formats.losses import Losses
from annotation.formats.provenance import MEMBER as PROVENANCE, Provenance
from annotation.formats.registry import EXPORT_FORMATS, ExportFormat
from annotation.formats.scope import ImageRow, Scope
from annotation.runner import Run, RunLost
from annotation.services.files import remove_tree

REPORT = "report.json"


def export(run: Run) -> None:
    """Write the file that Request.params asks for: format, save_images, only_accepted, version, skip_unchecked, provenance, filename."""
    request = run.request
    folder = f"exports/{request.pk}"
    remove_tree(folder)
    name = file_name(request)
    try:
        # Unlinked at once: a killed worker leaves nothing behind.
        with tempfile.TemporaryFile() as out:
            losses = _write(run, _scope(request), out)
            out.seek(0)
            stored = default_storage.save(f"{folder}/{run.request.run}/{name}", File(out))
        with transaction.atomic():
            run.finish("The file is ready.", result=stored, result_name=name, warnings=losses.sentences())
    except RunLost:
        # Cancelled: nobody asks for the file. Taken over: the other run has a folder of its own.
        remove_tree(f"{folder}/{request.run}")
        raise
    except OSError:
        remove_tree(folder)
        raise


def _scope(request: Any) -> Scope:
    params = request.params
    return Scope(request.task or request.project, params.get("only_accepted"), submitted=params.get("version") == "submitted",
                 skip_unchecked=bool(params.get("skip_unchecked")), job=request.job)


def file_name(request: Any) -> str:
    """Letters, digits, dot, dash, underscore only: programs refuse others in Content-Disposition."""
    wanted = re.sub(r"[^A-Za-z0-9_.-]+", "_", request.params.get("filename", "")).strip("._")
    if wanted:
        return f"{wanted[:200].removesuffix('.zip')}.zip"
    target = f"task_{request.task_id}" if request.task_id else f"project_{request.project_id}"
    target = f"job_{request.job_id}" if request.job_id else target
    format_name = re.sub(r"[^a-z0-9.]+", "_", request.params["format"].lower())
    return f"{target}_{format_name}_{datetime.now(UTC):%Y-%m-%d}.zip"


def _write(run: Run, scope: Scope, out: IO[bytes]) -> Losses:
    params, losses = run.request.params, Losses()
    known = EXPORT_FORMATS[params["format"]]
    provenance = Provenance(scope) if params.get("provenance") else None
    writer = _writer(known, scope, losses, provenance)
    save_images = bool(params.get("save_images"))
    total, copied = max(scope.frame_count, 1) * (writer.passes + (0.2 if save_images else 0)), 0
    with Archive(out) as archive:
        def copy(image: ImageRow, path: str) -> None:
            nonlocal copied
            if save_images:
                archive.copy(image.original, path)
                copied += 1

        writer.write(archive, lambda done: run.progress(0.9 * (done + 0.2 * copied) / total, "Writing annotations"), copy)
        if provenance is not None:
            run.progress(0.9, "Writing who made what")
            with archive.member(PROVENANCE) as member:
                provenance.write(member)
        _note_left_out(scope, losses)
        report = {"format": params["format"], "frames": scope.frame_count, "jobs_corrected_by_reviewers": scope.corrected_jobs,
                  "notes": losses.sentences()}
        archive.put(REPORT, orjson.dumps(report, option=orjson.OPT_INDENT_2))
    return losses


def _writer(known: ExportFormat, scope: Scope, losses: Losses, provenance: Provenance | None) -> Any:
    """Something with `passes` and `write(archive, tell, copy)`."""
    module = importlib.import_module(f"annotation.formats.{known.module}")
    if hasattr(module, "MEMBER"):
        return _OneFile(module, scope, losses, provenance)
    if hasattr(module, "WITH_PROVENANCE"):
        return module.Writer(scope, losses, known.variant, provenance or Provenance(scope))
    return module.Writer(scope, losses, known.variant)


class _OneFile:
    """For modules that write all annotations into one member: the images come behind it."""

    def __init__(self, module: Any, scope: Scope, losses: Losses, provenance: Provenance | None) -> None:
        self._module = module
        self._scope = scope
        self._arguments = (losses, provenance)
        self.passes: int = module.PASSES

    def write(self, archive: Archive, tell: Callable[[int], None], copy: Callable[[ImageRow, str], None]) -> None:
        losses, provenance = self._arguments
        with archive.member(self._module.MEMBER) as member:
            self._module.write(self._scope, member, losses, tell, provenance)
        for image in self._scope.images():
            copy(image, f"images/{image.path}")
            tell(self.passes * self._scope.frame_count)


def _note_left_out(scope: Scope, losses: Losses) -> None:
    for count, sentence in ((scope.unsubmitted_jobs, "{n} jobs are left out: nobody submitted them."),
                            (scope.skipped_frames, "{n} frames are left out: nobody changed or confirmed the starting point on them.")):
        losses.note(sentence, count)
    if not scope.frame_count:
        losses.note("No frame is in this file: no job is accepted yet.")
