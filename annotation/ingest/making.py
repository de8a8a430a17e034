"""From entries to stored images that wait for their rows."""
import threading
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from annotation.copies import save_copies
from annotation.ingest.pictures import FORMATS, BadImage, Picture, Seen, examine, look_at
from annotation.ingest.sources import Entry
from annotation.models import Frame
from annotation.models.tasks import frame_path

# Pictures above this size are decoded one at a time: 200 million pixels are 800 MB while decoded.
LARGE_PIXELS = 40_000_000
# So many get their small copies at once; those of more images are made later (annotation.copies), which lets a large task begin soon.
EAGER_IMAGES = 200
EAGER_PIXELS = 400_000_000
# What a thread takes at a time: small images cost less than handing them over one by one.
GROUP = 16
_SUFFIXES = {suffix for _, suffix in FORMATS.values()} | {".jpeg", ".tiff", ".jpe", ".jfif"}


@dataclass(frozen=True)
class Made:
    """A checked image whose files are stored; becomes a Frame."""

    entry: Entry
    frame: Frame

    @property
    def files(self) -> set[str]:
        """Their names in the storage, and "" for what is not made. Past the descriptors, which make a file's object of each."""
        values = vars(self.frame)
        return {str(values["original"]), str(values["thumbnail"]), str(values["work_copy"])}


class Maker:
    """Turns entries into stored files below `frames-<run>`; runs in several threads and touches no database."""

    def __init__(self, task_id: int, run: str) -> None:
        self._task_id = task_id
        self._folder = f"frames-{run}"
        self._large = threading.Lock()
        self._count = threading.Lock()
        self._bytes = 0
        self._pixels = 0
        # Names of what was stored here and is written down nowhere.
        self.fresh: set[str] = set()

    def make(self, number: int, entry: Entry) -> Made | str:
        """The stored image, or a sentence that names it."""
        try:
            received = entry.read()
            with received.file:
                self.weigh(received.byte_size)
                seen = look_at(received.file)
                picture = None if seen.whole and self._may_wait(number, seen) else self._decoded(received.file, seen)
                original = received.stored or self._keep(received.file, number, seen.suffix)
        except BadImage as problem:
            return f"{entry.label} {problem}"
        thumbnail, work_copy = self._copies(number, picture) if picture else ("", "")
        return Made(entry, Frame(
            task_id=self._task_id, name=_named(entry.name, seen.suffix), source_url=entry.source_url, width=seen.width,
            height=seen.height, orientation=seen.orientation, media_type=seen.media_type, byte_size=received.byte_size,
            sha256=received.sha256, original=original, thumbnail=thumbnail, work_copy=work_copy, needs_work_copy=seen.needs_work_copy))

    def weigh(self, size: int) -> None:
        """Count bytes of the whole task. BadImage for nothing and for too much."""
        if not size:
            raise BadImage("is empty.")
        with self._count:
            self._bytes += size
            if self._bytes > settings.INGEST_MAX_TOTAL_BYTES:
                raise BadImage(f"is beyond the {settings.INGEST_MAX_TOTAL_BYTES:,} bytes that a task takes in all.")

    def store(self, kind: str, number: int, suffix: str, content: File) -> str:
        """The name under which it is stored."""
        name = default_storage.save(frame_path(f"{self._folder}/{kind}", self._task_id, number, suffix), content)
        self.fresh.add(name)
        return name

    def settled_up_to(self, results: list[Any]) -> None:
        """These are written down: what was stored for them is not forgotten any more."""
        for one in results:
            if isinstance(one, Made):
                self.fresh -= one.files

    def forget(self) -> None:
        """Delete what is written down nowhere."""
        for name in list(self.fresh):
            default_storage.delete(name)
        self.fresh.clear()

    def _may_wait(self, number: int, seen: Seen) -> bool:
        with self._count:
            self._pixels += seen.width * seen.height
            return number >= EAGER_IMAGES or self._pixels > EAGER_PIXELS

    def _decoded(self, file: IO[bytes], seen: Seen) -> Picture:
        if seen.width * seen.height <= LARGE_PIXELS:
            return examine(file)
        with self._large:
            return examine(file)

    def _keep(self, file: IO[bytes], number: int, suffix: str) -> str:
        file.seek(0)
        return self.store("original", number, suffix, File(file))

    def _copies(self, number: int, picture: Picture) -> tuple[str, str]:
        thumbnail, work_copy = save_copies(self._task_id, self._folder, number, picture)
        self.fresh.update(filter(None, (thumbnail, work_copy)))
        return thumbnail, work_copy


def in_threads(maker: Maker, entries: list[Entry], threads: int, start: int = 0, group: int = 1) -> Generator[Made | str, None, None]:
    """Results in the order of the entries from number `start` on, never more than a few groups ahead of the reader."""
    def make(numbers: range) -> list[Made | str]:
        return [maker.make(number, entries[number]) for number in numbers]

    coming = iter([range(first, min(first + group, len(entries))) for first in range(start, len(entries), group)])
    waiting: deque[Future[list[Made | str]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ingest")
    try:
        for numbers in coming:
            waiting.append(pool.submit(make, numbers))
            if len(waiting) >= 2 * threads:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _named(name: str, suffix: str) -> str:
    """Names without a picture's suffix get one, so that exported files open with a double click."""
    return name if name.lower().endswith(tuple(_SUFFIXES)) else f"{name[:500]}{suffix}"
