"""One export request: a zip with the annotations, the images where asked for, and a report of what the format could not hold."""
import errno
import importlib
import re
import tempfile
import zipfile
from datetime import UTC, datetime
from typing import IO, Any

import orjson
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from annotation.formats.losses import Losses
from annotation.formats.registry import EXPORT_FORMATS
from annotation.formats.scope import Scope
from annotation.runner import Run, RunFailed
from annotation.services.files import remove_tree

REPORT = "report.json"


def export(run: Run) -> None:
    """Write the file that Request.params asks for: format, save_images, only_accepted, filename."""
    request = run.request
    target = request.task or request.project
    assert target is not None
    folder = f"exports/{request.pk}"
    remove_tree(folder)
    name = file_name(request)
    try:
        # Unlinked at once: a killed worker leaves nothing behind.
        with tempfile.TemporaryFile() as out:
            losses = _write(run, Scope(target, request.params.get("only_accepted")), out)
            out.seek(0)
            stored = default_storage.save(f"{folder}/{run.request.run}/{name}", File(out))
        with transaction.atomic():
            run.finish("The file is ready.", result=stored, result_name=name, warnings=losses.sentences())
    except OSError as error:
        remove_tree(folder)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RunFailed("The server's disk is full. Tell the administrator, then try again.") from error
        raise


def file_name(request: Any) -> str:
    """Letters, digits, dot, dash, underscore only: programs refuse others in Content-Disposition."""
    wanted = re.sub(r"[^A-Za-z0-9_.-]+", "_", request.params.get("filename", "")).strip("._")
    if wanted:
        return f"{wanted[:200].removesuffix('.zip')}.zip"
    target = f"task_{request.task_id}" if request.task_id else f"project_{request.project_id}"
    format_name = re.sub(r"[^a-z0-9.]+", "_", request.params["format"].lower())
    return f"{target}_{format_name}_{datetime.now(UTC):%Y-%m-%d}.zip"


def _write(run: Run, scope: Scope, out: IO[bytes]) -> Losses:
    params, losses = run.request.params, Losses()
    writer = importlib.import_module(f"annotation.formats.{EXPORT_FORMATS[params['format']].module}")
    save_images = bool(params.get("save_images"))
    passes = max(scope.frame_count, 1) * (2 if writer.__name__.endswith("coco") else 1)
    share = 0.3 if save_images else 0.98
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        with archive.open(writer.MEMBER, "w", force_zip64=True) as member:
            writer.write(scope, member, losses, lambda done: run.progress(share * done / passes, "Writing annotations"))
        if save_images:
            for done, image in enumerate(scope.images(), start=1):
                _copy(archive, image.original, f"images/{image.path}")
                run.progress(share + (0.98 - share) * done / max(scope.frame_count, 1), f"Adding image {done} of {scope.frame_count}")
        if not scope.frame_count:
            losses.note("No frame is in this file: no job is accepted yet.")
        report = {"format": params["format"], "frames": scope.frame_count, "jobs_corrected_by_reviewers": scope.corrected_jobs,
                  "notes": losses.sentences()}
        archive.writestr(REPORT, orjson.dumps(report, option=orjson.OPT_INDENT_2))
    return losses


def _copy(archive: zipfile.ZipFile, stored: str, path: str) -> None:
    # Pictures are packed already.
    info = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o644 << 16
    with default_storage.open(stored, "rb") as source, archive.open(info, "w", force_zip64=True) as member:
        while chunk := source.read(1 << 20):
            member.write(chunk)
