"""One request to make a task or a project out of a backup: judge everything, store the files, then write all rows in one transaction.

Tasks get their ids beforehand (`Run.reserve_tasks`): their files have a place, and a run that died leaves what the next one removes.
"""
import io
import zipfile
import zlib
from contextlib import ExitStack
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from annotation.backups import layout
from annotation.backups.opening import Backup, BadBackup, PlannedTask, read_backup
from annotation.backups.reading import Budget, Laid, lay_annotations, lay_imported
from annotation.backups.rows import TaskRows, write_issues
from annotation.backups.storing import Storing, with_honeypots
from annotation.errors import Forbidden
from annotation.formats.found import Unreadable, shown
from annotation.formats.spool import Spool
from annotation.ingest.archives import BadArchive, open_zip
from annotation.ingest.pictures import BadImage
from annotation.ingest.sources import from_zip
from annotation.models import Asset, Frame, Organization, PartialUpload, Project
from annotation.runner import Run, RunFailed
from annotation.services.files import remove_tree, task_folder
from annotation.services.guides import copy_asset
from annotation.services.partial_uploads import Pieces
from annotation.services.projects import create_project
from annotation.shapes import Vocabulary


def restore(run: Run) -> None:
    """Request.params: upload (a PartialUpload), kind ("task" or "project"), filename. RunFailed, RunLost."""
    params = run.request.params
    name = shown(params["filename"])
    upload = PartialUpload.objects.filter(pk=params["upload"]).first()
    if upload is None:
        raise RunFailed("The backup is gone from the server. Send it again.")
    try:
        with io.BufferedReader(Pieces(upload), 1 << 18) as file:
            archive = open_zip(file, most_images=settings.BACKUP_MAX_FRAMES, most_bytes=settings.BACKUP_MAX_BYTES)
            _Restoring(run, archive, read_backup(archive, params["kind"])).restore()
    except (BadArchive, BadBackup, BadImage, Unreadable) as problem:
        raise RunFailed(f"{name} {problem}") from problem
    except Forbidden as error:
        raise RunFailed(error.sentence) from error
    except ValidationError as error:
        raise RunFailed(f"{name} cannot be used: {' '.join(error.messages)}", error.messages) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise RunFailed(f"{name} is damaged inside the archive.") from error
    except FileNotFoundError as error:
        raise RunFailed("The backup is gone from the server. Send it again.") from error


class _Restoring:
    def __init__(self, run: Run, archive: zipfile.ZipFile, backup: Backup) -> None:
        self._run, self._archive, self._backup = run, archive, backup
        self._budget = Budget()
        self._stack = ExitStack()
        self._assets: list[tuple[str, Asset]] = []
        self._members = set(archive.namelist())
        # Of this run only: another one may begin while this is not over yet.
        self._folder = f"frames-{run.request.pk.hex[:8]}-{run.request.run}"

    def restore(self) -> None:
        """Everything, or nothing."""
        task_ids = self._run.reserve_tasks(len(self._backup.tasks))
        for task_id in task_ids:
            remove_tree(task_folder(task_id))
        try:
            with self._stack:
                laid = [self._lay(task) for task in self._backup.tasks]
                frames = self._store(task_ids)
                self._write(task_ids, frames, laid)
        except BaseException:
            for task_id in task_ids:
                remove_tree(f"{task_folder(task_id)}/{self._folder}")
            for _, asset in self._assets:
                default_storage.delete(str(asset.file.name))
            raise

    def _lay(self, task: PlannedTask) -> tuple[Laid, dict[str, Spool]]:
        self._run.progress(0.0, "Reading annotations")
        with self._open(task.prefix + layout.ANNOTATIONS) as file:
            laid = lay_annotations(file, task, self._stack.enter_context(Spool()), self._budget, self._backup.notes)
        imported: dict[str, Spool] = {}
        for name, kind in layout.IMPORTED.items():
            if task.prefix + name in self._members:
                imported[kind] = self._stack.enter_context(Spool())
                with self._open(task.prefix + name) as file:
                    lay_imported(file, task, imported[kind], self._budget)
        return laid, imported

    def _open(self, name: str) -> IO[bytes]:
        if name not in self._members:
            raise BadBackup(f"has no {shown(name)} inside: it is not a backup, or not all of it.")
        member = self._archive.getinfo(name)
        if member.flag_bits & 0x1:
            raise BadBackup("is encrypted: pack it without a password.")
        return self._archive.open(member)

    def _store(self, task_ids: list[int]) -> list[list[Frame]]:
        total, done, weight = max(sum(len(task.frames) for task in self._backup.tasks), 1), 0, 0
        stored = []
        for task_id, task in zip(task_ids, self._backup.tasks, strict=True):
            frames = []
            for frame in Storing(self._archive, task_id, self._folder).frames(task):
                frames.append(frame)
                done, weight = done + 1, weight + frame.byte_size
                if weight > settings.BACKUP_MAX_BYTES:
                    raise BadBackup(f"unpacks to more than {settings.BACKUP_MAX_BYTES:,} bytes.")
                self._run.progress(0.95 * done / total, f"{done} of {total} images")
            stored.append(with_honeypots(task, frames))
        return stored

    def _write(self, task_ids: list[int], frames: list[list[Frame]], laid: list[tuple[Laid, dict[str, Spool]]]) -> None:
        owner, backup = self._run.request.owner, self._backup
        with transaction.atomic():
            project = create_project(actor=owner, name=backup.name, labels=backup.labels, guide=self._guide(owner),
                                     organization=self._organization())
            Project.objects.filter(pk=project.pk).update(bug_tracker=backup.bug_tracker)
            for _, asset in self._assets:
                asset.project = project
                asset.save(force_insert=True)
            vocabulary = Vocabulary.of_project(project.pk)
            for task_id, planned, pictures, (found, imported) in zip(task_ids, backup.tasks, frames, laid, strict=True):
                rows = TaskRows(project, owner, task_id, planned, vocabulary)
                rows.write(pictures, found, imported)
                if planned.prefix + layout.ISSUES in self._members:
                    with self._open(planned.prefix + layout.ISSUES) as file:
                        write_issues(file, rows, owner)
            made = {"task_id": task_ids[0]} if self._run.request.params["kind"] == "task" else {"project_id": project.pk}
            images = sum(len(pictures) for pictures in frames)
            self._run.finish(f"{len(task_ids)} task{'' if len(task_ids) == 1 else 's'} with {images:,} "
                             f"image{'' if images == 1 else 's'} restored.", warnings=backup.notes[:1000], **made)

    def _organization(self) -> Organization | None:
        wanted = self._run.request.params.get("organization")
        found = Organization.objects.filter(pk=wanted).first() if wanted is not None else None
        if wanted is not None and found is None:
            raise RunFailed("The organization was deleted meanwhile. Restore the backup in another place.")
        return found

    def _guide(self, owner: Any) -> str:
        """The text with its pictures' new names; their files are stored by this."""
        guide = self._backup.guide
        for key, filename, member in self._backup.assets:
            received = from_zip(self._archive, member)
            with received.file:
                asset = copy_asset(actor=owner, name=filename, file=_sized(received.file, received.byte_size, filename))
            self._assets.append((key, asset))
            guide = guide.replace(f"/api/assets/{key}", f"/api/assets/{asset.pk}")
        return guide


def _sized(file: IO[bytes], size: int, name: str) -> File:
    wrapped = File(file, name=name)
    wrapped.size = size
    return wrapped

