"""What an image file really is: by decoding it, never by its name."""
import io
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from annotation.ingest.kinds import is_video

# Our own limit (INGEST_MAX_PIXELS) is checked from the header, before anything is decoded; Pillow's would come first and say less.
Image.MAX_IMAGE_PIXELS = None

THUMBNAIL = 320
ORIENTATION_TAG = 0x0112
# Pillow's format -> (media type, suffix). MPO is the JPEG of cameras with a second picture inside.
FORMATS = {
    "JPEG": ("image/jpeg", ".jpg"), "MPO": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp"),
    "BMP": ("image/bmp", ".bmp"), "GIF": ("image/gif", ".gif"), "TIFF": ("image/tiff", ".tif"),
}
# Where an image's last bytes are looked for: cameras and programs append things.
TAIL_BYTES = 64 * 1024
# What libjpeg can write at most on one side.
JPEG_SIDE = 65_500
_PLAIN_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")


class _Borrowed(io.BufferedIOBase):
    """A file that Pillow may read and may not close."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int | None = -1, /) -> bytes:
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._file.seek(offset, whence)
        return self._file.tell()

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _borrowed(file: IO[bytes]) -> Any:
    return _Borrowed(file)


class BadImage(Exception):
    """The sentence says what is wrong with the file; the caller puts its name in front."""


@dataclass(frozen=True)
class Picture:
    """`width`, `height` of the upright picture, pixels; `thumbnail` and `work_copy` are file contents (JPEG, or PNG for `work_copy`)."""

    media_type: str
    suffix: str
    width: int
    height: int
    orientation: int
    thumbnail: bytes
    work_copy: bytes
    work_copy_suffix: str


@dataclass(frozen=True)
class Seen:
    """What a file tells without being decoded. `whole`: it also ends as it should. `width`, `height` of the upright picture, pixels."""

    media_type: str
    suffix: str
    width: int
    height: int
    orientation: int
    needs_work_copy: bool
    whole: bool


def look_at(file: IO[bytes]) -> Seen:
    """Read the header and the end. BadImage with a sentence; what is not `whole` must be decoded before it is believed."""
    image = _open(file)
    try:
        media_type, suffix = FORMATS[str(image.format)]
        whole = _ends(file, str(image.format))
        # PNG keeps EXIF behind its pixels where it wants; a file that is whole and has none in front is rarely one of them.
        orientation = _orientation(image) if image.format != "PNG" or not whole or "exif" in image.info or _has_late_exif(file) else 1
        width, height = _upright_size(image, orientation)
        return Seen(media_type, suffix, width, height, orientation, _needs_work_copy(image, orientation), whole)
    except BadImage:
        raise
    except Exception as error:  # decoders raise whatever their file format lets go wrong
        raise _damaged(error) from error
    finally:
        image.close()


def _ends(file: IO[bytes], image_format: str) -> bool:
    """Whether the mark of the format's end is there. TIFF and BMP have none."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - TAIL_BYTES, 0))
    tail = file.read(TAIL_BYTES)
    if image_format in ("JPEG", "MPO"):
        return b"\xff\xd9" in tail
    if image_format == "PNG":
        return b"IEND\xae\x42\x60\x82" in tail
    if image_format == "GIF":
        return tail.rstrip(b"\0").endswith(b"\x3b")
    if image_format == "WEBP":
        file.seek(4)
        return int.from_bytes(file.read(4), "little") + 8 <= size
    return False


def _has_late_exif(file: IO[bytes]) -> bool:
    """Whether a PNG's pixels are followed by EXIF: walk its chunks without reading them."""
    position = 8
    while True:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8 or head[4:] in (b"IEND", b"eXIf"):
            return head[4:] == b"eXIf"
        position += 12 + int.from_bytes(head[:4], "big")


def _damaged(error: Exception) -> BadImage:
    return BadImage(f"is damaged or cut off ({str(error)[:120] or type(error).__name__}).")


def examine(file: IO[bytes]) -> Picture:
    """Decode the file once and make its small copies. BadImage with a sentence.

    Originals that stand upright and that browsers show need no work copy: JPEG is then only decoded at the size of the thumbnail.
    """
    image = _open(file)
    try:
        return _picture(image)
    except BadImage:
        raise
    except MemoryError:
        raise BadImage(f"is too large to decode ({image.width} x {image.height} pixels).") from None
    except Exception as error:  # decoders raise whatever their file format lets go wrong
        raise _damaged(error) from error
    finally:
        image.close()


def pixels_of(file: IO[bytes]) -> int:
    """From the header only. BadImage as `examine`."""
    with _open(file) as image:
        return image.width * image.height


def _open(file: IO[bytes]) -> Image.Image:
    file.seek(0)
    try:
        image = Image.open(_borrowed(file), formats=[name for name in FORMATS if name != "MPO"])
    except UnidentifiedImageError:
        file.seek(0)
        if is_video(file.read(64)):
            raise BadImage("is a video: upload it by itself, for a task of its own.") from None
        raise BadImage("is not a JPEG, PNG, WebP, BMP, GIF or TIFF image.") from None
    except Exception as error:
        raise BadImage(f"is damaged ({str(error)[:120] or type(error).__name__}).") from error
    if image.width * image.height > settings.INGEST_MAX_PIXELS:
        size = f"{image.width} x {image.height}"
        image.close()
        raise BadImage(f"has {size} pixels; at most {settings.INGEST_MAX_PIXELS:,} pixels in all are allowed. Make it smaller.")
    if not image.width or not image.height:
        image.close()
        raise BadImage("has no pixels.")
    return image


def _picture(image: Image.Image) -> Picture:
    image_format = str(image.format)
    media_type, suffix = FORMATS[image_format]
    orientation = _orientation(image)
    width, height = _upright_size(image, orientation)
    work_copy, work_suffix = b"", ""
    if _needs_work_copy(image, orientation):
        image.load()
        small = _upright(image, _turned(image, orientation))
        work_copy, work_suffix = _work_copy(small)
        small.thumbnail((THUMBNAIL, THUMBNAIL), reducing_gap=2.0)
    else:
        # thumbnail() lets JPEG decode at an eighth of its size where that is enough; every byte is still read.
        image.thumbnail((THUMBNAIL, THUMBNAIL), reducing_gap=2.0)
        small = image
    return Picture(media_type, suffix, width, height, orientation, _thumbnail(small), work_copy, work_suffix)


def _turned(image: Image.Image, orientation: int) -> int:
    """Pillow turns TIFF by itself while it decodes; its size is then already the upright one."""
    return orientation if image.format != "TIFF" else 1


def _upright_size(image: Image.Image, orientation: int) -> tuple[int, int]:
    return (image.height, image.width) if _turned(image, orientation) >= 5 else (image.width, image.height)


def _needs_work_copy(image: Image.Image, orientation: int) -> bool:
    """Browsers cannot show it as it is, or would turn or move it."""
    animated = image.format not in ("MPO", "TIFF") and bool(getattr(image, "is_animated", False))
    if animated:
        image.seek(0)
    return orientation != 1 or animated or image.format == "TIFF" or image.mode not in _PLAIN_MODES


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8; anything else counts as upright, as it does in browsers."""
    value = image.getexif().get(ORIENTATION_TAG, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    image = _eight_bits(image)
    return ImageOps.exif_transpose(image) if orientation != 1 else image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Modes that browsers cannot show, spread over 0..255. Scientific pictures seldom use their whole range."""
    if image.mode in _PLAIN_MODES:
        return image
    exif = image.getexif()
    if image.mode.startswith(("I", "F")):
        wide = image.convert("F")
        extrema: Any = wide.getextrema()
        low, high = extrema
        scale = 255 / (high - low) if high > low else 1.0
        narrow = wide.point(lambda value: value * scale + (-low * scale)).convert("L")
    else:
        narrow = image.convert("RGB")
    narrow.info["exif"] = exif.tobytes()
    return narrow


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info


def _work_copy(image: Image.Image) -> tuple[bytes, str]:
    out = io.BytesIO()
    if _has_alpha(image) or max(image.size) > JPEG_SIDE:
        image.convert("RGBA" if _has_alpha(image) else "RGB").save(out, "PNG", compress_level=3)
        return out.getvalue(), ".png"
    rgb = image if image.mode in ("L", "RGB") else image.convert("RGB")
    rgb.save(out, "JPEG", quality=95, subsampling=0, icc_profile=_profile(image), exif=b"")
    return out.getvalue(), ".jpg"


def _profile(image: Image.Image) -> bytes | None:
    return image.info.get("icc_profile") if image.mode in ("L", "RGB") else None


def _thumbnail(image: Image.Image) -> bytes:
    if _has_alpha(image):
        rgba = image.convert("RGBA")
        image = Image.new("RGB", rgba.size, "white")
        image.paste(rgba, mask=rgba.getchannel("A"))
    out = io.BytesIO()
    rgb = image if image.mode in ("L", "RGB") else image.convert("RGB")
    rgb.save(out, "JPEG", quality=80, icc_profile=_profile(image), exif=b"")
    return out.getvalue()
