"""Videos become frames: decoded once from the beginning, in bounded memory, every Nth picture kept as a JPEG."""
import hashlib
import io
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import av
from av.error import FFmpegError
from django.conf import settings
from django.core.files.base import ContentFile, File
from PIL import Image

from annotation.ingest.kinds import video_container
from annotation.ingest.making import EAGER_IMAGES, Made, Maker
from annotation.ingest.options import Options
from annotation.ingest.pictures import BadImage, examine
from annotation.ingest.received import Received, chunks_of
from annotation.ingest.sources import Entry, Video
from annotation.models import Frame

# Almost everything of the picture at a tenth of what lossless files take.
JPEG = {"quality": 95, "subsampling": 0}
THREADS = 2
# A container may claim anything; what is decoded is counted too.
MAX_DECODED = 5_000_000
_SIDEWAYS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


class BadVideo(Exception):
    """The sentence says what is wrong with the file; the caller puts its name in front."""


class Film:
    """One video on its way into one task. BadVideo from the first look on. `expected`: how many frames it will give, about."""

    def __init__(self, video: Video, options: Options, maker: Maker, task_id: int) -> None:
        self._video = video
        self._options = options
        self._maker = maker
        self._task_id = task_id
        self._first = options.start_frame
        # Pictures that the container names, 0 where it does not or where not all are wanted; and those that came.
        self._announced = self._decoded = 0
        self.entries = _Entries(Entry(video.name, video.label, _not_read))
        self.expected = self._look()

    def frames(self, skip: int) -> Generator[Made | str, None, None]:
        """The frames that the task takes, but the first `skip`; a sentence at the end when the file breaks off."""
        waiting: deque[Future[Made | str]] = deque()
        pool = ThreadPoolExecutor(THREADS, thread_name_prefix="video")
        try:
            for place, number, image in self._pictures(skip):
                waiting.append(pool.submit(self._made, place, number, image))
                if len(waiting) >= 2 * THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
            if self._announced - self._decoded > max(5, self._announced // 50):
                yield f"{self._video.label} breaks off: it holds {self._decoded:,} of the {self._announced:,} pictures it names."
        except FFmpegError as error:
            while waiting:
                yield waiting.popleft().result()
            yield f"{self._video.label} is damaged or breaks off in the middle ({_words(error)})."
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def keep(self, count: int) -> dict[str, Any]:
        """Store the video as it came, unless it is stored; {name, file, byte_size, sha256} for Task.origin."""
        digest, size = hashlib.sha256(), 0
        with self._video.open() as file:
            for chunk in chunks_of(file):
                digest.update(chunk)
                size += len(chunk)
            file.seek(0)
            suffix = "." + self._video.name.rpartition(".")[2][:8] if "." in self._video.name else ""
            stored = self._video.stored or self._maker.store("video", count, suffix, File(file))
        return {"name": self._video.name, "file": stored, "byte_size": size, "sha256": digest.hexdigest()}

    def _look(self) -> int:
        with self._opened() as container:
            stream = _stream(container)
            seconds = (container.duration or 0) / av.time_base
            self._check_length(seconds)
            _check_size(stream.codec_context.width, stream.codec_context.height)
            total = stream.frames or int(seconds * float(stream.average_rate or 0))
        if self._options.stop_frame is None:
            self._announced = stream.frames
        stop = total if self._options.stop_frame is None else min(total, self._options.stop_frame + 1)
        return max((stop - self._first + self._options.step - 1) // self._options.step, 1)

    def _opened(self) -> Any:
        file = self._video.open()
        head = file.read(64)
        file.seek(0)
        try:
            # The container is named: no playlist or script inside it makes FFmpeg open other files.
            container = av.open(file, format=video_container(head), metadata_errors="ignore")
        except (FFmpegError, ValueError) as error:
            file.close()
            raise BadVideo(f"is no video that can be read ({_words(error)}).") from error
        return _Closing(container, file)

    def _pictures(self, skip: int) -> Iterator[tuple[int, int, Image.Image]]:
        """(place in the task, number in the video, picture)"""
        place = 0
        with self._opened() as container:
            stream = _stream(container)
            stream.thread_type = "AUTO"
            stream.codec_context.options = {"max_pixels": str(settings.INGEST_MAX_PIXELS)}
            for number, frame in enumerate(container.decode(stream)):
                if self._options.is_behind(number):
                    return
                self._decoded = number + 1
                if number > MAX_DECODED:
                    raise BadVideo(f"has more than {MAX_DECODED:,} pictures.")
                self._check_length(frame.time or 0)
                if not self._options.takes(number):
                    continue
                if place >= settings.INGEST_MAX_FILES:
                    raise BadVideo(f"gives more than the {settings.INGEST_MAX_FILES} frames that a task takes: take a larger step.")
                if place >= skip:
                    _check_size(frame.width, frame.height)
                    yield place, number, _upright(frame)
                place += 1

    def _check_length(self, seconds: float) -> None:
        if seconds > settings.INGEST_MAX_VIDEO_SECONDS:
            raise BadVideo(f"lasts longer than {settings.INGEST_MAX_VIDEO_SECONDS:,} seconds. Cut it into parts.")

    def _made(self, place: int, number: int, image: Image.Image) -> Made | str:
        out = io.BytesIO()
        image.save(out, "JPEG", **JPEG)
        content = out.getvalue()
        name = f"frame_{number:06d}"
        try:
            self._maker.weigh(len(content))
            thumbnail = self._maker.store("thumbnail", place, ".jpg", ContentFile(examine(io.BytesIO(content)).thumbnail)) \
                if place < EAGER_IMAGES else ""
        except BadImage as problem:
            return f"{self._video.label}: {name} {problem}"
        original = self._maker.store("original", place, ".jpg", ContentFile(content))
        return Made(self.entries[place], Frame(
            task_id=self._task_id, name=f"{name}.jpg", width=image.width, height=image.height, media_type="image/jpeg",
            byte_size=len(content), sha256=hashlib.sha256(content).hexdigest(), original=original, thumbnail=thumbnail))


class _Entries:
    """Every frame of a video has the same entry."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    def __getitem__(self, place: int) -> Entry:
        return self._entry


class _Closing:
    """Closes the container and the file below it."""

    def __init__(self, container: Any, file: Any) -> None:
        self._container = container
        self._file = file

    def __enter__(self) -> Any:
        return self._container

    def __exit__(self, *details: object) -> None:
        self._container.close()
        self._file.close()


def _not_read() -> Received:
    raise AssertionError("frames of a video are decoded, not read")


def _stream(container: Any) -> Any:
    stream = container.streams.best("video")
    if stream is None or stream.codec_context is None:
        raise BadVideo("has no pictures, or in a format that cannot be decoded here. Convert it to MP4 (H.264).")
    return stream


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise BadVideo("does not tell its size, so it is damaged.")
    if width * height > settings.INGEST_MAX_PIXELS:
        raise BadVideo(f"has pictures of {width} x {height}; at most {settings.INGEST_MAX_PIXELS:,} pixels are allowed.")


def _upright(frame: Any) -> Image.Image:
    image: Image.Image = frame.to_image()
    turn = _SIDEWAYS.get(int(getattr(frame, "rotation", 0) or 0) % 360)
    return image.transpose(turn) if turn is not None else image


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error)[:120]
