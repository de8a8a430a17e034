"""ImageNet as CVAT writes it: synsets.txt with the labels, <subset>.txt with “image number…” lines; images in a folder for each label.

Holds tags only.
"""
from collections.abc import Callable

from annotation.formats.archive import Archive
from annotation.formats.losses import Losses
from annotation.formats.scope import ImageRow, Scope
from annotation.formats.simpler import note_source, subset_of

SYNSETS = "synsets.txt"
UNLABELLED = "no label"


class Writer:
    """One line an image."""

    passes = 1

    def __init__(self, scope: Scope, losses: Losses, variant: str) -> None:
        self._scope = scope
        self._losses = losses
        self._numbers = {label.pk: number for number, label in enumerate(scope.labels)}
        self._folders = {label.pk: label.name.replace("/", "_").replace("\\", "_").strip(".") or "_" for label in scope.labels}

    def write(self, archive: Archive, tell: Callable[[int], None], copy: Callable[[ImageRow, str], None]) -> None:
        """Every frame once; an image with several tags stands in the folder of each."""
        archive.put(SYNSETS, "".join(f"{label.name}\n" for label in self._scope.labels).encode())
        for done, annotated in enumerate(self._scope.annotated(), start=1):
            image = annotated.image
            for shape in annotated.shapes:
                self._losses.note(f"{{n}} objects of the type {shape['type']} were left out: ImageNet holds tags only.")
            for tag in annotated.tags:
                note_source(self._losses, tag)
                if tag["attributes"] or tag["group"]:
                    self._losses.note("{n} tags lost their group or the answers to their attributes: this format has none.")
            numbers = sorted({self._numbers[tag["label_id"]] for tag in annotated.tags})
            archive.append(f"{subset_of(image)}.txt", " ".join([image.path, *map(str, numbers)]).encode() + b"\n")
            flat = image.path.replace("/", "_")
            for folder in sorted({self._folders[tag["label_id"]] for tag in annotated.tags}) or [UNLABELLED]:
                copy(image, f"{folder}/{flat}" if folder == UNLABELLED else f"{folder}/{folder}_{flat}")
            tell(done)
        archive.put_lists()
