"""Names for formats whose labels lie beside an image under its name with another suffix: “a.jpg” and “a.png” would share one file."""
import re

from django.db import connection

from annotation.formats.losses import Losses
from annotation.formats.scope import ImageRow, Scope

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}$")


def split_suffix(path: str) -> tuple[str, str]:
    """("folder/a", ".jpg"); the suffix is "" where there is none."""
    found = _SUFFIX.search(path)
    return (path[:found.start()], found[0]) if found and found.start() else (path, "")


def told_apart(path: str) -> str:
    """ "a.jpg" -> "a_jpg": what an image is called whose stem is another image's too."""
    stem, suffix = split_suffix(path)
    return stem + suffix.replace(".", "_")


def told_together(path: str) -> str:
    """ "a_jpg.jpg" -> "a.jpg", the way back; "" for what was not called so."""
    stem, suffix = split_suffix(path)
    ending = suffix.replace(".", "_")
    return stem.removesuffix(ending) + suffix if suffix and stem.endswith(ending) else ""


class Stems:
    """Stems that are unique within an export."""

    def __init__(self, scope: Scope, losses: Losses) -> None:
        self._losses = losses
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT regexp_replace(name, %s, '') FROM annotation_frame WHERE task_id = ANY(%s) "
                "GROUP BY task_id, regexp_replace(name, %s, '') HAVING count(*) > 1",
                [_SUFFIX.pattern, [task.pk for task in scope.tasks], _SUFFIX.pattern])
            self._shared = {row[0] for row in cursor.fetchall()}
        self._several_tasks = len(scope.tasks) > 1
        self._taken: set[str] = set()

    def of(self, image: ImageRow) -> str:
        """The image's path without its suffix; call once an image."""
        stem, _ = split_suffix(image.path)
        own = stem.removeprefix(image.folder)
        if own in self._shared or stem in self._taken:
            self._losses.note("{n} images are called after their suffix too (a.jpg is a_jpg.jpg): their names differ in nothing else.")
            stem = told_apart(image.path)
        if self._several_tasks:
            if stem in self._taken:
                stem = f"task_{image.task_id}/{stem}"
            self._taken.add(stem)
        return stem
